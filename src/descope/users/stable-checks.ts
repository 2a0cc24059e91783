import { inconsistentRead } from './ledger.ts';
import { type TimedUserPage, type UserPage, userPageSize, type UserQuery } from './user-page.ts';
import type { User } from './user.ts';

/**
 * A narrowed read is small as a rule: it looks behind the end only where its page could be a full one. No service has
 * an odd page size.
 */
const smallestCap = 10;
const roundness = 5;

/** The bound (epoch milliseconds) and the number of users, from the first answer. */
export interface FirstAnswer {
  readonly boundMs: number;
  readonly total: number;
}

export function checkRowCount(users: readonly User[], total: number, offset: number): void {
  const expected = Math.min(userPageSize, Math.max(0, total - offset));
  if (users.length !== expected) {
    throw inconsistentRead(`a page held ${users.length} users where ${expected} were due`);
  }
}

export function checkNoRepeats(users: readonly User[]): void {
  if (new Set(users.map((user) => user.userId)).size < users.length) {
    throw inconsistentRead('a user was listed twice');
  }
}

/**
 * Checks a bounded page: it counts as many users as the other bounded pages, holds all that are due, and none beyond
 * the bound.
 */
export function checkBoundedPage({ users, total }: UserPage, offset: number, from: FirstAnswer, counted: number): void {
  if (total !== counted) {
    throw inconsistentRead('the number of users changed between pages');
  }
  if (total > from.total) {
    throw inconsistentRead('users with an old creation time appeared');
  }
  checkRowCount(users, total, offset);
  for (const { createdTime } of users) {
    if (createdTime === undefined || createdTime * 1000 > from.boundMs) {
      throw inconsistentRead('a page bounded in time held a user who lies outside the bound');
    }
  }
}

/** Whether a single page could be the most that the service gives, rather than all users. */
export function mayBeCapped(total: number, isNarrowed: boolean): boolean {
  return total > 0 && total <= userPageSize && (!isNarrowed || (total >= smallestCap && total % roundness === 0));
}

/**
 * Looks behind a single page that counts exactly its own rows: a service that counts the users of a page instead of all
 * users has more there. Answers how many users have joined meanwhile: they are behind the page and newer than the
 * bound.
 */
export async function countJoinedBehind(
  call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>,
  range: Omit<UserQuery, 'limit' | 'offset'>,
  from: FirstAnswer,
  signal?: AbortSignal,
): Promise<number> {
  const { users, total } = await call({ ...range, limit: userPageSize, offset: from.total }, signal);
  const haveJoined = users.every(({ createdTime }) => createdTime !== undefined && createdTime * 1000 > from.boundMs);
  if (!haveJoined || total !== from.total + users.length) {
    throw inconsistentRead('the service counts the users of a page instead of all users');
  }
  return users.length;
}
