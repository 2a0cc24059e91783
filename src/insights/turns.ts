import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../errors.ts';

/** So long something is worked at before others in this process have a turn. */
const turnMs = 25;

/** What is called between two small pieces of work: once these have taken long enough, others have a turn. */
export function takingTurns(signal: AbortSignal): () => Promise<void> {
  let turnEnds = performance.now() + turnMs;
  return async () => {
    if (performance.now() > turnEnds) {
      await nextTurn();
      throwIfCancelled(signal);
      turnEnds = performance.now() + turnMs;
    }
  };
}
