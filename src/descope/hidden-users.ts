import type { TimedUserPage, UserQuery } from './client.ts';

/** A deletion between the two counts looks like a hidden user: they are taken this often before the filter is blamed. */
const maxTries = 3;

/**
 * How many users there are, when a search bounded in time shows them all; undefined when it hides some. All users are counted first, and then, up to that moment, those whom
 * the bound lets through: a deletion in between can only make the second count smaller, and who is created in between
 * lies beyond the bound, so that equal counts mean that nobody is hidden.
 */
export async function countEverybody(
  call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>,
  filter: Omit<UserQuery, 'limit' | 'offset'>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const everybody = await call({ ...filter, limit: 1, offset: 0 }, signal);
    if (everybody.serverTimeMs === undefined) {
      return undefined;
    }
    const toCreatedTimeMs = Math.floor(everybody.serverTimeMs / 1000) * 1000 + 999;
    const bounded = await call({ ...filter, limit: 1, offset: 0, fromCreatedTimeMs: 1, toCreatedTimeMs }, signal);
    if (bounded.total >= everybody.total) {
      return everybody.total;
    }
  }
  return undefined;
}
