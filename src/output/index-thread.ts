import { parentPort, workerData } from 'node:worker_threads';
import { c1zPragmas, makeIndexes } from './c1z-indexes.ts';
import type { IndexJob } from './index-aside.ts';
import { outcomeOf } from './index-work.ts';

// A thread of `index-aside.ts`; a file of its own in dist.

const job = workerData as IndexJob; // whoever starts it gives this

const outcome = outcomeOf(job, (database) => {
  database.exec(`${c1zPragmas} begin`);
  const steps = makeIndexes(database, job.folder);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
});

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
parentPort?.postMessage(outcome);
