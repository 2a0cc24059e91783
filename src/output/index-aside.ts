import { Worker } from 'node:worker_threads';
import type { Mended } from './c1z-indexes.ts';

/** A database whose rows are in, and the folder in which its indexes may sort. */
export interface IndexJob {
  readonly path: string;
  readonly folder: string;
}

/** What a thread tells: an error does not keep its fields on the way. */
export type IndexOutcome = { readonly mended: Mended } | { readonly message: string; readonly errcode: number };

/** Makes the indexes in a thread of their own. The database is closed before and after. */
export async function indexInThread(job: IndexJob): Promise<IndexOutcome> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'; // as it stands in src, or in dist
  const thread = new Worker(new URL(`./index-thread.${extension}`, import.meta.url), { workerData: job });
  return await new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread of the indexes ended with ${code}`))); // behind a message of no effect
  });
}

/** What came of it; throws the error of SQLite that it ended with. */
export function mendedIn(outcome: IndexOutcome): Mended {
  if ('mended' in outcome) {
    return outcome.mended;
  }
  throw Object.assign(new Error(outcome.message), { errcode: outcome.errcode });
}
