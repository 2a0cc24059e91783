import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';

export const resultsFormat = 'baton-descope-review-results';
const resultsVersion = 1;

/** What became of a holding that was to be revoked. `planned` is of a dry run; `not-tried`: it was stopped before. */
export const outcomes = ['revoked', 'gone-before', 'planned', 'refused', 'failed', 'not-tried'] as const;
export type Outcome = (typeof outcomes)[number];

const rowResult = z.strictObject({
  row: z.int().min(0).describe('the place of the holding among the rows of the decisions, from 0 on'),
  entitlement: z.string(),
  principal: z.strictObject({ type: z.string(), id: z.string() }),
  outcome: z.enum(outcomes),
  at: z.iso.datetime(),
  requestId: z.string().optional().describe('as in the audit log'),
  error: z.string().optional().describe('why it was refused, or failed'),
  alsoLost: z.array(z.string()).optional().describe('what went with it'),
  stillInherited: z.string().optional().describe('through which tenants above it is still held'),
  mayReturn: z.string().optional().describe('what gives it back at the next login'),
});

export const resultsSchema = z.strictObject({
  format: z.literal(resultsFormat),
  version: z.literal(resultsVersion),
  review: z.string().describe('the hash of the review'),
  seal: z.string().describe('the seal of the decisions that were applied last'),
  projectId: z.string(),
  reviewer: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  isWhole: z.boolean().describe('false where it was stopped before its end'),
  rows: z.array(rowResult),
});

export type RowResult = z.infer<typeof rowResult>;
export type Results = z.infer<typeof resultsSchema>;

/** Reads a file of results; one of another review is refused. */
export function readResults(path: string, content: string, review: string): Results {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    json = undefined;
  }
  const read = resultsSchema.safeParse(json);
  if (!read.success) {
    throw new ConnectorError(
      'config',
      `${printable(path)} is no file of results that "review apply" wrote: name another one with --results`,
    );
  }
  if (read.data.review !== review) {
    throw new ConnectorError(
      'config',
      `${printable(path)} has the results of another review: name another file with --results`,
    );
  }
  return read.data;
}

/**
 * The results of a run, with those of runs before: what an earlier one revoked is gone before for a later one, and stays
 * told as revoked, with its time.
 */
export function withEarlier(results: Results, earlier: Results | undefined): Results {
  const before = new Map(earlier?.rows.map((row) => [row.row, row]));
  const now = new Map(results.rows.map((row) => [row.row, row]));
  const isDone = (row: RowResult | undefined): row is RowResult => row?.outcome === 'revoked';
  const rows = [...new Set([...before.keys(), ...now.keys()])]
    .toSorted((one, other) => one - other)
    .flatMap((row) => {
      const [old, fresh] = [before.get(row), now.get(row)];
      const keepsOld = isDone(old) && (fresh === undefined || ['gone-before', 'not-tried'].includes(fresh.outcome));
      return (keepsOld ? old : fresh) ?? [];
    });
  return { ...results, startedAt: earlier?.startedAt ?? results.startedAt, rows };
}

/** How often each outcome came. */
export function countOutcomes(rows: readonly RowResult[]): Readonly<Record<Outcome, number>> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  rows.forEach(({ outcome }) => (counts[outcome] += 1));
  return counts;
}

export function resultsText({ rows, ...head }: Results): string {
  const lines = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${lines},\n  "rows": [${rows.length === 0 ? '' : '\n'}${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}
