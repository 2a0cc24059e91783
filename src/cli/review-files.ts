import { readFile } from 'node:fs/promises';
import { reading } from '../answers/faults.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Decisions } from '../review/format.ts';
import { readDecisions } from '../review/read-decisions.ts';
import { readReviewPage } from '../review/read-page.ts';
import { readResults, type Results } from '../review/results.ts';
import { rowsIn } from '../review/data.ts';
import { isThere } from './is-there.ts';

/** A review as far as a file tells: of a page, nothing is decided yet. */
export type ReviewFile = Pick<Decisions, 'review' | 'about' | 'rows'> & { readonly savedAt?: string };

/** Reads a file of decisions, or a page. */
export async function readReviewFile(path: string): Promise<ReviewFile> {
  const text = await textIn(path);
  if (!text.trimStart().startsWith('<')) {
    return readDecisions(path, text);
  }
  const data = readReviewPage(path, text);
  return { review: data.review, about: data.about, rows: rowsIn(data, 'rows') };
}

export async function readDecisionsFile(path: string): Promise<Decisions> {
  const text = await textIn(path);
  if (text.trimStart().startsWith('<')) {
    throw new ConnectorError(
      'config',
      `${printable(path)} is the page of a review: open it in a browser, decide, and save decisions.json`,
    );
  }
  return readDecisions(path, text);
}

/** Where results of decisions stand by default: `decisions.results.json` beside `decisions.json`. */
export function resultsPathOf(decisions: string): string {
  return `${decisions.replace(/\.json$/i, '')}.results.json`;
}

/** The results of a review; undefined where there are none yet. */
export async function resultsAt(path: string, review: string): Promise<Results | undefined> {
  return (await isThere(path)) ? readResults(path, await textIn(path), review) : undefined;
}

async function textIn(path: string): Promise<string> {
  return await reading(path, () => readFile(path, 'utf8'));
}
