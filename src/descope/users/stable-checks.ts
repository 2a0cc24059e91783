import { inconsistentRead } from './ledger.ts';
import type { User } from './user.ts';
import { type TimedUserPage, type UserPage, userPageSize, type UserQuery } from './user-page.ts';

/** In a narrowed read, which is small as a rule, the look behind the end is kept for what could be a full page: no service caps its pages at an odd number. */
const smallestCap = 10;
const roundness = 5;

/** What the first answer told: the bound, in epoch milliseconds, and how many users there are. */
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

/** A page below the bound: as many users as every other such page counted, all of them due, none beyond the bound. */
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

/** Whether the one page that holds everybody could be all that the service gives in a page. */
export function mayBeCapped(total: number, isNarrowed: boolean): boolean {
  return total > 0 && total <= userPageSize && (!isNarrowed || (total >= smallestCap && total % roundness === 0));
}

/**
 * One page that counts exactly its own rows: is that everybody, or does the service count pages? Only what is behind it
 * tells. Who is behind it and newer than the bound has joined meanwhile: answers how many those are.
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
