import pRetry from 'p-retry';
import { ConnectorError } from '../../errors.ts';
import { createBreaker, type Passage } from './breaker.ts';
import { AttemptFailed, type AttemptFailure } from './errors.ts';
import type { Lanes } from './limiter.ts';
import type { Sleep } from './sleep.ts';
import { createRetryBudget } from './retry-budget.ts';

const maxTries = 5;
const maxBodyTries = 3;
const firstBackoffMs = 250;
const maxBackoffMs = 20_000;
const firstRateWaitMs = 1_000;
/** Descope's documented penalty for a used-up bucket is 60 s. */
const maxRateWaitMs = 60_000;

export interface RetryOptions {
  readonly lanes: Lanes;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  /** Longest single wait for a rate limit; a longer one is handed to the caller as `rate-limited` with its reset time. */
  readonly longestRateWaitMs: number;
  /** All waits for rate limits together, over the life of this owner. */
  readonly totalRateWaitMs: number;
  /** Whether an answer begins that sum anew: for a process that serves for years. */
  readonly forgetsRateWaits?: boolean;
  /** Told of every wait for a rate limit as it begins. */
  readonly onRateWait?: (waitMs: number) => void;
}

/**
 * The one owner of retries: nobody else repeats a request. Only for calls whose effect is a read. Each try goes through
 * the lanes, or through the narrower way into them that is given.
 */
export type Retry = <T>(attempt: () => Promise<T>, signal?: AbortSignal, through?: Lanes) => Promise<T>;

/** Pauses all lanes as one 429 asks, or throws when the wait is longer than this process may wait. */
export type PauseForRateLimit = (failure: AttemptFailure) => void;

export interface Retrying {
  readonly run: Retry;
  /** For a write, which nobody may repeat unseen: its 429 holds the lanes back all the same. */
  readonly pauseForRateLimit: PauseForRateLimit;
}

export function createRetrying({
  lanes,
  now,
  sleep,
  random,
  longestRateWaitMs,
  totalRateWaitMs,
  forgetsRateWaits = false,
  onRateWait,
}: RetryOptions): Retrying {
  const budget = createRetryBudget();
  const breaker = createBreaker(now);
  let rateWaitedMs = 0;
  let unheraldedWaits = 0;

  function pauseForRateLimit(failure: AttemptFailure): void {
    if (lanes.pausedForMs() > 0 && failure.retryAfterMs === undefined) {
      return; // another lane's 429 of the same breach has already closed the lanes
    }
    const waitMs = failure.retryAfterMs ?? Math.min(maxRateWaitMs, firstRateWaitMs * 2 ** unheraldedWaits);
    if (waitMs > longestRateWaitMs || rateWaitedMs + waitMs > totalRateWaitMs) {
      const resetAt = Date.now() + waitMs;
      throw new ConnectorError(
        'rate-limited',
        `${failure.error.message}; it opens again at ${new Date(resetAt).toISOString()}`,
        {
          ...failure.error.facts,
          resetAt,
        },
      );
    }
    unheraldedWaits = failure.retryAfterMs === undefined ? unheraldedWaits + 1 : 0;
    rateWaitedMs += Math.max(0, waitMs - lanes.pausedForMs());
    onRateWait?.(waitMs);
    lanes.pauseFor(waitMs);
  }

  async function waitAfter(error: AttemptFailed, tries: number, signal?: AbortSignal): Promise<void> {
    const { failure } = error;
    if (failure.retry === 'rate-limit') {
      pauseForRateLimit(failure); // the pause itself is waited for in the lanes
      return;
    }
    const backoffMs = random() * Math.min(maxBackoffMs, firstBackoffMs * 2 ** (tries - 1));
    const askedMs = failure.retryAfterMs ?? 0;
    if (askedMs > longestRateWaitMs) {
      throw error;
    }
    if (!budget.spend()) {
      const { kind, message, facts } = failure.error;
      throw new AttemptFailed({
        ...failure,
        error: new ConnectorError(kind, `${message}; not tried again, since too many requests fail`, facts),
      });
    }
    await sleep(Math.max(backoffMs, askedMs), signal);
  }

  async function tryOften<T>(
    attempt: () => Promise<T>,
    passage: Passage,
    through: Lanes,
    signal?: AbortSignal,
  ): Promise<T> {
    const mayRetry = (error: Error, retriesConsumed: number): error is AttemptFailed =>
      error instanceof AttemptFailed &&
      retriesConsumed < retryLimits[error.failure.retry] &&
      (!passage.isProbe || error.failure.retry === 'rate-limit');
    return await pRetry(
      () =>
        through.run(() => {
          passage.check();
          return attempt();
        }, signal),
      {
        retries: maxTries, // one more than is ever used: at its own last one p-retry would give up on a 429, too
        minTimeout: 0,
        factor: 1,
        ...(signal !== undefined && { signal }),
        shouldConsumeRetry: ({ error }) => !(error instanceof AttemptFailed && error.failure.retry === 'rate-limit'),
        shouldRetry: ({ error, retriesConsumed }) => mayRetry(error, retriesConsumed),
        onFailedAttempt: async ({ error, retriesConsumed }) => {
          if (mayRetry(error, retriesConsumed)) {
            await waitAfter(error, retriesConsumed + 1, signal);
          }
        },
      },
    );
  }

  /** Another client of the same lanes may have closed them for longer than this one's callers wait. */
  function checkPause(): void {
    const waitMs = lanes.pausedForMs();
    if (waitMs > longestRateWaitMs) {
      const resetAt = Date.now() + waitMs;
      throw new ConnectorError(
        'rate-limited',
        `Descope's rate limit is used up; it opens again at ${new Date(resetAt).toISOString()}`,
        { resetAt },
      );
    }
  }

  const run: Retry = async (attempt, signal, through = lanes) => {
    checkPause();
    const passage = breaker.enter();
    budget.earn();
    try {
      const answer = await tryOften(attempt, passage, through, signal);
      passage.answered();
      unheraldedWaits = 0;
      rateWaitedMs = forgetsRateWaits ? 0 : rateWaitedMs;
      return answer;
    } catch (thrown) {
      if (signal?.aborted) {
        passage.abandoned();
        throw new ConnectorError('cancelled', 'the caller went away before the work was done');
      }
      if (!(thrown instanceof AttemptFailed)) {
        passage.abandoned();
        throw thrown;
      }
      if (thrown.failure.retry === 'yes' || thrown.failure.retry === 'body') {
        passage.exhausted();
      } else {
        passage.answered();
      }
      throw thrown.failure.error;
    }
  };
  return { run, pauseForRateLimit };
}

/** How many retries a failure leaves room for. A 429 always leaves some: its budget is the waiting time. */
const retryLimits: Readonly<Record<AttemptFailure['retry'], number>> = {
  never: 0,
  body: maxBodyTries - 1,
  yes: maxTries - 1,
  'rate-limit': Number.POSITIVE_INFINITY,
};
