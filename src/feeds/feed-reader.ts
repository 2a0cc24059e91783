import type { AuditRecord, SearchAudit } from '../descope/audit/audit.ts';
import { auditReachMs } from '../descope/audit/audit.ts';
import { auditStep, restFrom } from '../descope/audit/steps.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { decodeCursor, encodeCursor, type FeedCursor } from './cursor.ts';
import type { Feed, FeedContext, FeedEvent } from './feed.ts';
import { Seen } from './seen.ts';

/** A record can be searched about a minute after it happened: a window ends this long before now. */
const settleMs = 2 * 60_000;
/** A window begins this long before the last one ended: what was even later is found then. */
const overlapMs = 60_000;
/** What the log forgets while it is read is no gap worth a word. */
const worthTellingMs = 60 * 60_000;
/** Answers that were given out in part only, for the call that comes back for the rest. */
const mostKept = 4;

export interface FeedReaderOptions {
  readonly projectId: string;
  readonly search: SearchAudit;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface FeedRequest {
  readonly feed: Feed;
  /** '' for the first call. */
  readonly cursor: string;
  /** Where the first call begins, in epoch milliseconds; as far back as the log goes when left out. */
  readonly startMs?: number | undefined;
  /** How many events are wanted. More come where a single instant has more. */
  readonly limit: number;
  readonly context: FeedContext;
  readonly call: CallOptions;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  readonly cursor: string;
  readonly hasMore: boolean;
  /** What cannot be read any more, since the log does not go back that far. */
  readonly gap: FeedGap | undefined;
}

/** Epoch milliseconds: what was asked for, and where the events begin. */
export interface FeedGap {
  readonly askedMs: number;
  readonly beginsMs: number;
}

/** Reads a page of a feed. Nothing is lost when it fails: the cursor that the caller has still holds. */
export type ReadFeed = (request: FeedRequest) => Promise<FeedPage>;

/** A cursor, and records that were read behind it already. */
interface Position {
  readonly cursor: FeedCursor;
  readonly waiting: readonly AuditRecord[];
  /** What is left behind them. */
  readonly after: Pick<FeedCursor, 'fromMs' | 'toMs' | 'sliceMs'>;
}

export function createFeedReader({ projectId, search, now }: FeedReaderOptions): ReadFeed {
  const kept = new Map<string, Position>();

  return async ({ feed, cursor: given, startMs, limit, context, call }) => {
    const scope = { projectId, feedId: feed.id };
    const nowMs = now();
    const begun = given === '' ? firstWindow(startMs, nowMs) : nextWindow(decodeCursor(scope, given), nowMs);
    const { cursor, gap } = withinReach(begun, startMs, nowMs);
    const position = kept.get(given) ?? (await readOn(search, feed, cursor, call));
    const taken = await takeEvents(position, feed, limit, context);
    const text = encodeCursor(scope, taken.position.cursor);
    if (taken.position.waiting.length > 0) {
      keep(kept, text, taken.position);
    }
    return { events: taken.events, cursor: text, hasMore: !isDone(taken.position.cursor), gap };
  };
}

function isDone({ fromMs, toMs }: FeedCursor): boolean {
  return fromMs >= toMs;
}

function firstWindow(startMs: number | undefined, nowMs: number): FeedCursor {
  const endMs = nowMs - settleMs;
  const fromMs = startMs ?? nowMs - auditReachMs;
  return windowOf(fromMs, fromMs, Math.max(fromMs, endMs), new Seen());
}

/** The window under way, or the one after it where it is done and time has gone on. */
function nextWindow(cursor: FeedCursor, nowMs: number): FeedCursor {
  const endMs = nowMs - settleMs;
  if (!isDone(cursor) || endMs <= cursor.endMs) {
    return cursor;
  }
  const fromMs = Math.max(cursor.startMs, cursor.endMs - overlapMs);
  return windowOf(cursor.startMs, fromMs, endMs, cursor.told);
}

function windowOf(startMs: number, fromMs: number, endMs: number, before: Seen): FeedCursor {
  return { startMs, endMs, fromMs, toMs: endMs, sliceMs: Math.max(1, endMs - fromMs), before, told: new Seen() };
}

/** The log does not go back further: what is asked for beyond that is skipped, and told. */
function withinReach(
  cursor: FeedCursor,
  startMs: number | undefined,
  nowMs: number,
): { readonly cursor: FeedCursor; readonly gap: FeedGap | undefined } {
  const beginsMs = nowMs - auditReachMs;
  if (isDone(cursor) || cursor.fromMs >= beginsMs) {
    return { cursor, gap: undefined };
  }
  const askedMs = startMs === undefined ? cursor.fromMs : Math.max(startMs, cursor.fromMs);
  const isGap = beginsMs - cursor.fromMs > worthTellingMs;
  const toMs = Math.max(beginsMs, cursor.toMs);
  return {
    cursor: {
      ...cursor,
      startMs: Math.max(cursor.startMs, beginsMs),
      fromMs: beginsMs,
      toMs,
      endMs: Math.max(toMs, cursor.endMs),
    },
    gap: isGap ? { askedMs, beginsMs } : undefined,
  };
}

async function readOn(search: SearchAudit, feed: Feed, cursor: FeedCursor, call: CallOptions): Promise<Position> {
  const { fromMs, toMs, sliceMs } = cursor;
  const span = { ...feed.filter, fromMs, toMs, isOldestFirst: feed.isOldestFirst };
  const { records, rest, sliceMs: nextMs } = await auditStep(search, { rest: span, sliceMs }, call);
  return { cursor, waiting: records, after: { fromMs: rest.fromMs, toMs: rest.toMs, sliceMs: nextMs } };
}

/** Takes whole instants until there are enough events, so that a cursor stands between two instants. */
async function takeEvents(
  { cursor, waiting, after }: Position,
  feed: Feed,
  limit: number,
  context: FeedContext,
): Promise<{ readonly events: readonly FeedEvent[]; readonly position: Position }> {
  const events: FeedEvent[] = [];
  const overlapping: string[] = [];
  let place = 0;
  for (; place < waiting.length; place += 1) {
    const record = waiting[place] as AuditRecord; // below the length
    if (events.length >= limit && record.occurredMs !== waiting[place - 1]?.occurredMs) {
      break;
    }
    if (record.occurredMs >= cursor.endMs - overlapMs) {
      overlapping.push(record.id);
    }
    if (feed.wants(record) && !cursor.before.has(record.id)) {
      events.push(...(await feed.toEvents(record, context)));
    }
  }
  const left = waiting.slice(place);
  const [first] = left;
  const span = { fromMs: cursor.fromMs, toMs: cursor.toMs, isOldestFirst: feed.isOldestFirst };
  const { fromMs, toMs } = first === undefined ? after : restFrom(span, first.occurredMs);
  const told = cursor.told.with(overlapping);
  const next = { ...cursor, fromMs, toMs, sliceMs: after.sliceMs, told };
  return { events, position: { cursor: next, waiting: left, after } };
}

function keep(kept: Map<string, Position>, text: string, position: Position): void {
  kept.set(text, position);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) {
    kept.delete(oldest);
  }
}
