/** So many requests in any minute. */
export interface Budget {
  readonly requests: number;
}

/** How a budget is handed out: so many requests in each window, one window after the other. */
export interface BudgetWindow {
  readonly requests: number;
  readonly windowMs: number;
}

const minuteMs = 60_000;
/** What was handed out is used within this time, or lost. */
export const permitMs = 1_000;
/** Requests do not all take the same time to arrive: as many may arrive in a minute as are sent in a fiftieth more. */
const slackMs = minuteMs / 50;
/** Windows are a whole number of eighths of a second: what is reckoned with them in seconds is exact. */
const stepMs = 125;
const shortestMs = 250;
const usualLongestMs = 10_000;

/**
 * The windows of a budget. A store counts in windows that begin when the first request is asked for, so a minute, wherever
 * it begins, may see a part of one more window than fits into it, and what is used late. All of these together are no
 * more than the budget; of the windows for which that is so, the ones that leave least unused.
 */
export function windowOf({ requests }: Budget): BudgetWindow {
  let best: BudgetWindow | undefined;
  for (let windowMs = shortestMs; windowMs <= usualLongestMs || best === undefined; windowMs += stepMs) {
    const seen = Math.ceil((minuteMs + permitMs + slackMs) / windowMs) + 1;
    const each = Math.floor(requests / seen);
    if (each > 0 && (best === undefined || each / windowMs > best.requests / best.windowMs)) {
      best = { requests: each, windowMs };
    }
    if (windowMs > 2 * minuteMs) {
      throw new Error('a budget is of two requests a minute at least');
    }
  }
  return best;
}
