import pRetry from 'p-retry';
import { ConnectorError } from '../../errors.ts';
import { createBreaker, type Permit } from './breaker.ts';
import { AttemptFailed, type AttemptFailure } from './errors.ts';
import type { Limiter } from './limiter.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { Sleep } from './sleep.ts';

const maxTries = 5;
const maxBodyTries = 3;
const firstBackoffMs = 250;
const maxBackoffMs = 20_000;
const firstRateWaitMs = 1_000;
/** Descope's documented penalty for a used-up bucket is 60 s. */
const maxRateWaitMs = 60_000;

export interface RetryOptions {
  readonly limiter: Limiter;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  /**
   * Longest single wait for a rate limit. A longer one ends the request with `rate-limited` and the time of the reset.
   */
  readonly longestRateWaitMs: number;
  /** The most time that all waits for rate limits may take together. */
  readonly totalRateWaitMs: number;
  /** Whether an answer resets that sum: for a process that serves for years. */
  readonly forgetsRateWaits?: boolean;
  /** Called when a wait for a rate limit begins. */
  readonly onRateWait?: (waitMs: number) => void;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** A paced way into the limiter; the limiter itself when left out. */
  readonly through?: Limiter;
  /** The failure of a first attempt that was made elsewhere. It counts as the first, and is followed by the second. */
  readonly failed?: AttemptFailed;
}

/** Makes one attempt. `number` is 1 for the first of a request. */
export type Attempt<T> = (number: number) => Promise<T>;

/** The one owner of retries: nobody else repeats a request. */
export interface Retrying {
  /** Makes attempts until one succeeds or none may follow. For reads only. Each attempt goes through the limiter. */
  run<T>(attempt: Attempt<T>, options?: RunOptions): Promise<T>;
  /**
   * Pauses all requests for as long as a 429 asks, or throws when that is longer than allowed. A write that met the 429
   * calls it, too.
   */
  pauseForRateLimit(failure: AttemptFailure): void;
}

export function createRetrying({
  limiter,
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
  let unannouncedWaits = 0;

  function pauseForRateLimit(failure: AttemptFailure): void {
    if (limiter.pausedForMs() > 0 && failure.retryAfterMs === undefined) {
      return; // another request has met the same limit, and has begun the pause
    }
    const waitMs = failure.retryAfterMs ?? Math.min(maxRateWaitMs, firstRateWaitMs * 2 ** unannouncedWaits);
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
    unannouncedWaits = failure.retryAfterMs === undefined ? unannouncedWaits + 1 : 0;
    rateWaitedMs += Math.max(0, waitMs - limiter.pausedForMs());
    onRateWait?.(waitMs);
    limiter.pauseFor(waitMs);
  }

  async function waitAfter(error: AttemptFailed, tries: number, signal?: AbortSignal): Promise<void> {
    const { failure } = error;
    if (failure.retry === 'rate-limit') {
      pauseForRateLimit(failure); // the limiter waits until the pause ends
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
    attempt: Attempt<T>,
    permit: Permit,
    { signal, through = limiter, failed }: RunOptions,
  ): Promise<T> {
    const mayRetry = (error: Error, retriesConsumed: number): error is AttemptFailed =>
      error instanceof AttemptFailed &&
      retriesConsumed < retryLimits[error.failure.retry] &&
      (!permit.isProbe || error.failure.retry === 'rate-limit');
    return await pRetry(
      (number) => {
        if (number === 1 && failed !== undefined) {
          throw failed;
        }
        return through.run(() => {
          permit.check();
          return attempt(number);
        }, signal);
      },
      {
        retries: maxTries, // one more than are ever used: at its last one p-retry would give up on a 429, too
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

  /** Another client of the same limiter may have paused it for longer than this one's callers wait. */
  function checkPause(): void {
    const waitMs = limiter.pausedForMs();
    if (waitMs > longestRateWaitMs) {
      const resetAt = Date.now() + waitMs;
      throw new ConnectorError(
        'rate-limited',
        `Descope's rate limit is used up; it opens again at ${new Date(resetAt).toISOString()}`,
        { resetAt },
      );
    }
  }

  async function run<T>(attempt: Attempt<T>, options: RunOptions = {}): Promise<T> {
    const { signal } = options;
    checkPause();
    const permit = breaker.enter();
    budget.earn();
    try {
      const answer = await tryOften(attempt, permit, options);
      permit.answered();
      unannouncedWaits = 0;
      rateWaitedMs = forgetsRateWaits ? 0 : rateWaitedMs;
      return answer;
    } catch (thrown) {
      if (signal?.aborted) {
        permit.abandoned();
        throw new ConnectorError('cancelled', 'the caller went away before the work was done');
      }
      if (!(thrown instanceof AttemptFailed)) {
        permit.abandoned();
        throw thrown;
      }
      if (thrown.failure.retry === 'yes' || thrown.failure.retry === 'body') {
        permit.exhausted();
      } else {
        permit.answered();
      }
      throw thrown.failure.error;
    }
  }

  return { run, pauseForRateLimit };
}

/** The most retries after each kind of failure. A 429 has no such limit: the time that it may wait is limited. */
const retryLimits: Readonly<Record<AttemptFailure['retry'], number>> = {
  never: 0,
  body: maxBodyTries - 1,
  yes: maxTries - 1,
  'rate-limit': Number.POSITIVE_INFINITY,
};
