import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { type Decisions, decisionsFormat, decisionWords, longestReason, reviewVersion } from './format.ts';
import { reviewHash, sealOf } from './hash.ts';

// The one source of what a file of decisions may hold: it is checked by this, and docs/decisions.schema.json is made of it.

const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 digits of 0-9 and a-f');
const text = z.string().max(100_000);
const count = z.int().min(0);

/** What a review is of, as a page and a file of decisions tell it. */
export const aboutSchema = z
  .strictObject({
    projectId: text.min(1).describe('the project of Descope'),
    scope: z
      .strictObject({ kind: z.enum(['all', 'tenant', 'role', 'app']), id: text, name: text })
      .describe('what is reviewed'),
    reviewer: text.min(1).describe('who decides'),
    due: z.iso.date().optional().describe('the last day for it'),
    madeAt: z.iso.datetime(),
    madeBy: text.describe('the version of the program that made the review'),
    sync: z
      .strictObject({
        file: text,
        contentHash: text,
        startedAt: text,
        finishedAt: text,
        proof: text,
        users: count,
      })
      .describe('the sync that it was made from'),
    rows: count.describe('how many holdings there are to decide'),
    shown: z.strictObject({ count, hash }).describe('what is shown besides, and follows from something else'),
  })
  .describe('what the review is of; in its hash');

const row = z
  .strictObject({
    principal: z.strictObject({ type: text.min(1), id: text.min(1), name: text, login: text }),
    entitlement: text.min(1),
    held: text.describe('what is held, in words'),
    tenantId: text,
    tenant: text,
    decision: z.enum(decisionWords).optional().describe('nothing was decided without it'),
    reason: z.string().max(longestReason).optional(),
    at: z.iso.datetime().optional().describe('when it was decided'),
  })
  .describe('a holding, and what was decided of it');

export const decisionsSchema = z.strictObject({
  format: z.literal(decisionsFormat),
  version: z.literal(reviewVersion),
  review: hash.describe('of the review: over about, and the rows without their decisions'),
  about: aboutSchema,
  savedAt: z.iso.datetime(),
  seal: hash.describe('over review, savedAt and the decisions'),
  rows: z.array(row),
});

/**
 * Reads a file of decisions. What is wrong in it is one `config` error, a line each, with its line where that is known,
 * and the JSON pointer to it; a file whose rows are not those of its review, or that was changed after it was saved, too.
 */
export function readDecisions(path: string, content: string): Decisions {
  const json = parsed(path, content);
  const read = decisionsSchema.safeParse(json);
  if (!read.success) {
    const lines = read.error.issues.slice(0, mostTold).map((issue) => {
      const pointer = `/${issue.path.map((part) => pointerPart(String(part))).join('/')}`;
      const message = `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
      return `${printable(path)}${lineOf(content, issue.path)} ${printable(pointer)}: ${printable(message)}`;
    });
    const more = read.error.issues.length - lines.length;
    throw new ConnectorError('config', [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
  const decisions = read.data;
  const { rows, about: told } = decisions;
  const refuse = (pointer: string, what: string): never => {
    throw new ConnectorError('config', `${printable(path)}${lineOf(content, [pointer.slice(1)])} ${pointer}: ${what}`);
  };
  if (rows.length !== told.rows) {
    refuse('/rows', `there are ${rows.length} holdings, and the review has ${told.rows}`);
  }
  if (reviewHash(told, rows) !== decisions.review) {
    refuse(
      '/review',
      'the holdings are not those of the review, or what it is of was changed: its hash is another one',
    );
  }
  if (sealOf(decisions) !== decisions.seal) {
    refuse('/seal', 'the decisions were changed after the page saved them: decide in the page, and save them again');
  }
  return decisions;
}

/** So many faults of a file are told. */
const mostTold = 10;

function parsed(path: string, content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (thrown) {
    const at = /position (\d+)/.exec(thrown instanceof Error ? thrown.message : '')?.[1];
    const place = at === undefined ? '' : `:${lineAt(content, Number(at))}`;
    throw new ConnectorError(
      'config',
      `${printable(path)}${place} is no JSON: it is not a file of decisions, or was cut off`,
    );
  }
}

function pointerPart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * ":17" for what the page writes, which has a line for each member of the top and for each row; '' where the file was laid
 * out anew.
 */
function lineOf(content: string, [first, second]: readonly PropertyKey[]): string {
  const top = content.split('\n');
  const head = top.findIndex((line) => line.startsWith(`  ${JSON.stringify(String(first))}:`));
  if (head < 0) {
    return '';
  }
  if (first !== 'rows' || typeof second !== 'number') {
    return `:${head + 1}`;
  }
  return top[head + 1 + second]?.startsWith('    {"principal":') === true ? `:${head + 2 + second}` : `:${head + 1}`;
}

function lineAt(content: string, position: number): number {
  return content.slice(0, position).split('\n').length;
}
