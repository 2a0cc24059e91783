import { isKind } from '../../errors.ts';
import type { CallOptions } from '../http/call.ts';
import type { UnparsedPage } from './unparsed-page.ts';
import { type TimedUserPage, userPageSize, type UserQuery } from './user-page.ts';
import type { IdTable } from './id-table.ts';
import { inconsistentRead, Ledger, type Pass, type PassOutcome, type ReadOrigin, type UserBatch } from './ledger.ts';
import type { User } from './user.ts';
import { Sightings } from './sightings.ts';
import { createStablePass, type ParsePage } from './stable-pass.ts';

export type { UserBatch } from './ledger.ts';
export type { ReadOrigin } from './ledger.ts';

/** A read that needs more passes than this is given up: the list moves faster than it can be read. */
const maxPasses = 3;

export type SearchUsers = (query: UserQuery, call: CallOptions) => Promise<TimedUserPage>;

export type FetchUsers = (query: UserQuery, call: CallOptions) => Promise<UnparsedPage>;

export interface UserReadOptions {
  readonly search: SearchUsers;
  /** How pages are read ahead; by `search`, and parsed at once, when left out. */
  readonly fetch?: FetchUsers;
  /** Narrows the read to the users of a tenant or a role; every row is still checked by whoever uses it. */
  readonly filter?: Pick<UserQuery, 'tenantIds' | 'roleNames' | 'tenantRoleNames'>;
  /** Goes on where another process was: only users created from there on are read. */
  readonly origin?: ReadOrigin;
  /** Looks one user up, to tell who has been deleted from who is kept back; a narrowed read has no use for it. */
  readonly load?: (userId: string, call: CallOptions) => Promise<User | undefined>;
  readonly now?: () => number;
}

/** What is known once a read has ended. Times are epoch milliseconds. */
export interface ReadProof extends PassOutcome {
  /** 1 when nothing moved; each repair is one more. */
  readonly passes: number;
  readonly readFromMs: number;
  readonly readUntilMs: number;
}

/**
 * All users, page by page. It begins with stable paging and, where a check fails, goes on in the way that the pass before
 * names, three passes at most; then the alarm is thrown, and nothing that was handed out may be used as a whole. Users
 * may come twice when pages are read again: who was there before keeps the number.
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
  /** Where it began, where another process had begun it. */
  readonly origin: ReadOrigin | undefined;
  /** How many pages there are at least, as far as the first answer told. */
  readonly leastPages: number;
  /** What another process needs to go on at this page: undefined where it would have to begin anew. */
  resumeAt(sequence: number): ReadOrigin | undefined;
  /** The same in the middle of a page, behind so many of its users. */
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

/** A time from before 1970 bounds nothing: zero means none. */
function usable(origin: ReadOrigin | undefined): ReadOrigin | undefined {
  return origin !== undefined && origin.second > 0 ? origin : undefined;
}

function parsedAtOnce(search: SearchUsers): FetchUsers {
  return async (query, call) => {
    const page = await search(query, call);
    return { parse: () => Promise.resolve(page) };
  };
}
