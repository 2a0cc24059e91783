import { setImmediate } from 'node:timers/promises';
import { isKind } from '../../errors.ts';
import { CreationOrder } from './creation-order.ts';
import { countEverybody } from './hidden-users.ts';
import { createKeysetPass } from './keyset-pass.ts';
import {
  inconsistentRead,
  indexLagMs,
  type Ledger,
  type Pass,
  type PassOutcome,
  type ReadOrigin,
  type UserBatch,
} from './ledger.ts';
import { createOverlapPass } from './overlap-pass.ts';
import { createPageWindow } from './page-window.ts';
import {
  checkBoundedPage,
  checkNoRepeats,
  checkRowCount,
  countJoinedBehind,
  type FirstAnswer,
  mayBeCapped,
} from './stable-checks.ts';
import { type TimedUserPage, type UserFilter, type UserPage, userPageSize, type UserQuery } from './user-page.ts';
import type { User } from './user.ts';

/** Parses a page that was read ahead. */
export type ParsePage = (signal?: AbortSignal) => Promise<TimedUserPage>;

export interface StableOptions {
  readonly call: (query: UserQuery, signal?: AbortSignal) => Promise<TimedUserPage>;
  /** The same search for a page that is read ahead, to be parsed later. */
  readonly ahead: (query: UserQuery, signal: AbortSignal) => Promise<ParsePage>;
  readonly filter: UserFilter;
  readonly ledger: Ledger;
  /** Epoch milliseconds by our own clock. */
  readonly now: () => number;
}

export interface StablePass extends Pass {
  readonly first: FirstAnswer | undefined;
}

/**
 * Stable paging: sorted by creation, bounded above by B so that the population can only shrink, and believed only when
 * (a) every bounded total equals the first one, (b) rows = distinct ids = total and (c) no row was created after B.
 * Design and proof: docs/descope-notes.md. Six pages at once. A failed check throws `inconsistent`; the pass that
 * `repair` answers then reads by time of creation, from the last page that was believed. Where the ledger names a
 * start, only users created from there on are read: they, too, are a population that can only shrink.
 */
export function createStablePass({ call, ahead, filter, ledger, now }: StableOptions): StablePass {
  const startedMs = now();
  const { start } = ledger;
  let origin: FirstAnswer | undefined;
  let boundedTotal: number | undefined;
  let boundedRows = 0;
  /** Users of the unbounded first page; after its re-read, those of them who were not seen below the bound. */
  let firstPage = new Set<string>();
  let isRechecked = false;
  let areNewerRead = false;
  let newerUsers = 0;
  let isEndChecked = false;
  let isFilterChecked = false;
  /**
   * Whether somebody is known to have joined after the single page that held all users: then the bound says until when.
   */
  let isBoundTold = false;
  let isFilterTrusted = true;
  const order = new CreationOrder(start);

  const isNarrowed = Object.keys(filter).length > 0;
  const pageCount = (): number => Math.ceil((origin?.total ?? 0) / userPageSize);
  const boundedQuery = (index: number): UserQuery => ({
    ...pageQuery(index),
    ...(origin !== undefined && { toCreatedTimeMs: origin.boundMs }),
  });
  const range = { ...filter, ...(start !== undefined && { fromCreatedTimeMs: start.second * 1000 - 1 }) }; // whether a bound is inclusive is not known
  const pageQuery = (page: number): UserQuery => ({ ...range, limit: userPageSize, offset: page * userPageSize });
  const window = createPageWindow(pageCount, (index, signal) => ahead(boundedQuery(index), signal));

  async function readFirst(signal?: AbortSignal): Promise<UserBatch> {
    const query = pageQuery(0);
    const { users, total, serverTimeMs } = await call(query, signal);
    // A server clock that is ahead would let in users who are created while we read. An earlier bound, by our clock, is
    // always safe.
    const clockMs = Math.min(serverTimeMs ?? startedMs, startedMs);
    const boundMs = Math.max(0, Math.floor(clockMs / 1000) * 1000 - indexLagMs - 1);
    origin = { boundMs, total };
    if (total > userPageSize && (serverTimeMs === undefined || boundMs === 0)) {
      isFilterTrusted = false;
      throw inconsistentRead('the service does not tell its time, by which the pages would be bounded');
    }
    checkRowCount(users, total, 0);
    checkStart(users);
    const batch = ledger.enter(query, users);
    firstPage = new Set(users.map((user) => user.userId));
    order.enterFirst(users);
    boundedRows = users.length;
    if (total <= userPageSize) {
      boundedTotal = total;
    }
    return batch;
  }

  async function readBounded(from: FirstAnswer, signal?: AbortSignal): Promise<UserBatch> {
    const index = pagesRead();
    const query = boundedQuery(index);
    const parse = await window.take(index, signal);
    await setImmediate(); // parsing takes long: answers that have arrived go first, since each of them lets the next request out
    const page = await parse(signal);
    checkBounded(page, query.offset, from);
    const { users } = page;
    const reached = order.look(users, boundedRows);
    const batch = ledger.enter(query, users);
    boundedRows += users.length;
    order.enter(reached);
    return batch;
  }

  function checkBounded(page: UserPage, offset: number, from: FirstAnswer): void {
    boundedTotal ??= page.total;
    checkBoundedPage(page, offset, from, boundedTotal);
    checkStart(page.users);
  }

  /** A user who is older than the start of this read shows that the service ignores the bound. */
  function checkStart(users: readonly User[]): void {
    if (
      start !== undefined &&
      users.some(({ createdTime }) => createdTime === undefined || createdTime < start.second)
    ) {
      isFilterTrusted = false;
      throw inconsistentRead('a page bounded in time held a user who lies outside the bound');
    }
  }

  /** How many pages were read by offset, the first one included. */
  function pagesRead(): number {
    return ledger.pages.length - Number(isRechecked);
  }

  /** Somebody is newer than the bound: so the first page, which was read without a bound, is read again with it. */
  async function recheckFirst(from: FirstAnswer, signal?: AbortSignal): Promise<UserBatch> {
    const query = { ...pageQuery(0), toCreatedTimeMs: from.boundMs };
    const page = await call(query, signal);
    checkBounded(page, 0, from);
    const { users } = page;
    checkNoRepeats(users);
    if (users.some((user) => ledger.ids.has(user.userId) && !firstPage.has(user.userId))) {
      throw inconsistentRead('a user was listed twice');
    }
    const batch = ledger.enter(query, users, true);
    boundedRows += users.length - firstPage.size;
    order.shift(users.length - firstPage.size);
    for (const { userId } of users) {
      firstPage.delete(userId);
    }
    isRechecked = true;
    return batch;
  }

  /** Nothing bounds the newer users from above: only a single answer holds them as they were. */
  async function readNewer(from: FirstAnswer, signal?: AbortSignal): Promise<UserBatch> {
    const query = { ...filter, limit: userPageSize, offset: 0, fromCreatedTimeMs: from.boundMs };
    const { users, total } = await call(query, signal);
    if (total > userPageSize) {
      throw inconsistentRead('more users are newer than the bound than one page holds');
    }
    checkRowCount(users, total, 0);
    checkNoRepeats(users);
    const known = ledger.ids.size;
    const batch = ledger.enter(query, users, true);
    areNewerRead = true;
    newerUsers = users.filter((user) => firstPage.has(user.userId)).length + (ledger.ids.size - known);
    return batch;
  }

  /**
   * Fewer users are older than the bound than the first page counted: the others are newer, were deleted, or are
   * hidden.
   */
  async function checkNobodyIsHidden(from: FirstAnswer, signal?: AbortSignal): Promise<void> {
    const read = (start?.before ?? 0) + (boundedTotal ?? 0) + newerUsers;
    const everybody = await countEverybody(call, filter, read, signal);
    isFilterTrusted = everybody !== undefined;
    if (everybody === undefined || (read < everybody && (start !== undefined || read < from.total))) {
      throw inconsistentRead('there are users whom the search by time of creation does not show');
    }
    isFilterChecked = true;
  }

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (origin === undefined) {
      return await readFirst(signal);
    }
    const isShort = boundedTotal !== undefined && boundedTotal < origin.total;
    if (isShort && !isRechecked) {
      return await recheckFirst(origin, signal); // at once: from then on another process can go on from any page
    }
    if (pagesRead() < pageCount()) {
      return await readBounded(origin, signal);
    }
    if (isShort && !areNewerRead) {
      return await readNewer(origin, signal);
    }
    if (mayBeCapped(origin.total, isNarrowed) && !isEndChecked) {
      isBoundTold = (await countJoinedBehind(call, range, origin, signal)) > 0;
      isEndChecked = true;
    }
    if ((isShort || start !== undefined) && !isFilterChecked) {
      await checkNobodyIsHidden(origin, signal);
    }
    if (boundedRows !== boundedTotal) {
      throw inconsistentRead('fewer users were listed than the service counts');
    }
    return undefined;
  }

  function outcome(): PassOutcome {
    const total = origin?.total ?? 0;
    const { before } = start ?? { before: 0 };
    return {
      mode: 'stable',
      total: before + total,
      bounded: before + (boundedTotal ?? total),
      newer: newerUsers,
      boundMs: total <= userPageSize && !isBoundTold ? undefined : origin?.boundMs,
    };
  }

  /**
   * Where another process continues. The bounded pages are whole as long as their total stands, and so is the first
   * page, which is one answer. Where the two totals differ, somebody may have moved from the second page to the first,
   * until that is read again.
   */
  function resume(): ReadOrigin | undefined {
    return order.origin(isRechecked || boundedTotal === origin?.total);
  }

  /**
   * The bound, once all bounded pages have been read, and the first page again: then all users older than it are known.
   */
  function resumeAtEnd(): ReadOrigin | undefined {
    if (origin === undefined) {
      return start;
    }
    const isThrough = order.isInOrder && isRechecked && pagesRead() >= pageCount() && boundedRows === boundedTotal;
    return isThrough
      ? { second: Math.floor(origin.boundMs / 1000), before: (start?.before ?? 0) + boundedRows }
      : resume();
  }

  function repair(thrown: unknown): Pass | undefined {
    const orElse = (): Pass => createOverlapPass({ call, filter, pageSize: userPageSize, ledger, isSorted: true });
    if (isKind(thrown, 'upstream-contract') && thrown.facts['status'] === 400) {
      return orElse();
    }
    if (!isKind(thrown, 'inconsistent')) {
      return undefined;
    }
    return isFilterTrusted
      ? createKeysetPass({
          call,
          filter,
          pageSize: userPageSize,
          ledger,
          now,
          from: resumeAtEnd(),
          before: outcome(),
          orElse,
        })
      : orElse();
  }

  return {
    next,
    outcome,
    resume,
    repair,
    close: () => window.drop(),
    get first() {
      return origin;
    },
  };
}
