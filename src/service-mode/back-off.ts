const longestMs = 60_000;

/** Pauses that grow with each failure in a row: n² seconds, a minute at most. */
export interface BackOff {
  /** One more failure: how long to pause after it. */
  failed(): number;
  /** It went well: the next failure is the first again. */
  reset(): void;
  readonly inARow: number;
}

export function createBackOff(): BackOff {
  let inARow = 0;
  return {
    failed: () => {
      inARow += 1;
      return Math.min(inARow ** 2 * 1_000, longestMs);
    },
    reset: () => {
      inARow = 0;
    },
    get inARow() {
      return inARow;
    },
  };
}
