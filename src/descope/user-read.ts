import { ConnectorError } from '../errors.ts';
import type { CallOptions, TimedUserPage, UserQuery } from './client.ts';
import { endpointLabel } from './endpoints.ts';
import { IdTable } from './id-table.ts';
import { createPageWindow } from './page-window.ts';
import type { User } from './rows.ts';

/** Rows per search. Descope documents a default of 100 and no maximum; its own tools never ask for more. */
export const userPageSize = 100;
/** How far behind the server's clock the upper bound lies: longer than a search may lag behind a creation. */
const indexLagMs = 15_000;

export type SearchUsers = (query: UserQuery, call: CallOptions) => Promise<TimedUserPage>;

/** Where a read that another process began goes on: its bound, its first total, and the page to begin with. */
export interface ReadOrigin {
  readonly boundMs: number;
  readonly total: number;
  readonly startPage: number;
}

export interface UserReadOptions {
  readonly search: SearchUsers;
  /** Narrows the read to the users of a tenant or a role; every row is still checked by whoever uses it. */
  readonly filter?: Pick<UserQuery, 'tenantIds' | 'roleNames' | 'tenantRoleNames'>;
  readonly origin?: ReadOrigin;
  readonly now?: () => number;
}

/** One page as it was read. `ordinals` number the users of this read; a user seen before keeps the number. */
export interface UserBatch {
  readonly users: readonly User[];
  readonly ordinals: readonly number[];
}

/** What is known once a read has ended without an alarm. Times are epoch milliseconds. */
export interface ReadProof {
  readonly mode: 'stable';
  readonly passes: number;
  /** The first answer's `total`, and how many users stood below the bound and above it. */
  readonly total: number;
  readonly bounded: number;
  readonly newer: number;
  /** Users created up to here were counted twice and found complete; undefined when one page held them all. */
  readonly boundMs: number | undefined;
  readonly readFromMs: number;
  readonly readUntilMs: number;
}

/**
 * One pass over the users, by stable paging: sorted by creation, bounded above by B so that the population can only
 * shrink, and believed only when (a) every bounded total equals the first one, (b) rows = distinct ids = total and (c)
 * no row was created after B. Design and proof: docs/descope-notes.md. Any failed check throws `inconsistent`; nothing
 * that was handed out before may then be used as a whole.
 */
export interface UserRead {
  /** The next page in order, undefined after the last. After an error it may be called again and goes on. */
  next(signal?: AbortSignal): Promise<UserBatch | undefined>;
  /**
   * Reads a page once more that `next` handed out, without moving on. Everybody who stood on it must still be there: who
   * moved to another page, because of a deletion before it, might otherwise be on none of those that a caller gets.
   */
  again(sequence: number, signal?: AbortSignal): Promise<readonly User[]>;
  /** How many pages `next` has handed out. */
  readonly sequence: number;
  /** Bound, first total and first page: what another process needs to go on. Undefined before the first page. */
  readonly origin: ReadOrigin | undefined;
  /** Every user of this read, numbered. */
  readonly ids: IdTable;
  /** Set once `next` has answered undefined. */
  readonly proof: ReadProof | undefined;
  /** Stops what is in flight. */
  close(): void;
}

export function createUserRead({ search, filter = {}, origin: given, now = Date.now }: UserReadOptions, onRequest?: (endpoint: string) => void): UserRead {
  const readFromMs = now();
  const ids = new IdTable();
  /** What was handed out: the query of each page, and who stood on it. */
  const pages: { readonly query: UserQuery; readonly ordinals: readonly number[] }[] = [];
  let origin = given;
  let boundedTotal: number | undefined;
  let boundedRows = 0;
  /** Users of the unbounded first page; after its re-read, those of them who were not seen below the bound. */
  let firstPage = new Set<string>();
  let isRechecked = false;
  let newerTotal: number | undefined;
  let newerRows = 0;
  let newerUsers = 0;
  const newer = new Set<number>();
  let isEndChecked = false;
  let proof: ReadProof | undefined;

  const pageCount = (): number => Math.ceil((origin?.total ?? 0) / userPageSize);
  /** Pages of the bounded part that are still to be handed out come from here; a wrapped read ends where it began. */
  const boundedQuery = (index: number): UserQuery => ({
    ...pageQuery(((origin?.startPage ?? 0) + index) % pageCount()),
    ...(origin !== undefined && { toCreatedTimeMs: origin.boundMs }),
  });
  const pageQuery = (page: number): UserQuery => ({ ...filter, limit: userPageSize, offset: page * userPageSize });
  const call = (query: UserQuery, signal?: AbortSignal): Promise<TimedUserPage> =>
    search(query, { ...(signal !== undefined && { signal }), ...(onRequest !== undefined && { onRequest }) });
  const window = createPageWindow(pageCount, (index, signal) => call(boundedQuery(index), signal));

  /** Numbers the users of a page; a user who was there before is an alarm unless the caller expects some. */
  function enter(query: UserQuery, users: readonly User[], mayRepeat = false): UserBatch {
    const ordinals = users.map((user) => {
      const { ordinal, isNew } = ids.add(user.userId);
      if (!isNew && !mayRepeat) {
        throw alarm('a user was listed twice');
      }
      return ordinal;
    });
    pages.push({ query, ordinals });
    return { users, ordinals };
  }

  async function readFirst(signal?: AbortSignal): Promise<UserBatch> {
    const query = pageQuery(0);
    const { users, total, serverTimeMs } = await call(query, signal);
    checkRowCount(users, total, 0);
    if (total > userPageSize && serverTimeMs === undefined) {
      throw new ConnectorError('upstream-contract', `${endpointLabel('searchUsers')} answered without a Date header, so that its pages cannot be bounded in time`);
    }
    const batch = enter(query, users);
    const boundMs = Math.floor((serverTimeMs ?? readFromMs) / 1000) * 1000 - indexLagMs - 1;
    origin = { boundMs, total, startPage: 0 };
    firstPage = new Set(users.map((user) => user.userId));
    boundedRows = users.length;
    if (total <= userPageSize) {
      boundedTotal = total;
    }
    return batch;
  }

  async function readBounded(from: ReadOrigin, signal?: AbortSignal): Promise<UserBatch> {
    const index = pages.length;
    const query = boundedQuery(index);
    const { users, total } = await window.take(index, signal);
    checkBounded(users, total, query.offset, from);
    const batch = enter(query, users);
    boundedRows += users.length;
    return batch;
  }

  function checkBounded(users: readonly User[], total: number, offset: number, from: ReadOrigin): void {
    boundedTotal ??= total;
    if (total !== boundedTotal) {
      throw alarm('the number of users changed between pages');
    }
    if (total > from.total) {
      throw alarm('users with an old creation time appeared');
    }
    checkRowCount(users, total, offset);
    for (const { createdTime } of users) {
      if (createdTime === undefined || createdTime * 1000 > from.boundMs) {
        throw alarm('a page bounded in time held a user who lies outside the bound');
      }
    }
  }

  /** Somebody is newer than the bound: the first page, which was read without it, is read again with it. */
  async function recheckFirst(from: ReadOrigin, signal?: AbortSignal): Promise<UserBatch> {
    const query = { ...pageQuery(0), toCreatedTimeMs: from.boundMs };
    const { users, total } = await call(query, signal);
    checkBounded(users, total, 0, from);
    if (new Set(users.map((user) => user.userId)).size < users.length || users.some((user) => ids.has(user.userId) && !firstPage.has(user.userId))) {
      throw alarm('a user was listed twice');
    }
    const batch = enter(query, users, true);
    boundedRows += users.length - firstPage.size;
    for (const { userId } of users) {
      firstPage.delete(userId);
    }
    isRechecked = true;
    return batch;
  }

  async function readNewer(from: ReadOrigin, signal?: AbortSignal): Promise<UserBatch> {
    const query = { ...filter, limit: userPageSize, offset: newerRows, fromCreatedTimeMs: from.boundMs };
    const { users, total } = await call(query, signal);
    newerTotal ??= total;
    if (total !== newerTotal) {
      throw alarm('the number of new users changed between pages');
    }
    checkRowCount(users, total, newerRows);
    const known = ids.size;
    const batch = enter(query, users, true);
    for (const ordinal of batch.ordinals) {
      newer.add(ordinal);
    }
    newerRows += users.length;
    if (newer.size < newerRows) {
      throw alarm('a user was listed twice');
    }
    newerUsers += users.filter((user) => firstPage.has(user.userId)).length + (ids.size - known);
    return batch;
  }

  /**
   * A page that is full to the last row and counts exactly its own rows: is that everybody, or does the service count
   * pages? Only the page behind it tells.
   */
  async function checkNobodyIsBehind(signal?: AbortSignal): Promise<void> {
    const { users, total } = await call(pageQuery(1), signal);
    if (users.length > 0 || total !== userPageSize) {
      throw alarm('the service counts the users of a page instead of all users');
    }
    isEndChecked = true;
  }

  /**
   * Everybody below the bound and above it was read, and yet there are fewer than the first page counted: somebody was
   * deleted meanwhile, or the time filter hides users. A count without the filter may not exceed those who were read.
   */
  async function checkNobodyIsHidden(signal?: AbortSignal): Promise<void> {
    const { total } = await call(pageQuery(0), signal);
    if (total > (boundedTotal ?? 0) + newerUsers) {
      throw alarm('there are users whom the search by time of creation does not show');
    }
    isEndChecked = true;
  }

  function prove(from: ReadOrigin): void {
    if (boundedRows !== boundedTotal) {
      throw alarm('fewer users were listed than the service counts');
    }
    proof = {
      mode: 'stable',
      passes: 1,
      total: from.total,
      bounded: boundedTotal,
      newer: newerUsers,
      boundMs: from.total <= userPageSize ? undefined : from.boundMs,
      readFromMs,
      readUntilMs: now(),
    };
  }

  return {
    ids,
    get sequence() {
      return pages.length;
    },
    get origin() {
      return origin;
    },
    get proof() {
      return proof;
    },
    close: () => window.drop(),
    next: async (signal) => {
      if (proof !== undefined) {
        return undefined;
      }
      if (origin === undefined) {
        return await readFirst(signal);
      }
      if (pages.length < pageCount()) {
        return await readBounded(origin, signal);
      }
      const isShort = boundedTotal !== undefined && boundedTotal < origin.total;
      if (isShort && given === undefined && !isRechecked) {
        return await recheckFirst(origin, signal);
      }
      if (isShort && (newerTotal === undefined || newerRows < newerTotal)) {
        return await readNewer(origin, signal);
      }
      if (isShort && !isEndChecked && (boundedTotal ?? 0) + newerUsers < origin.total) {
        await checkNobodyIsHidden(signal);
      }
      if (origin.total === userPageSize && given === undefined && !isEndChecked) {
        await checkNobodyIsBehind(signal);
      }
      prove(origin);
      return undefined;
    },
    again: async (sequence, signal) => {
      const page = pages[sequence];
      if (page === undefined) {
        throw new RangeError(`page ${sequence} was not read yet`);
      }
      const { users } = await call(page.query, signal);
      const present = new Set(users.map((user) => user.userId));
      if (!page.ordinals.every((ordinal) => present.has(ids.at(ordinal)))) {
        throw alarm('somebody has moved away from a page that was read before');
      }
      return users;
    },
  };
}

function checkRowCount(users: readonly User[], total: number, offset: number): void {
  const expected = Math.min(userPageSize, Math.max(0, total - offset));
  if (users.length !== expected) {
    throw alarm(`a page held ${users.length} users where ${expected} were due`);
  }
}

/** The list moved while it was read, or contradicts itself: a result made of it could miss somebody. */
function alarm(what: string): ConnectorError {
  return new ConnectorError('inconsistent', `the users could not be read consistently: ${what}; run the sync again`, {
    endpoint: endpointLabel('searchUsers'),
  });
}
