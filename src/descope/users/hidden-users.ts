import type { TimedUserPage, UserQuery } from './user-page.ts';

/**
 * A deletion between the two searches at the end looks like a hidden user: so they are repeated before the filter is
 * blamed.
 */
const maxTries = 3;
const maxLooks = 64;

/**
 * Counts all users, if a search bounded in time shows them all; undefined when it hides some. It counts by what stands
 * at an offset, since a total can be false. First, the search of all users holds nobody at offset n. Then the search
 * that is bounded by that moment holds somebody at offset n - 1. A deletion between the two can only shorten the second
 * list, and a user who is created between them lies beyond the bound: so nobody is hidden. The search begins at
 * `expected`: two requests on a quiet project.
 */
export async function countEverybody(
  call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>,
  filter: Omit<UserQuery, 'limit' | 'offset'>,
  expected: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  /** The end of the list is not below `low` and not above `high`, as far as searches one after the other can tell. */
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  let at = expected;
  let step = 1;
  let tries = 0;
  for (let looks = 0; looks < maxLooks && tries < maxTries; looks += 1) {
    const { users, total, serverTimeMs } = await call({ ...filter, limit: 1, offset: at }, signal);
    if (serverTimeMs === undefined) {
      return undefined;
    }
    if (users.length > 0) {
      low = at + 1;
      high = high < low ? Number.POSITIVE_INFINITY : high; // somebody has joined since
      at = guess(total, low, high) ?? (high === Number.POSITIVE_INFINITY ? low * 2 : Math.floor((low + high) / 2));
      continue;
    }
    high = at;
    const claimed = total === 0 ? undefined : guess(total, low, high);
    if (claimed === undefined) {
      if (at === 0 || (await boundShowsSomebodyAt(at - 1, serverTimeMs))) {
        return at;
      }
      tries += Number(low >= at);
      low = Math.min(low, at - 1);
    }
    at = claimed ?? Math.max(low, at - step);
    step *= 2;
  }
  return undefined;

  async function boundShowsSomebodyAt(offset: number, untilMs: number): Promise<boolean> {
    const toCreatedTimeMs = Math.floor(untilMs / 1000) * 1000 + 999;
    const { users } = await call({ ...filter, limit: 1, offset, fromCreatedTimeMs: 1, toCreatedTimeMs }, signal);
    return users.length > 0;
  }
}

/** The total, if the end of the list can be there. */
function guess(total: number, low: number, high: number): number | undefined {
  return total >= low && total < high ? total : undefined;
}
