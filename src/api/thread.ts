import { parentPort, workerData } from 'node:worker_threads';
import { placeAt } from '../output/work-places.ts';
import { answer, type Question } from './answer.ts';
import { type Problem, problemOf } from './problem.ts';

// The thread of `threads.ts`; a file of its own in dist.

/** What a thread tells of a question. `bug` is where it broke. */
export type Told = { readonly body: string } | { readonly problem: Problem } | { readonly bug: string };

const work = placeAt(String(workerData)); // whoever starts it gives the path

parentPort?.on('message', (question: Question) => {
  void (async () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has none
    parentPort?.postMessage(await toldOf(question));
  })();
});

async function toldOf(question: Question): Promise<Told> {
  try {
    return { body: await answer(question, work) };
  } catch (thrown) {
    const problem = problemOf(thrown, question.store);
    return problem === undefined ? { bug: thrown instanceof Error ? (thrown.stack ?? '') : '' } : { problem };
  }
}
