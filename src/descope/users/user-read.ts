import { isKind } from '../../errors.ts';
import type { CallOptions } from '../http/call.ts';
import type { IdTable } from './id-table.ts';
import { inconsistentRead, Ledger, type Pass, type PassOutcome, type ReadOrigin, type UserBatch } from './ledger.ts';
import { Sightings } from './sightings.ts';
import { createStablePass, type ParsePage } from './stable-pass.ts';
import type { UnparsedPage } from './unparsed-page.ts';
import { type TimedUserPage, userPageSize, type UserQuery, type UserFilter } from './user-page.ts';
import type { User } from './user.ts';

export type { UserBatch } from './ledger.ts';
export type { ReadOrigin } from './ledger.ts';

/** A read that needs more passes fails: the list changes faster than it can be read. */
const maxPasses = 3;

export type SearchUsers = (query: UserQuery, call: CallOptions) => Promise<TimedUserPage>;

export type FetchUsers = (query: UserQuery, call: CallOptions) => Promise<UnparsedPage>;

export interface UserReadOptions {
  readonly search: SearchUsers;
  /** How pages are read ahead; by `search`, and parsed at once, when left out. */
  readonly fetch?: FetchUsers;
  /** Narrows the read. The caller still checks every row. */
  readonly filter?: UserFilter;
  /** Continues the read of another process: only users created from there on are read. */
  readonly origin?: ReadOrigin;
  /** Loads one user, to tell a deleted user from one whom the service leaves out. A narrowed read does not need it. */
  readonly load?: (userId: string, call: CallOptions) => Promise<User | undefined>;
  readonly now?: () => number;
}

/** What a read that has ended has proved. Times are epoch milliseconds. */
export interface ReadProof extends PassOutcome {
  /** 1 when nothing moved, and one more for each repair. */
  readonly passes: number;
  readonly readFromMs: number;
  readonly readUntilMs: number;
}

/**
 * All users, page by page. A read begins with stable paging; where a check fails, it continues with the pass that the
 * failed one names, for three passes at most. After that it throws `inconsistent`, and what was handed out must not be
 * used as a whole. Users may come twice when pages are read again; they keep their number.
 */
export interface UserRead {
  /** The next page in order, undefined after the last. After an error it may be called again, and continues. */
  next(signal?: AbortSignal): Promise<UserBatch | undefined>;
  /**
   * Reads a page again that `next` has handed out, without moving on. All its users must still be on it: a user who has
   * moved to another page, because of a deletion before it, could be on none of the pages that a caller gets.
   */
  again(sequence: number, signal?: AbortSignal): Promise<readonly User[]>;
  /** How many pages `next` has handed out. */
  readonly sequence: number;
  /** Where this read began, if another process began it. */
  readonly origin: ReadOrigin | undefined;
  /** How many pages there are at least, by the first answer. */
  readonly leastPages: number;
  /** What another process needs to continue at this page; undefined where it has to begin anew. */
  resumeAt(sequence: number): ReadOrigin | undefined;
  /** The same in the middle of a page, after `given` of its users. */
  resumeWithin(sequence: number, users: readonly User[], given: number): ReadOrigin | undefined;
  /** Every user of this read, numbered. */
  readonly ids: IdTable;
  /** Set once `next` has answered undefined. */
  readonly proof: ReadProof | undefined;
  /** Stops what is in flight. */
  close(): void;
}

export function createUserRead(
  { search, fetch = parsedAtOnce(search), filter = {}, origin, load, now = Date.now }: UserReadOptions,
  onRequest?: (endpoint: string) => void,
): UserRead {
  const readFromMs = now();
  const ledger = new Ledger(origin);
  const resumes: (ReadOrigin | undefined)[] = [];
  const optionsOf = (signal?: AbortSignal): CallOptions => ({
    ...(signal !== undefined && { signal }),
    ...(onRequest !== undefined && { onRequest }),
  });
  const sightings = new Sightings(ledger);
  const seen = (page: TimedUserPage): TimedUserPage => {
    sightings.answered(page.users);
    return page;
  };
  const call = async (query: UserQuery, signal?: AbortSignal): Promise<TimedUserPage> =>
    seen(await search(query, optionsOf(signal)));
  const ahead = async (query: UserQuery, signal: AbortSignal): Promise<ParsePage> => {
    const page = await fetch(query, optionsOf(signal));
    return async (later) => seen(await page.parse(optionsOf(later)));
  };
  const stable = createStablePass({ call, ahead, filter, ledger, now });
  let pass: Pass = stable;
  let passes = 1;
  let proof: ReadProof | undefined;

  async function next(signal?: AbortSignal): Promise<UserBatch | undefined> {
    if (proof !== undefined) {
      return undefined;
    }
    try {
      const batch = await pass.next(signal);
      sightings.believed();
      if (batch === undefined) {
        await checkSightings(signal);
        proof = { ...pass.outcome(), passes, readFromMs, readUntilMs: now() };
      } else {
        resumes.push(usable(pass.resume()));
      }
      return batch;
    } catch (thrown) {
      sightings.rejected();
      const following = isKind(thrown, 'inconsistent', 'upstream-contract') ? pass.repair(thrown) : undefined;
      if (following === undefined || passes === maxPasses) {
        throw thrown;
      }
      pass.close();
      pass = following;
      passes += 1;
    }
    return await next(signal);
  }

  function resumeAt(sequence: number): ReadOrigin | undefined {
    return sequence === 0 ? origin : resumes[sequence - 1];
  }

  async function checkSightings(signal?: AbortSignal): Promise<void> {
    if (load !== undefined) {
      await sightings.check(async (userId) => (await load(userId, optionsOf(signal))) !== undefined);
    }
  }

  return {
    ids: ledger.ids,
    get sequence() {
      return ledger.pages.length;
    },
    origin,
    get leastPages() {
      return passes > 1 ? 0 : Math.ceil((stable.first?.total ?? 0) / userPageSize);
    },
    resumeAt,
    resumeWithin: (sequence, users, given) => {
      const [before, after] = [resumeAt(sequence), resumeAt(sequence + 1)];
      const second = users[given]?.createdTime;
      if (second === undefined || after === undefined || second > after.second || second <= (before?.second ?? 0)) {
        return given >= users.length ? after : before;
      }
      const older = users
        .slice(0, given)
        .filter(({ createdTime }) => createdTime !== undefined && createdTime < second).length;
      return { second, before: (ledger.pages[sequence]?.known ?? 0) + older };
    },
    get proof() {
      return proof;
    },
    close: () => pass.close(),
    next,
    again: async (sequence, signal) => {
      const page = ledger.pages[sequence];
      if (page === undefined) {
        throw new RangeError(`page ${sequence} was not read yet`);
      }
      const { users } = await search(page.query, optionsOf(signal));
      const present = new Set(users.map((user) => user.userId));
      if (!page.ordinals.every((ordinal) => present.has(ledger.ids.at(ordinal)))) {
        throw inconsistentRead('somebody has moved away from a page that was read before');
      }
      return users;
    },
  };
}

/** A time before 1970 is no bound: zero means none. */
function usable(origin: ReadOrigin | undefined): ReadOrigin | undefined {
  return origin !== undefined && origin.second > 0 ? origin : undefined;
}

function parsedAtOnce(search: SearchUsers): FetchUsers {
  return async (query, call) => {
    const page = await search(query, call);
    return { parse: () => Promise.resolve(page) };
  };
}
