import { z } from 'zod';
import { bytesAt } from './lines.ts';
import type { FileSummary } from './rows.ts';

const counts = z.record(z.string(), z.number());
const findings = z.object({
  count: z.number(),
  first: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      tenantId: z.string().optional(),
      userId: z.string().optional(),
      roleId: z.string().optional(),
    }),
  ),
});
const schema = z.object({
  complete: z.literal(true),
  projectId: z.string().transform((id) => (id === '' ? undefined : id)), // a file that does not know its project says ''
  tenantRoles: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  counts: z.object({ resources: counts, grants: counts }),
  consistency: z
    .object({
      mode: z.string(),
      passes: z.number(),
      proved: z.string(),
      assumptions: z.array(z.string()),
      readFrom: z.string().optional(),
      readUntil: z.string().optional(),
    })
    .optional(),
  dangling: findings.optional(),
  ambiguous: findings.optional(),
  notDerived: z.object({ inheritingTenants: z.number(), inheritedRoles: z.number() }).optional(),
  cut: z.object({ textsCut: z.number(), attributesDropped: z.number() }).optional(),
  contentHash: z.string(),
});

/** The summary that a value is; undefined when it is not the one of a complete sync. */
function toSummary(value: unknown): FileSummary | undefined {
  return schema.safeParse(value).data;
}

/** The summary of a complete sync in the last object of a file, understood and whole; undefined when there is none. */
export function summaryOf(text: string | undefined): ClosingSummary | undefined {
  const object = parsed(text);
  return typeof object === 'object' && object !== null && 'summary' in object ? closing(object.summary) : undefined;
}

export interface ClosingSummary {
  readonly summary: FileSummary;
  readonly wholeSummary: object;
}

export function closing(value: unknown): ClosingSummary | undefined {
  const summary = toSummary(value);
  return summary === undefined || typeof value !== 'object' || value === null
    ? undefined
    : { summary, wholeSummary: value };
}

const firstTail = 64 * 1024;
/** A summary repeats names that lead nowhere, 200 at most: even the longest are far below this. */
export const longestSummary = 16 * 1024 * 1024;

/**
 * What follows the last place of `mark` in a file, read from its end; undefined when the mark is not there. The mark must be
 * text that cannot stand inside a string of JSON, and does not stand inside a summary.
 */
export async function textAfterLast(path: string, size: number, mark: string): Promise<string | undefined> {
  for (let length = Math.min(size, firstTail); length <= longestSummary; length = Math.min(size, length * 4)) {
    const tail = await bytesAt(path, size - length, length);
    const at = tail.lastIndexOf(mark);
    if (at !== -1) {
      return tail.toString('utf8', at + mark.length);
    }
    if (length === size) {
      return undefined;
    }
  }
  return undefined;
}

/** JSON of a text; undefined when it is none. */
export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
