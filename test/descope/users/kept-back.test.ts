import { describe, expect, it } from 'vitest';
import { countEverybody } from '../../../src/descope/users/hidden-users.ts';
import type { TimedUserPage, UserQuery } from '../../../src/descope/users/user-page.ts';
import { createUserRead } from '../../../src/descope/users/user-read.ts';
import { decodeUser } from '../../../src/descope/users/user.ts';
import { isKind } from '../../../src/errors.ts';
import type { DescopeModel } from '../../support/descope-model.ts';
import { quietProject, userIdAt } from '../quiet-project.ts';

const isInvited = (userId: string): boolean => Number(userId.slice(1)) % 6 === 4;
const without = (page: TimedUserPage, isLeftOut: (userId: string) => boolean): TimedUserPage => ({
  ...page,
  users: page.users.filter(({ userId }) => !isLeftOut(userId)),
});
const pageTotal = (page: TimedUserPage): TimedUserPage => ({ ...page, total: page.users.length });
const isBounded = ({ fromCreatedTimeMs, toCreatedTimeMs }: UserQuery): boolean =>
  fromCreatedTimeMs !== undefined || toCreatedTimeMs !== undefined;

/** Hides some from searches by time, from what is counted, too. */
function hiding(server: DescopeModel): void {
  const { searchUsers } = server;
  const all = server.rows;
  const others = { ...all, users: all.users.filter(({ userId }) => !isInvited(userId)) };
  server.searchUsers = (query): Promise<TimedUserPage> => {
    server.rows = isBounded(query) ? others : all;
    return searchUsers(query);
  };
}

/** Everybody of a quiet project of 350, or the kind of the failure. */
async function outcomeOf(server: DescopeModel): Promise<readonly string[] | string> {
  const read = createUserRead({
    search: (query) => server.searchUsers(query),
    load: async (userId) =>
      await Promise.resolve(server.userIds().includes(userId) ? decodeUser({ userId }) : undefined),
    now: () => 4_000_000_000_000,
  });
  const userIds = new Set<string>();
  try {
    for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
      batch.users.forEach(({ userId }) => userIds.add(userId));
    }
    return [...userIds].toSorted();
  } catch (thrown) {
    return isKind(thrown, 'inconsistent') ? 'inconsistent' : String(thrown);
  }
}

const everybody = Array.from({ length: 350 }, (_, place) => userIdAt(place));

describe('a service that leaves a user out of a page', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('in its first %i answers is not believed', async (times) => {
    const server = quietProject(350);
    let answers = 0;
    server.tamper = (page) => {
      answers += 1;
      return answers <= times && page.users.length > 50 ? { ...page, users: page.users.toSpliced(40, 1) } : page;
    };

    expect([everybody, 'inconsistent']).toContainEqual(await outcomeOf(server));
  });

  it('and counts the users of the page is not believed', async () => {
    const server = quietProject(350);
    server.tamper = (page) => (page.users.length > 50 ? { ...page, users: page.users.toSpliced(40, 1) } : page);
    const { tamper } = server;
    server.tamper = (page, query) => tamper(pageTotal(page), query);

    expect(await outcomeOf(server)).toBe('inconsistent');
  });

  it('and says that the page is the last one is not believed, since others come behind it', async () => {
    const server = quietProject(350);
    let bounded = 0;
    server.tamper = (page, query) => {
      bounded += Number(query.fromCreatedTimeMs !== undefined);
      const isFirstByTime = query.fromCreatedTimeMs !== undefined && bounded === 1;
      return query.toCreatedTimeMs !== undefined && query.offset === 100
        ? { ...page, total: 349 }
        : isFirstByTime
          ? pageTotal(without(page, (userId) => userId === userIdAt(150)))
          : page;
    };

    expect([everybody, 'inconsistent']).toContainEqual(await outcomeOf(server));
  });

  it('is told from one that gives fifty at most in a page', async () => {
    const server = quietProject(350);
    server.tamper = (page) => ({ ...page, users: page.users.slice(0, 50) });

    expect(await outcomeOf(server)).toEqual(everybody);
    expect(server.queries.filter(({ limit }) => limit === 50).length).toBeGreaterThan(5);
  });
});

describe('a service that hides users from searches by time', () => {
  it('and counts the users of a page does not get away with it', async () => {
    const server = quietProject(350);
    hiding(server);
    server.tamper = pageTotal;

    expect([everybody, 'inconsistent']).toContainEqual(await outcomeOf(server));
  });

  it('and counts wrongly only when everybody is counted does not get away with it', async () => {
    const server = quietProject(350);
    hiding(server);
    server.tamper = (page, query) => (query.limit === 1 && !isBounded(query) ? pageTotal(page) : page);

    expect([everybody, 'inconsistent']).toContainEqual(await outcomeOf(server));
  });
});

describe('a service that shows users and then denies them', () => {
  it('is not believed while they can still be loaded', async () => {
    const server = quietProject(350);
    let answers = 0;
    server.tamper = (page) => {
      answers += 1;
      return answers === 1 ? { ...page, total: 0 } : { ...page, users: [], total: 0 };
    };

    expect(await outcomeOf(server)).toBe('inconsistent');
  });

  it('is believed when they are gone', async () => {
    const server = quietProject(120);
    let answers = 0;
    server.tamper = (page) => {
      answers += 1;
      if (answers === 1) {
        server.delete(userIdAt(3));
        return { ...page, total: 0 };
      }
      return page;
    };

    expect(await outcomeOf(server)).toEqual(everybody.slice(0, 120).filter((userId) => userId !== userIdAt(3)));
  });
});

describe('counting by what stands at an offset', () => {
  const count = async (server: DescopeModel, expected: number): Promise<number | undefined> =>
    await countEverybody((query) => server.searchUsers(query), {}, expected);

  it.each([0, 1, 7, 349, 350, 351, 700])(
    'finds the end, wherever it is looked for first (%i), and whatever the service counts',
    async (expected) => {
      const server = quietProject(350);
      expect(await count(server, expected)).toBe(350);
      server.tamper = pageTotal;
      expect(await count(server, expected)).toBe(350);
      server.tamper = (page) => ({ ...page, total: 0 });
      expect(await count(server, expected)).toBe(350);
    },
  );

  it('costs two requests when nothing has changed', async () => {
    const server = quietProject(350);
    await count(server, 350);

    expect(server.queries).toHaveLength(2);
  });

  it.each([0, 292, 350])('says nothing when the bound hides somebody (looked for at %i first)', async (expected) => {
    const server = quietProject(350);
    hiding(server);

    expect(await count(server, expected)).toBeUndefined();
  });
});
