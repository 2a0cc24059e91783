const burst = 10;
const shareOfRequests = 0.1;
/** Tenths added up as fractions would fall short of a whole one. */
const unit = 1 / shareOfRequests;

/**
 * How many tries there may be beyond the first ones, over all requests: a tenth of the requests, and ten at once. A
 * service in trouble then gets a tenth more to do, not five times as much.
 */
export interface RetryBudget {
  /** Counts a request. */
  earn(): void;
  /** Takes one retry out, or says that there is none. */
  spend(): boolean;
}

export function createRetryBudget(): RetryBudget {
  let left = burst * unit;
  return {
    earn: () => {
      left = Math.min(burst * unit, left + 1);
    },
    spend: () => {
      if (left < unit) {
        return false;
      }
      left -= unit;
      return true;
    },
  };
}
