import { describe, expect, it } from 'vitest';
import { AttemptFailed, type AttemptFailure } from '../../../src/descope/http/errors.ts';
import { createLimiter } from '../../../src/descope/http/limiter.ts';
import { createRetrying, type Retrying, type RetryOptions } from '../../../src/descope/http/retry.ts';
import { ConnectorError } from '../../../src/errors.ts';
import { failureOf, fakeTime, type FakeTime, turn } from '../support.ts';

function failure(retry: AttemptFailure['retry'], retryAfterMs?: number): AttemptFailed {
  const kind = retry === 'rate-limit' ? 'rate-limited' : retry === 'body' ? 'upstream-contract' : 'unavailable';
  return new AttemptFailed({
    error: new ConnectorError(kind, `a ${retry} failure`),
    retry,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const outage = (retryAfterMs?: number): AttemptFailed => failure('yes', retryAfterMs);
const limited = (retryAfterMs?: number): AttemptFailed => failure('rate-limit', retryAfterMs);
const cutBody = (): AttemptFailed => failure('body');
const refused = (): AttemptFailed => failure('never');

type Retry = <T>(attempt: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

interface Setup {
  readonly owner: Retrying;
  readonly retrying: Retry;
  readonly time: FakeTime;
}

function setUp(options: Partial<RetryOptions> = {}, maxParallel = 6): Setup {
  const time = fakeTime();
  const limiter = createLimiter({ maxParallel, ...time });
  const owner = createRetrying({
    limiter,
    now: time.now,
    sleep: time.sleep,
    random: () => 1,
    longestRateWaitMs: 600_000,
    totalRateWaitMs: Number.POSITIVE_INFINITY,
    ...options,
  });
  return { owner, retrying: (attempt, signal) => owner.run(attempt, { signal }), time };
}

/** An attempt that throws these, one after the other, and then answers; it counts how often it was made. */
function script(...outcomes: readonly unknown[]): { attempt: () => Promise<string>; tries: () => number } {
  let tries = 0;
  return {
    tries: () => tries,
    attempt: async () => {
      const outcome = outcomes[tries];
      tries += 1;
      if (outcome !== undefined) {
        throw outcome;
      }
      return 'answer';
    },
  };
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('a rate limit that never ends', () => {
  it('ends a call of a server after the waits that it may hold it for, and an answer begins the count anew', async () => {
    const { retrying, time } = setUp({ longestRateWaitMs: 30_000, totalRateWaitMs: 60_000, forgetsRateWaits: true });
    const startedAt = time.now();
    await retrying(script(limited(25_000), limited(25_000)).attempt);
    const { attempt, tries } = script(...times(9, () => limited(25_000)));

    const { kind } = await failureOf(retrying(attempt));

    expect(kind).toBe('rate-limited');
    expect(tries()).toBe(3);
    expect(time.now() - startedAt).toBe(100_000);
  });
});

describe('an outage', () => {
  it('is tried five times in all, with a back-off that doubles', async () => {
    const { retrying, time } = setUp();
    const { attempt, tries } = script(...times(9, outage));

    const { kind, message } = await failureOf(retrying(attempt));

    expect({ kind, message }).toEqual({ kind: 'unavailable', message: 'a yes failure' });
    expect(tries()).toBe(5);
    expect(time.slept).toEqual([250, 500, 1_000, 2_000]);
  });

  it('is over when the fifth try succeeds', async () => {
    const { retrying } = setUp();

    expect(await retrying(script(...times(4, outage)).attempt)).toBe('answer');
  });

  it.each([
    [0, [0, 0, 0, 0]],
    [0.5, [125, 250, 500, 1_000]],
    [0.999, [249.75, 499.5, 999, 1_998]],
  ])('is waited out with full jitter: a random share of %s makes waits of %j', async (share, expected) => {
    const { retrying, time } = setUp({ random: () => share });

    await failureOf(retrying(script(...times(9, outage)).attempt));

    expect(time.slept).toEqual(expected);
  });

  it('is waited out for as long as the service asks, if that is longer than the back-off', async () => {
    const { retrying, time } = setUp();

    await retrying(script(outage(7_000), outage(10)).attempt);

    expect(time.slept).toEqual([7_000, 500]);
  });

  it('is final when the service asks for a longer wait than is allowed', async () => {
    const { retrying, time } = setUp({ longestRateWaitMs: 30_000 });
    const { attempt, tries } = script(outage(31_000));

    expect((await failureOf(retrying(attempt))).kind).toBe('unavailable');
    expect(tries()).toBe(1);
    expect(time.slept).toEqual([]);
  });
});

describe('a body that was cut off', () => {
  it('is read again twice', async () => {
    const { retrying } = setUp();
    const { attempt, tries } = script(...times(9, cutBody));

    expect((await failureOf(retrying(attempt))).kind).toBe('upstream-contract');
    expect(tries()).toBe(3);
  });

  it('is forgotten when the third try is whole', async () => {
    const { retrying } = setUp();

    expect(await retrying(script(cutBody(), cutBody()).attempt)).toBe('answer');
  });
});

describe('a first attempt that was made elsewhere and failed', () => {
  it('counts as one, and is followed by a back-off', async () => {
    const { owner, time } = setUp();
    const numbers: number[] = [];

    const answer = await owner.run(
      async (number) => {
        numbers.push(number);
        return await Promise.resolve('answer');
      },
      { failed: cutBody() },
    );

    expect({ answer, numbers, slept: time.slept }).toEqual({ answer: 'answer', numbers: [2], slept: [250] });
  });

  it('ends the request where it was final', async () => {
    const { owner } = setUp();
    const { attempt, tries } = script();

    expect((await failureOf(owner.run(attempt, { failed: refused() }))).kind).toBe('unavailable');
    expect(tries()).toBe(0);
  });
});

describe('a final failure', () => {
  it.each([
    ['that the attempt marks as final', refused()],
    ['that is one of our own errors', new ConnectorError('forbidden', 'no')],
    ['that is a bug', new TypeError('x is not a function')],
  ])('%s is not tried again', async (_, thrown) => {
    const { retrying, time } = setUp();
    const { attempt, tries } = script(thrown);

    const rejection: unknown = await retrying(attempt).catch((error: unknown) => error);

    expect(rejection).toBe(thrown instanceof AttemptFailed ? thrown.failure.error : thrown);
    expect(tries()).toBe(1);
    expect(time.slept).toEqual([]);
  });

  it('after an outage ends the tries', async () => {
    const { retrying } = setUp();
    const { attempt, tries } = script(outage(), refused());

    await failureOf(retrying(attempt));

    expect(tries()).toBe(2);
  });
});

describe('a rate limit', () => {
  it('is waited for exactly as long as the service asks', async () => {
    const { retrying, time } = setUp();

    expect(await retrying(script(limited(7_000)).attempt)).toBe('answer');

    expect(time.slept).toEqual([7_000]);
  });

  it('is waited for 1, 2, 4 ... 60 s when the service does not say how long', async () => {
    const { retrying, time } = setUp();

    await retrying(script(...times(8, limited)).attempt);

    expect(time.slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('begins at one second again after an answer', async () => {
    const { retrying, time } = setUp();

    await retrying(script(limited(), limited()).attempt);
    await retrying(script(limited()).attempt);

    expect(time.slept).toEqual([1_000, 2_000, 1_000]);
  });

  it('does not count among the five tries', async () => {
    const { retrying } = setUp();
    const { attempt, tries } = script(
      outage(),
      limited(),
      outage(),
      limited(),
      outage(),
      limited(),
      outage(),
      limited(1_000),
      limited(1_000),
    );

    expect(await retrying(attempt)).toBe('answer');
    expect(tries()).toBe(10);
  });

  it('does not give a sixth try to an outage', async () => {
    const { retrying } = setUp();
    const { attempt, tries } = script(...times(4, outage), limited(), outage(), outage());

    expect((await failureOf(retrying(attempt))).kind).toBe('unavailable');
    expect(tries()).toBe(6);
  });

  it('holds back every request, not only the one that met it', async () => {
    const { retrying, time } = setUp({}, 2);
    const startedAt = time.now();
    const begunAt: number[] = [];
    const { attempt } = script(limited(9_000));

    const first = retrying(attempt);
    await turn();
    const others = times(4, () => retrying(async () => begunAt.push(time.now())));
    await Promise.all([first, ...others]);

    expect(begunAt).toHaveLength(4);
    expect(begunAt.every((at) => at >= startedAt + 9_000)).toBe(true);
  });

  it('that six requests meet at once is one breach, and is waited for once', async () => {
    const { retrying, time } = setUp({ totalRateWaitMs: 1_500 });
    const startedAt = time.now();

    const answers = await Promise.all(times(6, () => retrying(script(limited()).attempt)));

    expect(answers).toHaveLength(6);
    expect(time.now() - startedAt).toBe(1_000);
  });

  it('that is longer than allowed is handed to the caller with the time when it ends', async () => {
    const { retrying, time } = setUp({ longestRateWaitMs: 30_000 });
    const { attempt, tries } = script(limited(30_001));
    const before = Date.now();

    const { kind, message, facts } = await failureOf(retrying(attempt));

    expect(kind).toBe('rate-limited');
    expect(facts['resetAt']).toBeGreaterThanOrEqual(before + 30_001);
    expect(facts['resetAt']).toBeLessThanOrEqual(Date.now() + 30_001);
    expect(message).toContain(new Date(Number(facts['resetAt'])).toISOString());
    expect(tries()).toBe(1);
    expect(time.slept).toEqual([]);
  });

  it('that is as long as allowed is waited for', async () => {
    const { retrying } = setUp({ longestRateWaitMs: 30_000 });

    expect(await retrying(script(limited(30_000)).attempt)).toBe('answer');
  });

  it('is given up when all waits together would be longer than allowed', async () => {
    const { retrying, time } = setUp({ totalRateWaitMs: 10_000 });
    const { attempt, tries } = script(...times(99, () => limited(3_000)));

    const { kind, facts } = await failureOf(retrying(attempt));

    expect(kind).toBe('rate-limited');
    expect(facts['resetAt']).toBeTypeOf('number');
    expect(tries()).toBe(4);
    expect(time.slept).toEqual([3_000, 3_000, 3_000]);
  });
});

describe('retries', () => {
  it('are at most ten and a tenth of the requests, over all requests', async () => {
    const { retrying } = setUp();
    let sent = 0;
    const failsOnce = (): Promise<string> => {
      const { attempt } = script(outage());
      return retrying(() => {
        sent += 1;
        return attempt();
      });
    };

    const outcomes: boolean[] = [];
    for (let count = 0; count < 60; count += 1) {
      outcomes.push(
        await failsOnce().then(
          () => true,
          () => false,
        ),
      );
      await retrying(script().attempt); // what succeeds keeps the breaker closed
    }

    const retries = sent - 60;
    expect(outcomes.slice(0, 10)).not.toContain(false);
    expect(outcomes).toContain(false);
    expect(retries).toBeLessThanOrEqual(10 + 120 / 10);
    expect(retries).toBeGreaterThan(120 / 10);
  });

  it('that the budget has no room for are not made, and the error says so', async () => {
    const { retrying } = setUp();
    await Promise.all(times(10, () => retrying(script(outage()).attempt)));
    const { attempt, tries } = script(outage());

    const { kind, message } = await failureOf(retrying(attempt));

    expect({ kind, message }).toEqual({
      kind: 'unavailable',
      message: 'a yes failure; not tried again, since too many requests fail',
    });
    expect(tries()).toBe(1);
  });

  it('after a 429 cost nothing of the budget', async () => {
    const { retrying } = setUp();

    await retrying(script(...times(40, () => limited(1_000))).attempt);

    expect(await retrying(script(...times(4, outage)).attempt)).toBe('answer');
  });
});

describe('a service that has stopped answering', () => {
  /** Ends every request in an outage, one after the other, and says how many tries that took. */
  async function fail(retrying: Retry, requests: number): Promise<number> {
    let tries = 0;
    for (let count = 0; count < requests; count += 1) {
      await failureOf(
        retrying(async () => {
          tries += 1;
          throw outage();
        }),
      );
    }
    return tries;
  }

  it('is asked no more after five exhausted requests', async () => {
    const { retrying } = setUp();

    expect(await fail(retrying, 5)).toBe(5 + 10);
    const { attempt, tries } = script();

    expect(await failureOf(retrying(attempt))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('nothing more is sent') as string,
    });
    expect(tries()).toBe(0);
  });

  it('is asked once after 30 seconds, with one try, and again 30 seconds later', async () => {
    const { retrying, time } = setUp();
    await fail(retrying, 5);

    time.advance(30_000);
    expect(await fail(retrying, 3)).toBe(1);
    time.advance(30_000);

    expect(await fail(retrying, 3)).toBe(1);
  });

  it('is asked by everybody again once a probe was answered', async () => {
    const { retrying, time } = setUp();
    await fail(retrying, 5);
    time.advance(30_000);

    expect(await retrying(script().attempt)).toBe('answer');

    expect(await Promise.all(times(20, () => retrying(script().attempt)))).toHaveLength(20);
  });

  it.each([
    ['an answer', (): unknown => undefined],
    ['a no', (): unknown => refused()],
  ])('is not one that gives %s in between', async (_, outcome) => {
    const { retrying } = setUp();
    await fail(retrying, 4);
    await retrying(script(outcome()).attempt).catch(() => undefined);
    await fail(retrying, 4);

    expect(await retrying(script().attempt)).toBe('answer');
  });

  it('holds back those who still wait for a slot or for their next try', async () => {
    const { retrying } = setUp({}, 1);
    let tries = 0;

    const failures = await Promise.all(
      times(30, () =>
        failureOf(
          retrying(async () => {
            tries += 1;
            throw outage();
          }),
        ),
      ),
    );

    expect(tries).toBeLessThan(30);
    expect(failures.filter(({ message }) => message.includes('nothing more is sent')).length).toBeGreaterThan(0);
  });
});

describe('a caller who goes away', () => {
  it('while a back-off is slept through gets "cancelled", and no further try is made', async () => {
    const caller = new AbortController();
    const { retrying } = setUp({
      sleep: async (_, signal) => {
        caller.abort();
        signal?.throwIfAborted();
      },
    });
    const { attempt, tries } = script(...times(9, outage));

    expect((await failureOf(retrying(attempt, caller.signal))).kind).toBe('cancelled');
    expect(tries()).toBe(1);
  });

  it('before the first try gets "cancelled" without one', async () => {
    const { retrying } = setUp();
    const { attempt, tries } = script();

    expect((await failureOf(retrying(attempt, AbortSignal.abort(new Error('a reason of their own'))))).kind).toBe(
      'cancelled',
    );
    expect(tries()).toBe(0);
  });

  it('while a rate limit is waited for gets "cancelled"', async () => {
    const { retrying } = setUp();
    const caller = new AbortController();
    const { attempt, tries } = script(limited(60_000));

    const waiting = retrying(async () => {
      setImmediate(() => caller.abort());
      return await attempt();
    }, caller.signal);

    expect((await failureOf(waiting)).kind).toBe('cancelled');
    expect(tries()).toBe(1);
  });
});

it('a request that backs off holds no slot', async () => {
  let wake: () => void = () => undefined;
  const { retrying } = setUp(
    {
      sleep: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
    },
    1,
  );

  const failing = retrying(script(outage()).attempt);
  await turn();

  expect(await retrying(script().attempt)).toBe('answer');
  wake();
  expect(await failing).toBe('answer');
});
