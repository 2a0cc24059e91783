import { describe, expect, it } from 'vitest';
import type { TimedUserPage } from '../../../src/descope/users/user-page.ts';
import { createUserRead } from '../../../src/descope/users/user-read.ts';
import type { DescopeModel } from '../../support/descope-model.ts';
import { quietProject } from '../quiet-project.ts';

/** What a reader asked and was answered, and the users that it took for all. */
async function readingOf(
  server: DescopeModel,
): Promise<{ readonly traffic: readonly unknown[]; readonly userIds: readonly string[] }> {
  const traffic: unknown[] = [];
  const read = createUserRead({
    now: () => 4_000_000_000_000,
    search: async (query) => {
      const { users, total, serverTimeMs } = await server.searchUsers(query);
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
function firstHundredOnly(server: DescopeModel): DescopeModel {
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
      (server: DescopeModel): DescopeModel =>
        Object.assign(server, { tamper: (page: TimedUserPage) => ({ ...page, users: [], total: 0 }) }),
    ],
  ])('%s: the same questions, the same answers, other users', async (_name, count, lying) => {
    const large = quietProject(350);
    const small = quietProject(350);
    small
      .userIds()
      .slice(count)
      .forEach((userId) => small.delete(userId));

    const honest = await readingOf(small);
    const deceived = await readingOf(lying(large));

    expect(deceived.traffic).toEqual(honest.traffic);
    expect(deceived.userIds).toEqual(honest.userIds);
    expect(large.userIds().length - small.userIds().length).toBe(350 - count);
  });
});
