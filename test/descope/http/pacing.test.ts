import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/descope/http/endpoint.ts';
import { createLimiter } from '../../../src/descope/http/limiter.ts';
import {
  createPacing,
  expectedTime,
  expectedTimeOfTenants,
  type PacingOptions,
  type Rate,
  type RateLimit,
} from '../../../src/descope/http/pacing.ts';
import { roleList } from '../../../src/descope/roles.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { userWriteEndpoints } from '../../../src/descope/users/user-writes.ts';
import { userReadEndpoints } from '../../../src/descope/users/user.ts';
import { useNock } from '../../support/nock.ts';
import {
  anySearch,
  failureOf,
  fakeTime,
  type FakeTime,
  host,
  noUsers,
  searchPath,
  testClient,
  turn,
} from '../support.ts';

useNock();

interface Paced {
  readonly pacing: {
    readonly searchesPerMinute: number | undefined;
    readonly take: (endpoint: Endpoint, signal?: AbortSignal) => Promise<void>;
  };
  readonly time: FakeTime;
}

/** `take` is a request that is answered at once. */
function paced(rateLimit: RateLimit, baseUrl = host, sleep?: PacingOptions['sleep']): Paced {
  const time = fakeTime();
  const clock = { now: time.now, sleep: sleep ?? time.sleep };
  const pacing = createPacing({ rateLimit, baseUrl, limiter: createLimiter({ maxParallel: 6, ...clock }), ...clock });
  return {
    time,
    pacing: {
      searchesPerMinute: pacing.searchesPerMinute,
      take: (endpoint, signal) => pacing.limiterOf(endpoint).run(async () => undefined, signal),
    },
  };
}

/** Takes this many at once and says when each was let through, from the beginning on. */
async function timesOf(count: number, take: () => Promise<void>, { now }: FakeTime): Promise<number[]> {
  const startedAt = now();
  return await Promise.all(
    Array.from({ length: count }, async () => {
      await take();
      return now() - startedAt;
    }),
  );
}

/** The most of these times that lie within one period, wherever it begins. */
function mostWithin(periodMs: number, times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + periodMs).length));
}

describe('pacing', () => {
  it('lets six through at once and then keeps to the rate', async () => {
    const { pacing, time } = paced({ count: 60, periodMs: 60_000 });

    const times = await timesOf(10, () => pacing.take(userReadEndpoints.searchUsers), time);

    expect(times).toEqual([0, 0, 0, 0, 0, 0, 1_000, 2_000, 3_000, 4_000]);
  });

  it.each<[string, Rate, number]>([
    ['200 a minute', { count: 200, periodMs: 60_000 }, 200],
    ['3 a second', { count: 3, periodMs: 1_000 }, 180],
    ['1 a minute', { count: 1, periodMs: 60_000 }, 1],
  ])('at %s lets exactly as many through', async (_, rate, perMinute) => {
    const { pacing, time } = paced(rate);

    const times = await timesOf(rate.count * 5, () => pacing.take(userReadEndpoints.searchUsers), time);

    expect(pacing.searchesPerMinute).toBe(perMinute);
    expect(mostWithin(rate.periodMs, times)).toBe(rate.count);
    expect(Math.max(...times)).toBeLessThanOrEqual(5 * 1.02 * rate.periodMs);
  });

  it('never lets more through in any period than the rate says, however the requests come', async () => {
    const requests = array(record({ pauseMs: integer({ min: 0, max: 3_000 }), count: integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    await assert(
      asyncProperty(
        integer({ min: 1, max: 20 }),
        constantFrom(1_000, 10_000),
        requests,
        async (count, periodMs, groups) => {
          const { pacing, time } = paced({ count, periodMs });
          const times: number[] = [];
          for (const group of groups) {
            time.advance(group.pauseMs);
            await Promise.all(
              Array.from({ length: group.count }, async () => {
                await pacing.take(userReadEndpoints.searchUsers);
                times.push(time.now());
              }),
            );
          }
          expect(mostWithin(periodMs, times)).toBeLessThanOrEqual(count);
        },
      ),
      { numRuns: 30 },
    );
  });

  it(
    'keeps a fiftieth of the period free between as many requests as a given limit allows, since some arrive later ' +
      'than others',
    async () => {
      const { pacing, time } = paced({ count: 3, periodMs: 1_000 });

      const times = await timesOf(13, () => pacing.take(userReadEndpoints.searchUsers), time);

      expect(mostWithin(1_020, times)).toBe(3);
      expect(Math.max(...times)).toBeLessThanOrEqual(4 * 1_020 + 1_000);
    },
  );

  it('by default takes four fifths of what is documented, of each limit on its own', async () => {
    const { pacing, time } = paced('auto');
    const startedAt = time.now();

    const most: number[] = [];
    for (const endpoint of [
      userReadEndpoints.searchUsers,
      userReadEndpoints.loadUser,
      userWriteEndpoints.addUserRoles,
      tenantList.endpoint,
    ] as const) {
      most.push(mostWithin(60_000, await timesOf(500, () => pacing.take(endpoint), time)));
    }

    expect(most).toEqual([160, 400, 160, 80]);
    expect(pacing.searchesPerMinute).toBe(160);
    expect(time.now()).toBeGreaterThan(startedAt);
  });

  it('counts tenants, roles and permissions together, and so all writes', async () => {
    const { pacing, time } = paced('auto');

    await timesOf(6, () => pacing.take(tenantList.endpoint), time);
    await timesOf(1, () => pacing.take(roleList.endpoint), time);
    await timesOf(6, () => pacing.take(userWriteEndpoints.addUserRoles), time);
    await timesOf(1, () => pacing.take(userWriteEndpoints.removeUserTenant), time);

    expect(time.slept).toEqual([750, 375]);
  });

  it.each<[RateLimit, string, number | undefined]>([
    ['off', host, undefined],
    ['auto', host, 160],
    ['auto', 'http://127.0.0.1:8080', undefined],
    ['auto', 'http://localhost:8080/x', undefined],
    ['auto', 'http://[::1]:8080', undefined],
    ['auto', 'https://127.0.0.1.example.com', 160],
    [{ count: 30, periodMs: 1_000 }, 'http://127.0.0.1:8080', 1_800],
  ])('set to %j for %s allows %s searches a minute', async (rateLimit, baseUrl, expected) => {
    const { pacing, time } = paced(rateLimit, baseUrl);

    await timesOf(7, () => pacing.take(userReadEndpoints.searchUsers), time);

    expect(pacing.searchesPerMinute).toBe(expected);
    expect(time.slept.length > 0).toBe(expected !== undefined);
  });

  it('lets whoever goes away leave at once, first in the queue or not, and gives the next the token', async () => {
    const sleepers: (() => void)[] = [];
    const { pacing, time } = paced(
      { count: 1, periodMs: 60_000 },
      host,
      (_, signal) =>
        new Promise((resolve, reject) => {
          sleepers.push(resolve);
          signal?.addEventListener('abort', () => reject(new Error('woken')), { once: true });
        }),
    );
    await pacing.take(userReadEndpoints.searchUsers);
    const callers = [new AbortController(), new AbortController()];
    const leaving = callers.map(({ signal }) => failureOf(pacing.take(userReadEndpoints.searchUsers, signal)));
    let isThrough = false;
    const staying = (async (): Promise<void> => {
      await pacing.take(userReadEndpoints.searchUsers);
      isThrough = true;
    })();
    await turn();

    callers[1]?.abort();
    callers[0]?.abort();

    expect((await Promise.all(leaving)).map(({ kind }) => kind)).toEqual(['cancelled', 'cancelled']);
    await turn();
    expect(isThrough).toBe(false);
    time.advance(61_200);
    sleepers.at(-1)?.();
    await staying;
    expect((await failureOf(pacing.take(userReadEndpoints.searchUsers, AbortSignal.abort()))).kind).toBe('cancelled');
  });

  it('saves up no more than six tokens while all slots are busy or paused', async () => {
    const time = fakeTime();
    const limiter = createLimiter({ maxParallel: 1, ...time });
    const pacing = createPacing({ rateLimit: { count: 60, periodMs: 60_000 }, baseUrl: host, limiter, ...time });
    let release: () => void = () => undefined;
    const busy = limiter.run(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const begunAt: number[] = [];
    const waiting = Array.from({ length: 20 }, () =>
      pacing.limiterOf(userReadEndpoints.searchUsers).run(async () => begunAt.push(time.now())),
    );
    await turn();

    time.advance(30_000);
    limiter.pauseFor(30_000);
    const openAt = time.now() + 30_000;
    release();
    await Promise.all([busy, ...waiting]);

    expect(Math.min(...begunAt)).toBe(openAt);
    expect(begunAt.filter((at) => at === openAt)).toHaveLength(6);
    expect(Math.max(...begunAt)).toBe(openAt + 14_000);
  });

  it('lets the next one go on when a task throws, or its caller leaves before it has begun', async () => {
    const time = fakeTime();
    const limiter = createLimiter({ maxParallel: 1, ...time });
    const pacing = createPacing({ rateLimit: { count: 60, periodMs: 60_000 }, baseUrl: host, limiter, ...time });
    const narrow = pacing.limiterOf(userReadEndpoints.searchUsers);
    await expect(narrow.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    let release: () => void = () => undefined;
    const busy = limiter.run(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const caller = new AbortController();
    const leaving = failureOf(narrow.run(async () => 'never', caller.signal));
    const staying = narrow.run(async () => 'answer');
    await turn();

    caller.abort();

    expect((await leaving).kind).toBe('cancelled');
    release();
    await busy;
    expect(await staying).toBe('answer');
  });
});

/** Answers searches as a project would that allows 200 in a minute, counted from the first, and then blocks for one. */
function limitedProject(
  time: FakeTime,
  limit = 200,
): { readonly refusals: () => number; readonly mostInFlight: () => number } {
  let windowFrom = Number.NEGATIVE_INFINITY;
  let used = 0;
  let refusals = 0;
  let inFlight = 0;
  let most = 0;
  nock(host)
    .persist()
    .post(searchPath)
    .reply(async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await turn();
      inFlight -= 1;
      if (time.now() - windowFrom >= 60_000) {
        windowFrom = time.now();
        used = 0;
      }
      used += 1;
      if (used > limit) {
        refusals += 1;
        return [429, {}, { 'retry-after': '60' }];
      }
      return [200, noUsers];
    });
  return { refusals: () => refusals, mostInFlight: () => most };
}

describe('a client that reads 100,000 users', () => {
  const pages = 1_000;

  it.each<[RateLimit, number, number]>([
    ['auto', 6, 6.5],
    [{ count: 3, periodMs: 1_000 }, 5, 6],
  ])('at %j meets no limit, within the time that this takes', async (rateLimit, atLeastMinutes, atMostMinutes) => {
    const time = fakeTime();
    const project = limitedProject(time);
    const client = testClient({ rateLimit, now: time.now, sleep: time.sleep });
    const startedAt = time.now();

    await Promise.all(Array.from({ length: pages }, () => client.searchUsers(anySearch)));

    expect(project.refusals()).toBe(0);
    expect(project.mostInFlight()).toBeLessThanOrEqual(6);
    expect((time.now() - startedAt) / 60_000).toBeGreaterThan(atLeastMinutes - 0.5);
    expect((time.now() - startedAt) / 60_000).toBeLessThanOrEqual(atMostMinutes);
  });

  it('meets the limit without pacing, and never sends more than six at once', async () => {
    const time = fakeTime();
    const project = limitedProject(time);
    const client = testClient({ now: time.now, sleep: time.sleep, longestRateWaitMs: 60_000 });

    await Promise.all(Array.from({ length: 300 }, () => client.searchUsers(anySearch)));

    expect(project.refusals()).toBeGreaterThan(0);
    expect(project.mostInFlight()).toBe(6);
  });

  it('holds no slot while it waits: a tenant list goes out at once', async () => {
    const time = fakeTime();
    limitedProject(time);
    nock(host).get('/v1/mgmt/tenant/all').reply(200, { tenants: [] });
    const startedAt = time.now();
    let wake: () => void = () => undefined;
    const client = testClient({
      rateLimit: { count: 1, periodMs: 60_000 },
      maxParallelFetches: 1,
      now: time.now,
      sleep: () =>
        new Promise((resolve) => {
          wake = () => {
            time.advance(61_200);
            resolve();
          };
        }),
    });
    await client.searchUsers(anySearch);
    const waiting = client.searchUsers(anySearch);
    await turn();

    expect(await client.readList(tenantList)).toEqual([]);
    expect(time.now()).toBe(startedAt);
    wake();
    await waiting;
  });

  it('paces retries like first tries', async () => {
    nock(host).post(searchPath).times(3).reply(503);
    nock(host).post(searchPath).reply(200, noUsers);
    const client = testClient({ rateLimit: { count: 1, periodMs: 60_000 } });
    const startedAt = client.time.now();

    await client.searchUsers(anySearch);

    expect(client.time.now() - startedAt).toBe(3 * 61_200);
  });
});

describe('the expected time', () => {
  it.each([
    [1_000, 160, '1,000 pages at 160 a minute: about 6 min'],
    [240, 160, '240 pages at 160 a minute: about 2 min'],
    [239, 160, '239 pages at 160 a minute: about 90 s'],
    [54, 160, '54 pages at 160 a minute: about 20 s'],
    [10_000, 1_800, '10,000 pages at 1,800 a minute: about 6 min'],
  ])('of %i pages at %i a minute is told as %j', (pages, perMinute, line) => {
    expect(expectedTime(pages, perMinute)?.line).toBe(line);
  });

  it('of what is asked of each tenant is told with how much that is', () => {
    expect(expectedTimeOfTenants(500, 3, 80)?.line).toBe(
      '1,500 requests, 3 requests for each of 500 tenants, at 80 a minute: about 19 min',
    );
    expect(expectedTimeOfTenants(500, 3, undefined)).toBeUndefined();
    expect(expectedTimeOfTenants(500, 0, 80)).toBeUndefined();
    expect(expectedTimeOfTenants(5, 3, 80)).toBeUndefined();
  });

  it.each([
    [53, 160],
    [0, 160],
    [1_000_000, undefined],
  ])('of %i pages at %s a minute is not worth a line', (pages, perMinute) => {
    expect(expectedTime(pages, perMinute)).toBeUndefined();
  });
});
