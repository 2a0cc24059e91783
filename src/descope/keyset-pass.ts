import type { TimedUserPage, UserQuery } from './client.ts';
import { countEverybody } from './hidden-users.ts';
import { alarm, type Ledger, type Pass, type PassOutcome, type UserBatch } from './ledger.ts';
import type { User } from './rows.ts';

/** A second in which more users were created than a page holds is read this often before it is given up. */
const maxSecondTries = 3;

export interface KeysetOptions {
  readonly call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>;
  readonly filter: Omit<UserQuery, 'limit' | 'offset'>;
  readonly pageSize: number;
  readonly ledger: Ledger;
  /** Everybody created before this second is in the ledger; undefined: begin with the oldest. Epoch seconds. */
  readonly fromSecond: number | undefined;
  /** What the pass before had found out. */
  readonly before: PassOutcome;
  /** Takes over when the service does not sort, or hides users behind the filter. */
  readonly orElse: () => Pass;
}

/**
 * Reads on by time of creation: the next page is the oldest hundred users created in or after the second of the last one.
 * Each page is one answer, so that deletions cannot shift anybody past it; users of the last second come twice and are
 * handed out once. One page after the other, and thus slower than offsets: the way on when offsets have moved.
 */
export function createKeysetPass({ call, filter, pageSize, ledger, fromSecond, before, orElse }: KeysetOptions): Pass {
  let from = fromSecond;
  let largestPage = 0;
  let isDone = false;
  let isUnfit = false;
  let hasLookedAgain = false;
  let waiting: User[] = [];

  const queryFrom = (second: number | undefined): UserQuery => ({
    ...filter,
    limit: pageSize,
    offset: 0,
    ...(second !== undefined && { fromCreatedTimeMs: second * 1000 - 1 }), // whether a bound is inclusive is not known
  });

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (waiting.length > 0) {
      const users = waiting.slice(0, pageSize);
      waiting = waiting.slice(pageSize);
      return ledger.enter(queryFrom(users[0]?.createdTime), users, true);
    }
    if (isDone) {
      return undefined;
    }
    const query = queryFrom(from);
    const { users, total } = await call(query, signal);
    const last = checkPage(users, total);
    largestPage = Math.max(largestPage, users.length);
    if (last === undefined) {
      return await finish(signal);
    }
    if (last !== from) {
      from = last;
      return ledger.enter(query, users, true);
    }
    if (users.length === total && users.length < largestPage && users.every(({ userId }) => ledger.ids.has(userId))) {
      return await finish(signal);
    }
    waiting = await readSecond(last, signal);
    from = last + 1;
    return await next(signal);
  }

  /** The second of the page's last user; undefined for an empty page. */
  function checkPage(users: readonly User[], total: number): number | undefined {
    if (users.length === 0 && total > 0) {
      throw alarm('an empty page came before the last one');
    }
    if (users.length > total) {
      throw alarm('a page held more users than the service counts');
    }
    if (new Set(users.map((user) => user.userId)).size < users.length) {
      throw alarm('a user was listed twice');
    }
    let second = from ?? Number.NEGATIVE_INFINITY;
    for (const { createdTime } of users) {
      if (createdTime === undefined || createdTime < second) {
        isUnfit = true;
        throw alarm('users did not come in the order of their creation');
      }
      second = createdTime;
    }
    return users.at(-1)?.createdTime;
  }

  /** Everybody created within one second, by offsets: believed when rows = distinct ids = total. */
  async function readSecond(second: number, signal?: AbortSignal): Promise<User[]> {
    for (let tries = 0; tries < maxSecondTries; tries += 1) {
      const users = new Map<string, User>();
      let rows = 0;
      let page: TimedUserPage;
      let total: number | undefined;
      do {
        page = await call({ ...queryFrom(second), offset: rows, toCreatedTimeMs: second * 1000 + 999 }, signal);
        rows += page.users.length;
        page.users.forEach((user) => users.set(user.userId, user));
        total ??= page.total;
      } while (page.users.length > 0 && page.total === total && rows < total);
      if (page.total === total && rows === total && users.size === total) {
        return [...users.values()];
      }
    }
    throw alarm('users created within the same second came in another order each time');
  }

  /**
   * The end: nobody may be left whom only a search without bounds of time shows, and nobody whom this pass has gone past.
   * Who came meanwhile is looked for once more before that is said.
   */
  async function finish(signal?: AbortSignal): Promise<UserBatch | undefined> {
    const everybody = await countEverybody(call, filter, signal);
    isDone = everybody !== undefined && everybody <= ledger.ids.size;
    if (isDone) {
      return undefined;
    }
    if (everybody === undefined || hasLookedAgain) {
      isUnfit = true;
      throw alarm('there are users whom the search by time of creation does not show');
    }
    hasLookedAgain = true;
    return await next(signal);
  }

  return {
    next,
    close: () => undefined,
    repair: () => (isUnfit ? orElse() : undefined),
    outcome: () => ({ ...before, mode: 'stable', bounded: ledger.ids.size, newer: 0 }),
  };
}
