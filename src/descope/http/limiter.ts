import { throwIfCancelled } from '../../errors.ts';
import { createLanes } from './lanes.ts';
import { orCancelled, type Sleep } from './sleep.ts';

/** The most requests in flight, and the default. Descope's limits are per project and per minute. */
export const maxParallelFetchesCeiling = 6;

export interface LimiterOptions {
  /** Requests in flight at once, for the whole process. */
  readonly maxParallel: number;
  /** Monotonic milliseconds: a wait must not depend on the wall clock. */
  readonly now: () => number;
  readonly sleep: Sleep;
}

/**
 * The one limiter of the process. A pause (one 429) holds back every request, and a request that waits for its end
 * holds no slot.
 */
export interface Limiter {
  /**
   * Runs the task in a free slot, after any pause; one that goes first gets the next slot, whoever else waits. Never call
   * it from inside a task.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal, goesFirst?: boolean): Promise<T>;
  /** Holds back all requests for this long from now; a shorter pause never cuts a longer one. */
  pauseFor(ms: number): void;
  /** Milliseconds until the pause ends, 0 when there is none. */
  pausedForMs(): number;
}

const stillPaused = Symbol('a pause began while this task waited for a slot');

export function createLimiter({ maxParallel, now, sleep }: LimiterOptions): Limiter {
  const inSlot = createLanes(maxParallel);
  let openAt = 0;
  const pausedForMs = (): number => Math.max(0, openAt - now());

  async function run<T>(task: () => Promise<T>, signal?: AbortSignal, goesFirst = false): Promise<T> {
    for (;;) {
      const wait = pausedForMs();
      if (wait > 0) {
        await sleep(wait, signal);
      }
      throwIfCancelled(signal);
      const slot = inSlot(async () => {
        throwIfCancelled(signal);
        return pausedForMs() > 0 ? stillPaused : await task();
      }, goesFirst);
      const outcome = await orCancelled(slot, signal);
      if (outcome !== stillPaused) {
        return outcome;
      }
    }
  }

  return {
    run,
    pausedForMs,
    pauseFor: (ms) => {
      openAt = Math.max(openAt, now() + ms);
    },
  };
}
