import type { CallOptions } from '../../src/descope/http/call.ts';
import type { TimedUserPage, UserQuery } from '../../src/descope/users/user-page.ts';
import type { ProjectRead } from '../../src/resources/sync/sync-session.ts';
import { isWithinTimes } from './descope-model.ts';
import { benchProject } from './faults-bench.ts';

/** One search as it was asked and answered: what a reader gets to see of the users. */
export interface SeenSearch {
  readonly query: UserQuery;
  readonly userIds: readonly string[];
  readonly total: number;
}

/** A project whose searches are written down. */
export function recorded(project: ProjectRead, seen: SeenSearch[]): ProjectRead {
  const note = (query: UserQuery, page: TimedUserPage): TimedUserPage => {
    seen.push({ query, userIds: page.users.map(({ userId }) => userId), total: page.total });
    return page;
  };
  const { fetchUsers } = project;
  return {
    ...project,
    searchUsers: async (query: UserQuery, call?: CallOptions) => note(query, await project.searchUsers(query, call)),
    ...(fetchUsers !== undefined && {
      fetchUsers: async (query: UserQuery, call?: CallOptions) => {
        const page = await fetchUsers(query, call);
        return { parse: async (later?: CallOptions) => note(query, await page.parse(later)) };
      },
    }),
  };
}

/**
 * Whether an honest service of a project that has these users of the bench, and no others, would have given the same
 * answers to the same questions. Then no reader who asks them can tell the two projects from each other.
 */
export function isWorldOf(userIds: ReadonlySet<string>, seen: readonly SeenSearch[]): boolean {
  const users = (benchProject().users ?? []).filter(({ userId }) => userId !== undefined && userIds.has(userId));
  return (
    users.length === userIds.size &&
    seen.every(({ query, userIds: told, total }) => {
      const matching = users.filter(({ createdTime }) => isWithinTimes({ createdTime }, query));
      const page = matching.slice(query.offset, query.offset + query.limit).map(({ userId }) => userId);
      return (
        total === matching.length &&
        page.length === told.length &&
        page.every((userId, place) => userId === told[place])
      );
    })
  );
}
