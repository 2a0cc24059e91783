import { parentPort, workerData } from 'node:worker_threads';
import type { IndexJob } from '../output/index-aside.ts';
import { outcomeOf } from '../output/index-work.ts';
import { sortIn } from '../sync-format/sort-in.ts';
import { makeLateIndexes, newFilePragmas } from './late-indexes.ts';

// A thread of `../output/index-aside.ts`; a file of its own in dist.

const job = workerData as IndexJob; // whoever starts it gives this

const outcome = outcomeOf(job, (database) => {
  sortIn(database, job.folder);
  database.exec(`${newFilePragmas}; begin`);
  makeLateIndexes(database, { hasRoom: true });
  return {};
});

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
parentPort?.postMessage(outcome);
