import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/descope/users/ledger.ts';
import { createStablePass, type ParsePage } from '../../../src/descope/users/stable-pass.ts';
import type { TimedUserPage, UserQuery } from '../../../src/descope/users/user-page.ts';
import { createUserRead, type ReadOrigin, type UserRead } from '../../../src/descope/users/user-read.ts';
import type { User } from '../../../src/descope/users/user.ts';
import { ConnectorError } from '../../../src/errors.ts';
import { useNock } from '../../support/nock.ts';
import type { DescopeModel } from '../../support/descope-model.ts';
import { quietProject, userCreatedAt, userIdAt } from '../quiet-project.ts';
import { dateHeader, failureOf, host, searchPath, testClient, turn } from '../support.ts';

/** Our own clock, later than the service's: it must not matter then. */
const ourNowMs = 4_000_000_000_000;
const dateMs = Date.parse(dateHeader);
/** Whole seconds of the Date header, less 15 s, less 1 ms. */
const boundMs = dateMs - 15_001;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const userIds = (count: number): string[] => upTo(count).map(userIdAt);
const readOf = (server: DescopeModel, origin?: ReadOrigin): UserRead =>
  createUserRead({ search: server.searchUsers, now: () => ourNowMs, ...(origin !== undefined && { origin }) });

/** The first pass alone: what it finds inconsistent, before any other pass repairs it. */
function stableOf(server: DescopeModel, origin?: ReadOrigin): Pick<UserRead, 'next' | 'proof'> {
  const ahead = async (query: UserQuery): Promise<ParsePage> => {
    const page = await server.searchUsers(query);
    return () => Promise.resolve(page);
  };
  const pass = createStablePass({
    call: (query) => server.searchUsers(query),
    ahead,
    filter: {},
    ledger: new Ledger(origin),
    now: () => ourNowMs,
  });
  return { proof: undefined, next: (signal) => pass.next(signal) };
}

/** Reads to the end; the ids page by page. */
async function readAll(read: Pick<UserRead, 'next'>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
    pages.push(batch.users.map((user) => user.userId));
  }
  return pages;
}

/** How a read of this server ends: with a proof, or with the message of the inconsistency. */
async function inconsistencyOf(read: Pick<UserRead, 'next' | 'proof'>): Promise<string> {
  const { kind, message } = await failureOf(readAll(read));
  expect(kind).toBe('inconsistent');
  expect(read.proof).toBeUndefined();
  return message;
}

const withUsers = (page: TimedUserPage, users: readonly User[]): TimedUserPage => ({ ...page, users });
const isBounded = (query: UserQuery): boolean => query.toCreatedTimeMs !== undefined;
const at = <T>(list: readonly T[], index: number): T => {
  const item = list.at(index);
  if (item === undefined) {
    throw new RangeError(`nothing at ${index}`);
  }
  return item;
};

describe('a quiet project', () => {
  it.each([
    [0, 1],
    [101, 2],
    [200, 2],
    [250, 3],
    [1_300, 13],
  ])('of %i users is read with %i requests, all but the first bounded in time', async (count, requests) => {
    const server = quietProject(count);
    const read = readOf(server);

    const pages = await readAll(read);

    expect(pages.flat()).toEqual(userIds(count));
    expect(server.queries[0]).toEqual({ limit: 100, offset: 0 });
    expect(server.queries.slice(1)).toEqual(
      upTo(requests - 1).map((page) => ({ limit: 100, offset: 100 * (page + 1), toCreatedTimeMs: boundMs })),
    );
    expect(read.proof).toEqual({
      mode: 'stable',
      passes: 1,
      total: count,
      bounded: count,
      newer: 0,
      boundMs: count > 100 ? boundMs : undefined,
      readFromMs: ourNowMs,
      readUntilMs: ourNowMs,
    });
    expect(read.sequence).toBe(requests);
    expect(read.ids.size).toBe(count);
    expect(read.origin).toBeUndefined();
    expect(read.leastPages).toBe(requests - Number(count === 0));
  });

  it('stays read: a finished read asks for nothing more', async () => {
    const server = quietProject(101);
    const read = readOf(server);
    await readAll(read);

    expect(await read.next()).toBeUndefined();
    expect(server.queries).toHaveLength(2);
  });

  it('is numbered in the order of arrival', async () => {
    const read = readOf(quietProject(150));

    const first = await read.next();
    const second = await read.next();

    expect(first?.ordinals).toEqual(upTo(100));
    expect(second?.ordinals).toEqual(upTo(50).map((index) => 100 + index));
    expect(read.ids.at(149)).toBe(userIdAt(149));
  });

  it('may be narrowed, and every page is narrowed alike', async () => {
    const server = quietProject(150);
    server.hasSloppyFilters = true;
    const read = createUserRead({ search: server.searchUsers, filter: { tenantIds: ['T1'] } });

    await readAll(read);

    expect(server.queries.map(({ tenantIds }) => tenantIds)).toEqual([['T1'], ['T1']]);
  });

  it('is read ahead, but never more than eighteen pages', async () => {
    const server = quietProject(3_000);
    const read = readOf(server);

    await read.next();
    expect(server.queries).toHaveLength(1);
    await read.next();
    expect(server.queries).toHaveLength(19);
    await read.next();

    expect(server.queries).toHaveLength(20);
  });
});

describe('over the wire', () => {
  useNock();

  it.each([
    ['a day ahead', 86_400_000],
    ['a year ahead', 365 * 86_400_000],
    ['a day behind', -86_400_000],
    ['back in 1970', -dateMs],
  ])("a service's clock that is %s costs nobody, while users come and go in one gap", async (_name, skewMs) => {
    const server = quietProject(950, {
      onRequest: ({ query }) => {
        if (query?.offset === 300) {
          server.create();
          server.delete(userIdAt(5));
        }
      },
    });
    const search = async (query: UserQuery): Promise<TimedUserPage> => ({
      ...(await server.searchUsers(query)),
      serverTimeMs: Math.max(0, dateMs + skewMs),
    });
    const read = createUserRead({ search, now: () => dateMs });

    const ids = new Set((await readAll(read)).flat());

    expect(server.userIds().filter((userId) => !userId.startsWith('U-new') && !ids.has(userId))).toEqual([]);
  });

  it('the bound comes from the Date header, when our own clock is ahead', async () => {
    const users = upTo(150).map((index) => ({ userId: userIdAt(index), createdTime: 1_700_000_000 + index }));
    const bodies: unknown[] = [];
    nock(host)
      .post(searchPath)
      .times(2)
      .reply((_, body) => {
        bodies.push(body);
        const { offset } = body as { offset: number };
        return [200, { users: users.slice(offset, offset + 100), total: 150 }, { date: dateHeader }];
      });
    const client = testClient();

    const read = createUserRead({
      search: (query, call) => client.searchUsers(query, call),
      now: () => Date.parse('2099-01-01T00:00:00Z'),
    });
    await readAll(read);

    const common = { limit: 100, withTestUser: true, sort: [{ field: 'createdTime', desc: false }] };
    expect(bodies).toEqual([
      { ...common, offset: 0 },
      { ...common, offset: 100, toCreatedTime: String(boundMs) },
    ]);
  });
});

describe('a read is inconsistent when', () => {
  it.each<[string, number, string, (page: TimedUserPage, query: UserQuery) => TimedUserPage]>([
    [
      'the total changes between bounded pages',
      350,
      'changed between pages',
      (page, { offset }) => (offset === 300 ? { ...page, total: 349 } : page),
    ],
    [
      'the total grows above what it was at the start',
      250,
      'old creation time',
      (page, query) => (isBounded(query) ? { ...page, total: 251 } : page),
    ],
    [
      'a page is short',
      350,
      'held 99 users where 100 were due',
      (page, { offset }) => (offset === 200 ? withUsers(page, page.users.slice(1)) : page),
    ],
    [
      'the last page is short',
      350,
      'held 49 users where 50 were due',
      (page, { offset }) => (offset === 300 ? withUsers(page, page.users.slice(1)) : page),
    ],
    [
      'the first page is short',
      350,
      'held 99 users where 100 were due',
      (page, { offset }) => (offset === 0 ? withUsers(page, page.users.slice(1)) : page),
    ],
    [
      'the first page is empty though there are users',
      5,
      'held 0 users where 5 were due',
      (page) => withUsers(page, []),
    ],
    ['there are users though the total is 0', 5, 'held 5 users where 0 were due', (page) => ({ ...page, total: 0 })],
    [
      'a bounded total is only the number of rows of its page',
      250,
      'held 100 users where 0 were due',
      (page, query) => (isBounded(query) ? { ...page, total: page.users.length } : page),
    ],
    [
      'the server caps its pages',
      250,
      'held 50 users where 100 were due',
      (page) => withUsers(page, page.users.slice(0, 50)),
    ],
    [
      'a page is long',
      250,
      'held 51 users where 50 were due',
      (page, { offset }) =>
        offset === 200 ? withUsers(page, [...page.users, { ...at(page.users, 0), userId: 'U-more' }]) : page,
    ],
    [
      'a user stands on two pages',
      250,
      'listed twice',
      (page, { offset }) =>
        offset === 200
          ? withUsers(page, [{ ...at(page.users, 0), userId: userIdAt(150) }, ...page.users.slice(1)])
          : page,
    ],
    [
      'a user of the first page stands on another',
      250,
      'listed twice',
      (page, { offset }) =>
        offset === 200
          ? withUsers(page, [{ ...at(page.users, 0), userId: userIdAt(7) }, ...page.users.slice(1)])
          : page,
    ],
    [
      'a user stands twice on one page',
      250,
      'listed twice',
      (page, { offset }) => (offset === 100 ? withUsers(page, [at(page.users, 1), ...page.users.slice(1)]) : page),
    ],
    [
      'a user stands twice on the only page',
      5,
      'listed twice',
      (page) => withUsers(page, [at(page.users, 1), ...page.users.slice(1)]),
    ],
    [
      'a user of a bounded page was created beyond the bound',
      250,
      'outside the bound',
      (page, { offset }) =>
        offset === 200
          ? withUsers(page, [...page.users.slice(1), { ...at(page.users, 0), createdTime: dateMs / 1000 - 15 }])
          : page,
    ],
    [
      'a user of a bounded page has no creation time',
      250,
      'outside the bound',
      (page, { offset }) =>
        offset === 100
          ? withUsers(page, [{ ...at(page.users, 0), createdTime: undefined }, ...page.users.slice(1)])
          : page,
    ],
    [
      'the bound is ignored',
      250,
      'outside the bound',
      (page, query) =>
        withUsers(
          page,
          page.users.map((user) => (isBounded(query) ? { ...user, createdTime: dateMs / 1000 } : user)),
        ),
    ],
  ])('%s', async (_, count, words, tamper) => {
    const server = quietProject(count);
    server.tamper = tamper;

    expect(await inconsistencyOf(stableOf(server))).toContain(words);
  });

  it('is not raised for a user who was created in the last second below the bound', async () => {
    const server = quietProject(250);
    server.tamper = (page, { offset }) =>
      offset === 200
        ? withUsers(page, [...page.users.slice(1), { ...at(page.users, 0), createdTime: dateMs / 1000 - 16 }])
        : page;

    expect((await readAll(readOf(server))).flat()).toHaveLength(250);
  });

  it.each([101, 250])(
    'the service does not tell its time (%i users), and the read then overlaps its pages',
    async (count) => {
      const server = quietProject(count);
      server.tamper = (page) => ({ ...page, serverTimeMs: undefined });
      const read = readOf(server);

      const pages = await readAll(read);

      expect(new Set(pages.flat())).toEqual(new Set(userIds(count)));
      expect(read.proof).toMatchObject({ mode: 'overlap', passes: 2 });
      expect(await inconsistencyOf(stableOf(server))).toContain('does not tell its time');
    },
  );

  it('is not needed without a Date header when one page holds everybody', async () => {
    const server = quietProject(100);
    server.tamper = (page) => ({ ...page, serverTimeMs: undefined });

    expect((await readAll(readOf(server))).flat()).toHaveLength(100);
  });

  it('names nobody', async () => {
    const server = quietProject(250);
    server.tamper = (page) => withUsers(page, page.users.slice(1));

    const error = await failureOf(readAll(readOf(server)));

    expect(JSON.stringify({ ...error.facts, message: error.message })).not.toContain('U0000');
  });
});

describe('no more users than a page holds', () => {
  it.each([1, 7, 99, 100])(
    'are believed once the page behind them is empty: one request more (%i users)',
    async (count) => {
      const server = quietProject(count);
      const read = readOf(server);

      const pages = await readAll(read);

      expect(pages.flat()).toEqual(userIds(count));
      expect(server.queries).toEqual([
        { limit: 100, offset: 0 },
        { limit: 100, offset: count },
      ]);
      expect(read.proof).toMatchObject({ total: count, bounded: count, boundMs: undefined });
    },
  );

  it.each([7, 50])('are not all when the service gives %i in a page and counts them instead of all', async (cap) => {
    const server = quietProject(250);
    server.tamper = (page) => ({ ...page, users: page.users.slice(0, cap), total: Math.min(cap, page.users.length) });

    const read = await readAll(readOf(server)).then(
      (pages) => new Set(pages.flat()),
      () => 'failed',
    );

    expect(read).toEqual(new Set(userIds(250)));
  });

  it('are inconsistent when the service counts the users of a page', async () => {
    const server = quietProject(250);
    server.tamper = (page) => ({ ...page, total: page.users.length });

    expect(await inconsistencyOf(stableOf(server))).toContain('counts the users of a page');
  });
});

describe('users who are newer than the bound', () => {
  /** A quiet project in which some were created in the last seconds before the read. */
  function youngProject(old: number, young: number, areBoundsInclusive = true): DescopeModel {
    const server = quietProject(old, { areBoundsInclusive });
    for (const index of upTo(young)) {
      server.nowMs -= 10 * (young - index);
      server.create();
      server.nowMs += 10 * (young - index);
    }
    return server;
  }

  it.each([true, false])('are all read, each one once (filter inclusive: %s)', async (isInclusive) => {
    const server = youngProject(247, 3, isInclusive);
    const read = readOf(server);

    const pages = await readAll(read);

    expect(new Set(pages.flat())).toEqual(new Set(server.userIds()));
    expect(server.queries).toEqual([
      { limit: 100, offset: 0 },
      { limit: 100, offset: 100, toCreatedTimeMs: boundMs },
      { limit: 100, offset: 200, toCreatedTimeMs: boundMs },
      { limit: 100, offset: 0, toCreatedTimeMs: boundMs },
      { limit: 100, offset: 0, fromCreatedTimeMs: boundMs },
      { limit: 1, offset: 250 },
      { limit: 1, offset: 249, fromCreatedTimeMs: 1, toCreatedTimeMs: expect.any(Number) as number },
    ]);
    expect(read.proof).toMatchObject({ total: 250, bounded: 247, newer: 3 });
    expect(read.ids.size).toBe(250);
  });

  it.each([
    ['all of them, on two pages', 0, 130, 2],
    ['some of the first page', 60, 90, 1],
    ['more than a page of them', 150, 250, 2],
    ['exactly a page of them', 150, 100, 1],
    ['one, on a page of its own', 200, 1, 1],
  ])('are all read when they are %s', async (_, old, young, passes) => {
    const server = youngProject(old, young);
    const read = readOf(server);

    const pages = await readAll(read);

    expect(new Set(pages.flat())).toEqual(new Set(server.userIds()));
    expect(read.proof).toMatchObject({
      mode: 'stable',
      passes,
      total: old + young,
      ...(passes === 1 ? { bounded: old, newer: young } : { bounded: old + young, newer: 0 }),
    });
  });

  it('keep the number they got on the first page', async () => {
    const server = youngProject(60, 90);
    const read = readOf(server);
    const numbers = new Map<string, number>();

    for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
      for (const [index, { userId }] of batch.users.entries()) {
        const ordinal = at(batch.ordinals, index);
        expect(numbers.get(userId) ?? ordinal).toBe(ordinal);
        numbers.set(userId, ordinal);
        expect(read.ids.at(ordinal)).toBe(userId);
      }
    }

    expect([...numbers.values()].sort((left, right) => left - right)).toEqual(upTo(150));
  });

  it('are not looked for when one page held everybody', async () => {
    const server = youngProject(80, 11);

    await readAll(readOf(server));

    expect(server.queries.slice(1)).toEqual([{ limit: 100, offset: 91 }]);
  });

  it('who join while the read goes on are welcome', async () => {
    const server = youngProject(247, 3);
    const read = readOf(server);
    await read.next();

    server.nowMs += 5_000;
    const late = server.create();
    const pages = await readAll(read);

    expect(pages.flat()).toContain(late);
  });

  it.each<[string, (page: TimedUserPage, query: UserQuery) => TimedUserPage, string]>([
    [
      'the first page, read again, is short',
      (page, query) => (isBounded(query) && query.offset === 0 ? withUsers(page, page.users.slice(1)) : page),
      'held 99',
    ],
    [
      'the first page, read again, holds somebody of another page',
      (page, query) =>
        isBounded(query) && query.offset === 0
          ? withUsers(page, [{ ...at(page.users, 0), userId: userIdAt(150) }, ...page.users.slice(1)])
          : page,
      'listed twice',
    ],
    [
      'the first page, read again, holds somebody twice',
      (page, query) =>
        isBounded(query) && query.offset === 0 ? withUsers(page, [at(page.users, 1), ...page.users.slice(1)]) : page,
      'listed twice',
    ],
    [
      'the first page, read again, has another total',
      (page, query) => (isBounded(query) && query.offset === 0 ? { ...page, total: page.total - 1 } : page),
      'changed between pages',
    ],
    [
      'a page of the newer ones is short',
      (page, query) => (query.fromCreatedTimeMs === undefined ? page : withUsers(page, page.users.slice(1))),
      'were due',
    ],
    [
      'a page of the newer ones holds somebody twice',
      (page, query) =>
        query.fromCreatedTimeMs === undefined ? page : withUsers(page, [at(page.users, 1), ...page.users.slice(1)]),
      'listed twice',
    ],
    [
      'the newer ones are more than one page holds',
      (page, query) => (query.fromCreatedTimeMs === undefined ? page : { ...page, total: 101 }),
      'more users are newer',
    ],
    [
      'the filter hides somebody',
      (page, query) => (query.fromCreatedTimeMs === undefined ? page : { ...page, users: [], total: 0 }),
      'does not show',
    ],
  ])('are inconsistent when %s', async (_, tamper, words) => {
    const server = youngProject(247, 30);
    server.tamper = tamper;

    expect(await inconsistencyOf(stableOf(server))).toContain(words);
  });
});

describe('users who leave', () => {
  it('between the first page and the others are told from users whom the filter hides by two looks at the end', async () => {
    const server = quietProject(250);
    const read = readOf(server);

    await read.next();
    server.delete(userIdAt(3));
    const pages = await readAll(read);

    expect(read.proof).toMatchObject({ total: 250, bounded: 249, newer: 0 });
    expect(new Set(pages.flat())).toEqual(new Set(userIds(250).filter((id) => id !== userIdAt(3))));
    expect(server.queries.at(-2)).toEqual({ limit: 1, offset: 249 });
  });

  it('between two bounded pages make the read inconsistent, even when somebody else joins at once', async () => {
    const server = quietProject(2_600);
    const read = stableOf(server);

    await read.next();
    await read.next(); // eighteen pages are on their way
    await read.next();
    server.delete(userIdAt(3));
    server.create();

    expect(await inconsistencyOf(read)).toContain('changed between pages');
  });

  it('after the read is done change nothing', async () => {
    const server = quietProject(250);
    const read = readOf(server);
    await readAll(read);

    server.delete(userIdAt(3));

    expect(await read.next()).toBeUndefined();
    expect(read.proof).toBeDefined();
  });
});

describe('a read that another process began', () => {
  /** Where a process stood when it had handed out so many pages, and whom it had handed out. */
  async function after(
    server: DescopeModel,
    pages: number,
  ): Promise<{ readonly origin: ReadOrigin | undefined; readonly seen: Set<string> }> {
    const read = readOf(server);
    const seen = new Set<string>();
    for (let page = 0; page < pages; page += 1) {
      (await read.next())?.users.forEach(({ userId }) => seen.add(userId));
    }
    read.close();
    return { origin: read.resumeAt(pages), seen };
  }

  it.each([1, 2, 5, 12, 13])('goes on where that one was after %i pages, and reads the rest only', async (pages) => {
    const server = quietProject(1_250);
    const { origin, seen } = await after(server, pages);
    server.queries.length = 0;

    const rest = await readAll(readOf(server, origin));

    expect(new Set([...seen, ...rest.flat()])).toEqual(new Set(userIds(1_250)));
    expect(rest.flat().length).toBe(1_250 - seen.size + 1); // the last user of the last page comes again
    expect(origin?.before).toBe(seen.size - 1);
  });

  it('proves the end: with equal totals, nobody newer and nobody hidden', async () => {
    const server = quietProject(450);
    const { origin } = await after(server, 2);
    const read = readOf(server, origin);

    await readAll(read);

    expect(read.proof).toMatchObject({ mode: 'stable', passes: 1, total: 450, bounded: 450, newer: 0 });
  });

  it('hands out those who are newer than its bound, too', async () => {
    const server = quietProject(249);
    const { origin, seen } = await after(server, 1);
    server.create();

    const rest = await readAll(readOf(server, origin));

    expect(new Set([...seen, ...rest.flat()])).toEqual(new Set(server.userIds()));
  });

  it('goes on although somebody left in the meantime, before and behind the place', async () => {
    const server = quietProject(350);
    const { origin, seen } = await after(server, 2);
    server.delete(userIdAt(3));
    server.delete(userIdAt(250));
    const read = readOf(server, origin);

    const rest = await readAll(read);

    const alive = userIds(350).filter((id) => id !== userIdAt(3) && id !== userIdAt(250));
    expect(alive.filter((id) => !seen.has(id) && !rest.flat().includes(id))).toEqual([]);
    expect(read.proof?.passes).toBe(1);
  });

  it('goes on in the middle of a page', async () => {
    const server = quietProject(250);
    const first = readOf(server);
    await first.next();
    const page = await first.next();

    const origin = first.resumeWithin(1, page?.users ?? [], 40);
    const rest = (await readAll(readOf(server, origin))).flat();

    expect(origin?.before).toBe(140);
    expect(rest).toEqual(userIds(250).slice(140));
  });

  it('begins again with the whole of a second that was handed out in part', async () => {
    const server = quietProject(60);
    const createdMs = server.nowMs - 600_000;
    server.add(...upTo(250).map((place) => userCreatedAt(`V${String(place).padStart(3, '0')}`, createdMs)));
    const { origin, seen } = await after(server, 2);

    const rest = await readAll(readOf(server, origin));

    expect(origin?.second).toBe(Math.floor(createdMs / 1000));
    expect(new Set([...seen, ...rest.flat()])).toEqual(new Set(server.userIds()));
  });

  it('is inconsistent where the service does not keep to the bound, and then reads everybody', async () => {
    const server = quietProject(350);
    const { origin } = await after(server, 2);
    const { searchUsers } = server;
    server.searchUsers = (query) => searchUsers({ ...query, fromCreatedTimeMs: 0 });

    expect(await inconsistencyOf(stableOf(server, origin))).toContain('outside the bound');
    expect(new Set((await readAll(readOf(server, origin))).flat())).toEqual(new Set(userIds(350)));
  });

  it('notices users whom searches by time hide', async () => {
    const server = quietProject(350);
    const { origin } = await after(server, 2);
    server.tamper = (page, query) =>
      isBounded(query) || query.fromCreatedTimeMs !== undefined
        ? { ...page, users: page.users.slice(1), total: Math.max(0, page.total - 1) }
        : page;

    expect(await inconsistencyOf(stableOf(server, origin))).toMatch(/does not show|were due|outside/);
  });
});

describe('reading a page again', () => {
  it('answers the same users and does not move on', async () => {
    const server = quietProject(350);
    const read = readOf(server);
    await read.next();
    await read.next();

    const again = await read.again(1);

    expect(again.map(({ userId }) => userId)).toEqual(userIds(200).slice(100));
    expect(read.sequence).toBe(2);
    expect((await read.next())?.users[0]?.userId).toBe(userIdAt(200));
    expect((await read.again(0)).map(({ userId }) => userId)).toEqual(userIds(100));
  });

  it('refuses a page that was not read yet', async () => {
    const read = readOf(quietProject(250));
    await read.next();

    await expect(read.again(1)).rejects.toThrow(RangeError);
    await expect(read.again(-1)).rejects.toThrow(RangeError);
  });

  it.each([0, 1, 2])(
    'is inconsistent when somebody has moved away from page %i, who may then stand on no page at all',
    async (page) => {
      const server = quietProject(250);
      const read = readOf(server);
      await readAll(read);

      server.delete(userIdAt(3));

      expect((await failureOf(read.again(page))).kind).toBe('inconsistent');
    },
  );

  it('has room for users who joined since', async () => {
    const server = quietProject(99);
    const read = readOf(server);
    await readAll(read);

    server.create();

    expect(await read.again(0)).toHaveLength(100);
  });

  it('reads the pages of newer users again as well', async () => {
    const server = quietProject(247);
    server.create();
    const read = readOf(server);
    const pages = await readAll(read);

    for (const [sequence, ids] of pages.entries()) {
      expect((await read.again(sequence)).map(({ userId }) => userId)).toEqual(ids);
    }
  });
});

describe('trouble on the way', () => {
  /** A server that fails a request when told to. */
  function shakyProject(count: number, shouldFail: (query: UserQuery, nth: number) => boolean): DescopeModel {
    let nth = 0;
    return quietProject(count, {
      onRequest: ({ query }) => {
        nth += 1;
        if (query !== undefined && shouldFail(query, nth)) {
          throw new ConnectorError('unavailable', 'reset');
        }
      },
    });
  }

  /** Reads to the end, going on after every failure. */
  async function persist(read: UserRead): Promise<{ ids: string[]; failures: number }> {
    const ids: string[] = [];
    let failures = 0;
    for (;;) {
      try {
        const batch = await read.next();
        if (batch === undefined) {
          return { ids, failures };
        }
        ids.push(...batch.users.map((user) => user.userId));
      } catch (thrown) {
        if (!(thrown instanceof ConnectorError) || thrown.kind !== 'unavailable') {
          throw thrown;
        }
        failures += 1;
      }
    }
  }

  it.each(upTo(5).map((page) => page * 100))(
    'at offset %i is overcome by asking again, without loss or repeat',
    async (offset) => {
      let hasFailed = false;
      const server = shakyProject(450, (query) => {
        const fails = query.offset === offset && !hasFailed;
        hasFailed ||= fails;
        return fails;
      });
      const read = readOf(server);

      const { ids, failures } = await persist(read);

      expect(ids).toEqual(userIds(450));
      expect(failures).toBe(1);
      expect(read.proof).toMatchObject({ total: 450, bounded: 450 });
    },
  );

  it('again and again is overcome as well', async () => {
    const server = shakyProject(1_450, (_, nth) => nth % 7 === 0);

    const { ids, failures } = await persist(readOf(server));

    expect(ids).toEqual(userIds(1_450));
    expect(failures).toBeGreaterThan(2);
  });

  it('with the newer users is overcome as well', async () => {
    const failed = new Set<string>();
    const server = shakyProject(247, (query) => {
      const kind = JSON.stringify(query);
      const fails = !failed.has(kind);
      failed.add(kind);
      return fails;
    });
    server.create();
    const read = readOf(server);

    const { ids, failures } = await persist(read);

    expect(new Set(ids)).toEqual(new Set(server.userIds()));
    expect(failures).toBeGreaterThan(3);
    expect(read.proof).toMatchObject({ total: 248, bounded: 247, newer: 1 });
  });
});

describe('a caller who goes away', () => {
  /** A server that answers only while its gate is open. */
  function gatedProject(count: number): { server: DescopeModel; gate: { isOpen: boolean }; aborted: () => number } {
    const gate = { isOpen: true };
    let aborted = 0;
    const server = quietProject(count);
    const { searchUsers } = server;
    server.searchUsers = async (query, call) => {
      while (!gate.isOpen) {
        await turn();
        if (call?.signal?.aborted) {
          aborted += 1;
          throw new ConnectorError('cancelled', 'gone');
        }
      }
      return await searchUsers(query, call);
    };
    return { gate, aborted: () => aborted, server };
  }

  it('in the middle of a page stops everything in flight, and the next caller goes on without loss or repeat', async () => {
    const { server, gate, aborted } = gatedProject(2_150);
    const read = readOf(server);
    const first = await read.next();
    gate.isOpen = false;
    const caller = new AbortController();

    const cancelled = failureOf(read.next(caller.signal));
    await turn();
    caller.abort();
    expect((await cancelled).kind).toBe('cancelled');
    await turn();
    await turn();
    expect(aborted()).toBe(18);
    expect(read.sequence).toBe(1);

    gate.isOpen = true;
    const rest = await readAll(read);

    expect([...(first?.users.map(({ userId }) => userId) ?? []), ...rest.flat()]).toEqual(userIds(2_150));
    expect(read.proof).toBeDefined();
  });

  it('during the first page leaves no trace', async () => {
    const { server, gate } = gatedProject(150);
    const read = readOf(server);
    gate.isOpen = false;
    const caller = new AbortController();

    const cancelled = failureOf(read.next(caller.signal));
    caller.abort();
    expect((await cancelled).kind).toBe('cancelled');
    expect(read.origin).toBeUndefined();

    gate.isOpen = true;
    expect((await readAll(read)).flat()).toEqual(userIds(150));
  });

  it('for good is told by close, which stops what is in flight', async () => {
    const { server, gate, aborted } = gatedProject(2_150);
    const read = readOf(server);
    await read.next();
    gate.isOpen = false;

    const pending = failureOf(read.next());
    await turn();
    read.close();

    expect((await pending).kind).toBe('cancelled');
    await turn();
    await turn();
    expect(aborted()).toBe(18);
  });
});
