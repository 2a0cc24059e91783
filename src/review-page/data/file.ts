import {
  decisionsFormat,
  decisionsText,
  type Decisions,
  decisionWords,
  type DecidedRow,
  longestReason,
  reviewVersion,
  sealLines,
} from '../../review/format.ts';
import type { DecisionStore, Decided } from './decisions.ts';
import type { Holdings } from './holdings.ts';

/** The hash of a text, as the program makes it. */
export type Hash = (text: string) => Promise<string>;

export const browserHash: Hash = async (text) => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256:${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

/** The file of decisions: every holding of the review, also those of which nothing was decided yet. */
export async function toFile(holdings: Holdings, store: DecisionStore, nowMs: number, hash: Hash): Promise<string> {
  const { about, review } = holdings.data;
  const savedAt = new Date(nowMs).toISOString();
  const rows = holdings.rows().map((row, place): DecidedRow => {
    const { decision, reason, at } = store.of(place);
    return decision === undefined
      ? row
      : Object.assign({}, row, { decision, ...(reason !== '' && { reason }), at: new Date(at).toISOString() });
  });
  const seal = await hash(sealLines({ review, savedAt, rows }));
  return decisionsText({ format: decisionsFormat, version: reviewVersion, review, about, savedAt, seal, rows });
}

/** What a file of decisions says of each row; throws an Error whose message is for the reader. */
export async function fromFile(
  text: string,
  { data }: Holdings,
  hash: Hash,
): Promise<(readonly [row: number, decided: Decided])[]> {
  const file = parse(text);
  if (file.review !== data.review) {
    throw new Error(
      'These decisions are of another review, or of an earlier page of this one. Nothing was taken over.',
    );
  }
  if (file.rows.length !== data.about.rows || (await hash(sealLines(file))) !== file.seal) {
    throw new Error('This file was changed after it was saved. Nothing was taken over.');
  }
  return file.rows.map(({ decision, reason = '', at = '' }, row) => [
    row,
    { decision, reason, at: decision === undefined ? 0 : Date.parse(at) },
  ]);
}

function parse(text: string): Pick<Decisions, 'review' | 'savedAt' | 'seal' | 'rows'> {
  let file: Partial<Decisions> | null = null;
  try {
    file = JSON.parse(text) as Partial<Decisions> | null; // looked at below
  } catch {
    // Told below, as everything else that is no file of decisions.
  }
  if (file?.format !== decisionsFormat || file.version !== reviewVersion || !Array.isArray(file.rows)) {
    throw new Error('This is no file of decisions that this page can read. Nothing was taken over.');
  }
  const { review = '', savedAt = '', seal = '', rows } = file;
  const isWrong = rows.some(
    ({ decision, reason = '', at = '' }) =>
      decision !== undefined &&
      (!decisionWords.includes(decision) || reason.length > longestReason || Number.isNaN(Date.parse(at))),
  );
  if (isWrong) {
    throw new Error('A row of this file cannot be read. Nothing was taken over.');
  }
  return { review, savedAt, seal, rows };
}
