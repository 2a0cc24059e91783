import { Worker } from 'node:worker_threads';
import type { Mended } from './c1z-indexes.ts';

/** A database whose rows are in, and the folder in which its indexes may sort. */
export interface IndexJob {
  readonly path: string;
  readonly folder: string;
}

/** What a thread tells: an error does not keep its fields on the way. */
export type IndexOutcome = { readonly mended: Mended } | { readonly message: string; readonly errcode: number };

/** Makes the indexes of a `.c1z` in a thread of their own. The database is closed before and after. */
export async function indexInThread(job: IndexJob): Promise<IndexOutcome> {
  return await inThread('index-thread', import.meta.url, job);
}

/** What a thread makes of a database, by the name of its file, which stands beside the module at `besides`. */
export async function inThread(name: string, besides: string, job: IndexJob): Promise<IndexOutcome> {
  const extension = besides.endsWith('.ts') ? 'ts' : 'js'; // as it stands in src, or in dist
  const thread = new Worker(new URL(`./${name}.${extension}`, besides), { workerData: job });
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
