import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { sqliteCode } from '../os-reasons.ts';
import { c1zPragmas, makeIndexes, type Mended } from './c1z-indexes.ts';
import type { IndexJob, IndexOutcome } from './index-aside.ts';

// The thread of `index-aside.ts`; a file of its own in dist.

const { path, folder } = workerData as IndexJob; // whoever starts it gives this

function work(): Mended {
  const database = new DatabaseSync(path);
  try {
    database.exec(`${c1zPragmas} begin`);
    const steps = makeIndexes(database, folder);
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        database.exec('commit');
        return step.value;
      }
    }
  } finally {
    database.close();
  }
}

function outcome(): IndexOutcome {
  try {
    return { mended: work() };
  } catch (thrown) {
    const errcode = sqliteCode(thrown);
    if (errcode === undefined || !(thrown instanceof Error)) {
      throw thrown;
    }
    return { message: thrown.message, errcode };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
parentPort?.postMessage(outcome());
