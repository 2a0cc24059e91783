import type { DescopeClient } from '../../descope/client.ts';
import type { CallOptions } from '../../descope/http/call.ts';

/** So many users may be named in one search: a page of it holds them all. */
const mostAtOnce = 100;

/**
 * Which of these ids are users of the project, asked of Descope: for a process that has not read the users. The search
 * is checked; a deployment that does not look at the ids is asked for each of them.
 */
export async function findUsers(
  project: Pick<DescopeClient, 'searchUsers' | 'loadUser'>,
  userIds: readonly string[],
  call: CallOptions,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let from = 0; from < userIds.length; from += mostAtOnce) {
    const asked = userIds.slice(from, from + mostAtOnce);
    const { users, total } = await project.searchUsers({ limit: mostAtOnce, offset: 0, userIds: asked }, call);
    const isNarrowed = total === users.length && users.every(({ userId }) => asked.includes(userId));
    const there = isNarrowed ? users : await Promise.all(asked.map((userId) => project.loadUser(userId, call)));
    there.forEach((user) => user !== undefined && found.add(user.userId));
  }
  return found;
}
