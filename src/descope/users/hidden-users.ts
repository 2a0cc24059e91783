import type { TimedUserPage, UserQuery } from './user-page.ts';

/** A deletion between the two looks at the end looks like a hidden user: they are taken this often before the filter is blamed. */
const maxTries = 3;
const maxLooks = 64;

/**
 * How many users there are, when a search bounded in time shows them all; undefined when it hides some. Counted by what
 * stands at an offset, since a total can be false. First, nobody stands at that place in the search of all users; then, up
 * to that moment, somebody stands right before it in the search that the bound narrows. A deletion in between can only
 * make the second list shorter, and who is created in between lies beyond the bound: so nobody is hidden.
 * The end is looked for at `expected` first, which makes two requests of it on a quiet project.
 */
export async function countEverybody(
  call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>,
  filter: Omit<UserQuery, 'limit' | 'offset'>,
  expected: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  /** The end lies at `low` or behind it, and at `high` or before it, as far as one look after the other can tell. */
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

/** The total, where the end can be there. */
function guess(total: number, low: number, high: number): number | undefined {
  return total >= low && total < high ? total : undefined;
}
