import { describe, expect, it } from 'vitest';
import type { TimedUserPage } from '../../../src/descope/users/user-page.ts';
import { createUserRead } from '../../../src/descope/users/user-read.ts';
import { type ModelServer, quietProject } from '../model-server.ts';

/** What a reader asked and was answered, and the users that it took for all. */
async function readingOf(
  server: ModelServer,
): Promise<{ readonly traffic: readonly unknown[]; readonly userIds: readonly string[] }> {
  const traffic: unknown[] = [];
  const read = createUserRead({
    now: () => 4_000_000_000_000,
    search: async (query) => {
      const { users, total, serverTimeMs } = await server.search(query);
      traffic.push({ query, userIds: users.map(({ userId }) => userId), total, serverTimeMs });
      return { users, total, serverTimeMs };
    },
  });
  const userIds: string[] = [];
  for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
    userIds.push(...batch.users.map(({ userId }) => userId));
  }
  return { traffic, userIds };
}

/** Of a project of 350 users, a service that shows a hundred, the oldest, and speaks of no more. */
function firstHundredOnly(server: ModelServer): ModelServer {
  server.tamper = (page, { offset, limit }): TimedUserPage => ({
    ...page,
    users: page.users.slice(0, Math.max(0, Math.min(limit, 100 - offset))),
    total: 100,
  });
  return server;
}

describe('two worlds that answer alike (the proof in docs/reliability.md)', () => {
  it.each([
    ['a page of a hundred with nobody behind it', 100, firstHundredOnly],
    [
      'a project without users',
      0,
      (server: ModelServer): ModelServer =>
        Object.assign(server, { tamper: (page: TimedUserPage) => ({ ...page, users: [], total: 0 }) }),
    ],
  ])('%s: the same questions, the same answers, other users', async (_name, count, lying) => {
    const startedAlike = { startAt: quietProject(350).clock };
    const large = quietProject(350);
    const small = quietProject(350, startedAlike);
    [...small.users.keys()].slice(count).forEach((userId) => small.delete(userId));

    const honest = await readingOf(small);
    const deceived = await readingOf(lying(large));

    expect(deceived.traffic).toEqual(honest.traffic);
    expect(deceived.userIds).toEqual(honest.userIds);
    expect(large.users.size - small.users.size).toBe(350 - count);
  });
});
