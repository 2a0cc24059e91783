const burst = 10;
const shareOfRequests = 0.1;
/** The budget counts tenths as whole numbers: added up as fractions, ten of them would fall short of one. */
const unit = 1 / shareOfRequests;

/**
 * The most retries over all requests: a tenth of the requests, and ten at once. A service in trouble then gets a tenth
 * more requests, not five times as many.
 */
export interface RetryBudget {
  /** Counts a request. */
  earn(): void;
  /** Takes one retry out; false when none is left. */
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
