import { countEverybody } from './hidden-users.ts';
import {
  inconsistentRead,
  indexLagMs,
  type Ledger,
  type Pass,
  type PassOutcome,
  type ReadOrigin,
  type UserBatch,
} from './ledger.ts';
import type { TimedUserPage, UserQuery } from './user-page.ts';
import type { User } from './user.ts';

/** How often in a read a page that was too short is asked for again, with the length that came. */
const maxShorterPages = 2;
/** How often a second in which more users were created than fit on a page is read before the read fails. */
const maxSecondTries = 3;

export interface KeysetOptions {
  readonly call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>;
  readonly filter: Omit<UserQuery, 'limit' | 'offset'>;
  readonly pageSize: number;
  readonly ledger: Ledger;
  /** Epoch milliseconds by our own clock. */
  readonly now: () => number;
  /** Where to begin; undefined: with the oldest user. */
  readonly from: ReadOrigin | undefined;
  /** The outcome of the pass before. */
  readonly before: PassOutcome;
  /** Takes over when the service does not sort, or hides users behind the filter. */
  readonly orElse: () => Pass;
}

/**
 * Reads by time of creation: the next page holds the oldest hundred users who were created in the second of the last
 * user, or later. Each page is one answer, so a deletion cannot move anybody past it. Users of the last second come
 * twice and are handed out once. Pages are read one after the other, which is slower than offsets: for when offsets
 * have moved.
 */
export function createKeysetPass({
  call,
  filter,
  pageSize,
  ledger,
  now,
  from: begin,
  before,
  orElse,
}: KeysetOptions): Pass {
  let from = begin?.second;
  let resumePoint = begin;
  let limit = pageSize;
  let shorterPages = 0;
  /** The last page that was shorter than asked for, and so seemed to be the end. */
  let saidEnd:
    | { readonly from: number | undefined; readonly rows: number; readonly second: number; readonly untilMs: number }
    | undefined;
  let largestPage = 0;
  let isDone = false;
  let isUnfit = false;
  let hasLookedAgain = false;
  let waiting: User[] = [];

  const queryFrom = (second: number | undefined): UserQuery => ({
    ...filter,
    limit,
    offset: 0,
    ...(second !== undefined && { fromCreatedTimeMs: second * 1000 - 1 }), // whether a bound is inclusive is not known
  });

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (waiting.length > 0) {
      const users = waiting.slice(0, pageSize);
      waiting = waiting.slice(pageSize);
      const batch = ledger.enter(queryFrom(users[0]?.createdTime), users, true);
      if (waiting.length === 0 && from !== undefined) {
        resumePoint = { second: from, before: ledger.count };
      }
      return batch;
    }
    if (isDone) {
      return undefined;
    }
    const query = queryFrom(from);
    const { users, total, serverTimeMs } = await call(query, signal);
    const last = checkPage(users, total);
    if (last !== undefined && users.length < Math.min(limit, total)) {
      askForShorterPages(users.length);
      return await next(signal);
    }
    if (saidEnd !== undefined && last !== undefined && last > saidEnd.second && users.some(isKeptBack)) {
      from = saidEnd.from;
      askForShorterPages(saidEnd.rows);
      return await next(signal);
    }
    if (last !== undefined && users.length < limit) {
      saidEnd = {
        from,
        rows: users.length,
        second: last,
        untilMs: Math.min(serverTimeMs ?? Number.POSITIVE_INFINITY, now()) - indexLagMs,
      };
    }
    largestPage = Math.max(largestPage, users.length);
    if (last === undefined) {
      return await finish(signal);
    }
    if (last !== from) {
      from = last;
      const batch = ledger.enter(query, users, true);
      resumePoint = {
        second: last,
        before: ledger.count - users.filter(({ createdTime }) => createdTime === last).length,
      };
      return batch;
    }
    if (users.length === total && users.length < largestPage && users.every(({ userId }) => ledger.ids.has(userId))) {
      return await finish(signal);
    }
    waiting = await readSecond(last, signal);
    from = last + 1;
    return await next(signal);
  }

  /** Whether an earlier page, which seemed to be the end, should have held this user. */
  function isKeptBack({ createdTime = 0 }: User): boolean {
    return saidEnd !== undefined && createdTime > saidEnd.second && createdTime * 1000 < saidEnd.untilMs;
  }

  /**
   * A page held fewer users than were due. Either the service has a smaller page size: then a page of that size comes
   * full. Or it left somebody out of the page: then fewer come again.
   */
  function askForShorterPages(rows: number): void {
    shorterPages += 1;
    if (shorterPages > maxShorterPages) {
      isUnfit = true;
      throw inconsistentRead('pages held fewer users than were due');
    }
    limit = rows;
    saidEnd = undefined;
  }

  /** The second of the page's last user; undefined for an empty page. */
  function checkPage(users: readonly User[], total: number): number | undefined {
    if (users.length === 0 && total > 0) {
      throw inconsistentRead('an empty page came before the last one');
    }
    if (users.length > total) {
      throw inconsistentRead('a page held more users than the service counts');
    }
    if (new Set(users.map((user) => user.userId)).size < users.length) {
      throw inconsistentRead('a user was listed twice');
    }
    let second = from ?? Number.NEGATIVE_INFINITY;
    for (const { createdTime } of users) {
      if (createdTime === undefined || createdTime < second) {
        isUnfit = true;
        throw inconsistentRead('users did not come in the order of their creation');
      }
      second = createdTime;
    }
    return users.at(-1)?.createdTime;
  }

  /** Reads everybody who was created within one second, by offsets. Believed when rows = distinct ids = total. */
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
    throw inconsistentRead('users created within the same second came in another order each time');
  }

  /**
   * Ends the pass, if no user is left whom only a search without time bounds shows, and none whom this pass has passed
   * by. It first reads on once more, for users who joined meanwhile.
   */
  async function finish(signal?: AbortSignal): Promise<UserBatch | undefined> {
    const everybody = await countEverybody(call, filter, ledger.count, signal);
    isDone = everybody !== undefined && everybody <= ledger.count;
    if (isDone) {
      return undefined;
    }
    if (everybody === undefined || hasLookedAgain) {
      isUnfit = true;
      throw inconsistentRead('there are users whom the search by time of creation does not show');
    }
    hasLookedAgain = true;
    return await next(signal);
  }

  return {
    next,
    close: () => undefined,
    resume: () => resumePoint,
    repair: () => (isUnfit || isDone ? orElse() : undefined),
    outcome: () => ({ ...before, mode: 'stable', bounded: ledger.count, newer: 0 }),
  };
}
