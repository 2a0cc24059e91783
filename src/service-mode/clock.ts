import { setTimeout as timer } from 'node:timers/promises';

/** Time as this folder sees it; tests put another one in. */
export interface Clock {
  /** Milliseconds that only grow, whatever the wall clock does. */
  readonly now: () => number;
  /** Epoch milliseconds. */
  readonly wallClock: () => number;
  /** Waits, or less when the signal fires: it never rejects. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

export const realClock: Clock = {
  now: () => performance.now(),
  wallClock: Date.now,
  wait: async (ms, signal) => {
    await timer(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
  random: Math.random,
};
