import type { CallOptions } from '../http/call.ts';
import { shapeError } from '../http/errors.ts';
import { auditEndpoint, type AuditFilter, type AuditPage, auditPageSize, type AuditRecord } from './audit.ts';
import type { SearchAudit } from './audit.ts';

/** A closed stretch of the log, and in which order it is read. `toMs` is no part of it. */
export interface AuditSpan extends AuditFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOldestFirst: boolean;
}

/** What is left to read of a span, and how much of it the next search asks for. */
export interface AuditPosition {
  readonly rest: AuditSpan;
  readonly sliceMs: number;
}

export interface AuditStep extends AuditPosition {
  /** All records between this position and the one before, in order. */
  readonly records: readonly AuditRecord[];
}

/** A slice in which Descope counts more is halved: how deep its pages go is not documented. */
const mostInSlice = 5_000;
/** A step gives up its turn after so many searches: they are few, and a caller waits. */
const mostSearches = 4;

/** The position before anything of a span has been read. */
export function startOf(span: AuditSpan): AuditPosition {
  return { rest: span, sliceMs: lengthOf(span) };
}

export function lengthOf({ fromMs, toMs }: Pick<AuditSpan, 'fromMs' | 'toMs'>): number {
  return Math.max(0, toMs - fromMs);
}

/**
 * Reads the next part of a span. It goes by time, never by the number of a page, so that records which appear meanwhile
 * move nothing; an answer is cut where it ends within an instant, and is believed to be in order only where it shows
 * it. Every step comes further, or makes its slice smaller, or fails.
 */
export async function auditStep(search: SearchAudit, position: AuditPosition, call?: CallOptions): Promise<AuditStep> {
  let { rest, sliceMs } = position;
  for (let searches = 0; lengthOf(rest) > 0 && searches < mostSearches; searches += 1) {
    sliceMs = Math.max(1, Math.min(sliceMs, lengthOf(rest)));
    const slice = sliceOf(rest, sliceMs);
    const page = await search({ ...slice, page: 0 }, call);
    const all = inSlice(page, slice);
    if (isWhole(page)) {
      rest = restAfter(rest, sliceMs);
      sliceMs *= 2;
      if (all.length > 0) {
        return { records: all, rest, sliceMs };
      }
    } else if (sliceMs === 1) {
      return { records: await readInstant(search, slice, page, call), rest: restAfter(rest, 1), sliceMs: 2 };
    } else {
      const ordered = (page.total ?? 0) <= mostInSlice && isInOrder(page.records, slice) ? all : [];
      const lastMs = ordered.at(-1)?.occurredMs;
      if (lastMs === undefined) {
        sliceMs = Math.ceil(sliceMs / 2);
      } else {
        rest = restFrom(rest, lastMs);
        const records = ordered.filter(({ occurredMs }) => occurredMs !== lastMs);
        if (records.length > 0) {
          return { records, rest, sliceMs };
        }
        sliceMs = 1; // all of a page happened in one instant, which is then a slice of its own
      }
    }
  }
  return { records: [], rest, sliceMs };
}

/** What is left when everything before the record of an instant is read, in the order of the span. */
export function restFrom(span: AuditSpan, occurredMs: number): AuditSpan {
  return span.isOldestFirst ? { ...span, fromMs: occurredMs } : { ...span, toMs: occurredMs + 1 };
}

function restAfter(span: AuditSpan, sliceMs: number): AuditSpan {
  return span.isOldestFirst
    ? { ...span, fromMs: Math.min(span.toMs, span.fromMs + sliceMs) }
    : { ...span, toMs: Math.max(span.fromMs, span.toMs - sliceMs) };
}

type Slice = Omit<Parameters<SearchAudit>[0], 'page'>;

function sliceOf(span: AuditSpan, sliceMs: number): Slice {
  return span.isOldestFirst
    ? { ...span, toMs: Math.min(span.toMs, span.fromMs + sliceMs) }
    : { ...span, fromMs: Math.max(span.fromMs, span.toMs - sliceMs) };
}

/** Whether Descope has no more records of a slice than it gave. Not where it gave as many as it ever does. */
function isWhole({ records, total = 0 }: AuditPage): boolean {
  return records.length < auditPageSize && total <= records.length;
}

function isInOrder(records: readonly AuditRecord[], { isOldestFirst }: Slice): boolean {
  return records.every(({ occurredMs }, index) => {
    const before = records[index - 1]?.occurredMs ?? occurredMs;
    return isOldestFirst ? before <= occurredMs : before >= occurredMs;
  });
}

/** The records of a slice, each once, in its order. Whether a search includes its last instant is not documented. */
function inSlice({ records, total = 0 }: AuditPage, { fromMs, toMs, isOldestFirst }: Slice): readonly AuditRecord[] {
  const isIn = ({ occurredMs }: AuditRecord): boolean => occurredMs >= fromMs && occurredMs < toMs;
  const own = records.filter(isIn);
  const isElsewhere = ({ occurredMs }: AuditRecord): boolean => occurredMs < fromMs || occurredMs > toMs;
  if (own.length === 0 && total > records.length && records.some(isElsewhere)) {
    throw shapeError(auditEndpoint, 'the records are not of the time that was asked for');
  }
  const unique = [...new Map(own.map((record) => [record.id, record])).values()];
  return unique.sort((a, b) => (isOldestFirst ? a.occurredMs - b.occurredMs : b.occurredMs - a.occurredMs));
}

/** An instant with more records than one answer holds: only here are pages counted. */
async function readInstant(
  search: SearchAudit,
  slice: Slice,
  first: AuditPage,
  call?: CallOptions,
): Promise<readonly AuditRecord[]> {
  const all = new Map(first.records.map((record) => [record.id, record]));
  let page = first;
  for (let number = 1; page.records.length > 0; number += 1) {
    page = await search({ ...slice, page: number }, call);
    const known = all.size;
    for (const record of page.records) {
      all.set(record.id, record);
    }
    if (page.records.length > 0 && all.size === known) {
      throw shapeError(auditEndpoint, `page ${number} repeats the pages before it`);
    }
  }
  return inSlice({ records: [...all.values()], total: undefined }, slice);
}
