import { throwIfCancelled } from '../../errors.ts';
import { isLoopbackHost } from '../../loopback.ts';
import type { Endpoint, RateBucket } from './endpoint.ts';
import { createLanes } from './lanes.ts';
import type { Limiter } from './limiter.ts';
import { orCancelled, type Sleep } from './sleep.ts';

export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

/** `auto`: a share of the documented limits, and no pacing on loopback addresses. A rate is that of user searches. */
export type RateLimit = 'off' | 'auto' | Rate;

/** The rest is left to logins and to other jobs: Descope counts per project and per address, not per program. */
const shareOfDocumented = 0.8;
/**
 * A rate that is given is the whole limit. Requests do not all take the same time to arrive, so more of them can arrive
 * within a period than were sent within one. Our period is a fiftieth longer for that.
 */
const slackOfGiven = 1 / 50;
/** How many requests may go out at once after a pause in use: one for each slot of the limiter. */
const burst = 6;
const minuteMs = 60_000;

/** Descope's documented rate limits, per minute. */
export const documentedPerMinute = {
  audit: 10,
  search: 200,
  create: 100,
  user: 500,
  update: 200,
  general: 100,
} as const satisfies Readonly<Record<RateBucket, number>>;

export interface PacingOptions {
  readonly rateLimit: RateLimit;
  readonly baseUrl: string;
  readonly limiter: Limiter;
  /** The way of searches of the audit log, the limiter itself when left out. A 429 to one of them holds back no other request. */
  readonly auditLimiter?: Limiter;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
}

/** Delays requests so that a known limit is never met. A request that waits here holds no slot. */
export interface Pacing {
  /** The limiter for requests to this endpoint, paced. Rejects at once with `cancelled` when the signal fires. */
  limiterOf(endpoint: Endpoint): Limiter;
  /** Undefined where there is no pacing. */
  readonly searchesPerMinute: number | undefined;
  /** The same for calls that no other limit is for, such as those about a single tenant. */
  readonly generalPerMinute: number | undefined;
  /** The same for searches of the audit log. */
  readonly auditPerMinute: number | undefined;
}

export function createPacing({
  rateLimit,
  baseUrl,
  limiter,
  auditLimiter = limiter,
  now,
  sleep,
}: PacingOptions): Pacing {
  const paced = (rate: Rate, slack = 0, through = limiter): Limiter => ({
    ...through,
    run: pacedRun(through, createBucket(rate, slack * rate.periodMs, now), sleep),
  });
  // The whole limit, on loopback addresses, too: one walk of the log would use it up, and wait for the penalty.
  const auditRate = { count: documentedPerMinute.audit, periodMs: minuteMs };
  const audit = rateLimit === 'off' ? auditLimiter : paced(auditRate, slackOfGiven, auditLimiter);
  if (isUnpaced(rateLimit, baseUrl)) {
    return {
      limiterOf: ({ bucket }) => (bucket === 'audit' ? audit : limiter),
      searchesPerMinute: undefined,
      generalPerMinute: undefined,
      auditPerMinute: rateLimit === 'off' ? undefined : auditRate.count,
    };
  }
  const buckets: Readonly<Record<RateBucket, Limiter>> = {
    audit,
    search: paced(searchRate(rateLimit), rateLimit === 'auto' ? 0 : slackOfGiven),
    create: paced(ofDocumented('create')),
    user: paced(ofDocumented('user')),
    update: paced(ofDocumented('update')),
    general: paced(ofDocumented('general')),
  };
  return {
    limiterOf: (endpoint) => buckets[endpoint.bucket],
    searchesPerMinute: searchesPerMinute({ rateLimit, baseUrl }),
    generalPerMinute: generalPerMinute({ rateLimit, baseUrl }),
    auditPerMinute: auditRate.count,
  };
}

/** The most calls about single tenants that are sent in a minute; undefined where there is no pacing. */
export function generalPerMinute({
  rateLimit,
  baseUrl,
}: Pick<PacingOptions, 'rateLimit' | 'baseUrl'>): number | undefined {
  return isUnpaced(rateLimit, baseUrl) ? undefined : ofDocumented('general').count;
}

/** The most user searches that are sent in a minute; undefined where there is no pacing. */
export function searchesPerMinute({
  rateLimit,
  baseUrl,
}: Pick<PacingOptions, 'rateLimit' | 'baseUrl'>): number | undefined {
  if (isUnpaced(rateLimit, baseUrl)) {
    return undefined;
  }
  const { count, periodMs } = searchRate(rateLimit);
  return (count * minuteMs) / periodMs;
}

function isUnpaced(rateLimit: RateLimit, baseUrl: string): rateLimit is 'off' {
  return rateLimit === 'off' || (rateLimit === 'auto' && isLoopbackHost(new URL(baseUrl).hostname));
}

function ofDocumented(name: RateBucket): Rate {
  return { count: documentedPerMinute[name] * shareOfDocumented, periodMs: minuteMs };
}

function searchRate(rateLimit: Exclude<RateLimit, 'off'>): Rate {
  return rateLimit === 'auto' ? ofDocumented('search') : rateLimit;
}

/** A shorter wait is not announced. */
const worthTellingMs = 20_000;

export interface ExpectedTime {
  readonly about: string;
  readonly line: string;
}

/** How long this many searches take at least; undefined where there is no pacing, or the wait is short. */
export function expectedTime(pages: number, searchesPerMinute: number | undefined): ExpectedTime | undefined {
  return expected(`${pages.toLocaleString('en')} pages`, pages, searchesPerMinute);
}

/** The same for what is asked of each tenant: so many requests, and perhaps one or two more in all. */
export function expectedTimeOfTenants(
  tenants: number,
  requestsOfEach: number,
  perMinute: number | undefined,
): ExpectedTime | undefined {
  const requests = tenants * requestsOfEach;
  const each = `${requestsOfEach} request${requestsOfEach === 1 ? '' : 's'} for each of ${tenants.toLocaleString('en')} tenants`;
  return expected(`${requests.toLocaleString('en')} requests, ${each},`, requests, perMinute);
}

/** The same for logins, which come by so many in an answer, or by so many users. */
export function expectedTimeOfLogins(
  what: string,
  requests: number,
  perMinute: number | undefined,
): ExpectedTime | undefined {
  return expected(`${requests.toLocaleString('en')} requests for ${what}`, requests, perMinute);
}

function expected(what: string, requests: number, perMinute: number | undefined): ExpectedTime | undefined {
  const about = perMinute === undefined ? undefined : aboutSo((requests / perMinute) * minuteMs);
  return about === undefined || perMinute === undefined
    ? undefined
    : { about, line: `${what} at ${perMinute.toLocaleString('en')} a minute: ${about}` };
}

/** "about 45 s", "about 6 min"; undefined for a wait that is short. */
export function aboutSo(ms: number): string | undefined {
  if (ms <= worthTellingMs) {
    return undefined;
  }
  return ms < 1.5 * minuteMs ? `about ${Math.round(ms / 1000)} s` : `about ${Math.round(ms / minuteMs)} min`;
}

/**
 * First come, first served. The first waits for a token, then for a slot, and takes the token only as the task begins:
 * else tokens would pile up while requests are slow or paused, and be spent all at once.
 */
function pacedRun(limiter: Limiter, bucket: TokenBucket, sleep: Sleep): Limiter['run'] {
  const inTurn = createLanes(1);

  async function waitForToken(signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    for (let wait = bucket.waitMs(); wait > 0; wait = bucket.waitMs()) {
      await sleep(Math.ceil(wait), signal);
    }
  }

  return async (task, signal, goesFirst = false) => {
    throwIfCancelled(signal);
    const work = inTurn(async () => {
      await waitForToken(signal);
      return await new Promise<{ readonly answer: ReturnType<typeof task> }>((leave) => {
        const answer = limiter.run(
          () => {
            bucket.take();
            leave({ answer });
            return task();
          },
          signal,
          goesFirst,
        );
        answer.catch(() => leave({ answer })); // given up before it began
      });
    }, goesFirst);
    return await orCancelled(
      work.then(({ answer }) => answer),
      signal,
    );
  };
}

interface TokenBucket {
  /** Milliseconds until there is a token, 0 or less when there is one. */
  waitMs(): number;
  take(): void;
}

/**
 * A token bucket: a few at once, then one every period / count. A full bucket and what flows in meanwhile would be more
 * than `count` in the first period, so the last `count` times are kept, too: no period, wherever it begins, sees more.
 */
function createBucket({ count, periodMs }: Rate, slackMs: number, now: () => number): TokenBucket {
  const intervalMs = periodMs / count;
  const capacityMs = intervalMs * Math.min(burst, count);
  /** When the bucket would be full again, and when each of the last `count` tokens was taken. */
  let fullAt = Number.NEGATIVE_INFINITY;
  const takenAt: number[] = [];
  let taken = 0;
  return {
    waitMs: () => {
      const tokenAt = fullAt + intervalMs - capacityMs;
      const periodEndsAt = (takenAt[taken % count] ?? Number.NEGATIVE_INFINITY) + periodMs + slackMs;
      return Math.max(tokenAt, periodEndsAt) - now();
    },
    take: () => {
      fullAt = Math.max(fullAt, now()) + intervalMs;
      takenAt[taken % count] = now();
      taken += 1;
    },
  };
}
