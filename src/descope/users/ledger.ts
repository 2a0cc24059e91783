import { ConnectorError } from '../../errors.ts';
import { endpointLabel } from '../http/endpoint.ts';
import { IdTable } from './id-table.ts';
import type { UserQuery } from './user-page.ts';
import { type User, userReadEndpoints } from './user.ts';

/** The assumed time within which a search shows a new user. The summary of a sync states it. */
export const indexLagMs = 15_000;

/** One page as it was read. `ordinals` number the users of this read; a user who was seen before keeps the number. */
export interface UserBatch {
  readonly users: readonly User[];
  readonly ordinals: readonly number[];
}

/** Where a read continues: all users created before this second have been handed out, `before` of them. */
export interface ReadOrigin {
  readonly second: number;
  readonly before: number;
}

interface LedgerPage {
  readonly query: UserQuery;
  readonly ordinals: readonly number[];
  /** How many users had been handed out before it. */
  readonly known: number;
}

/** What a read has handed out, over all its passes: the users by number, and the query of each page. */
export class Ledger {
  readonly ids = new IdTable();
  readonly pages: LedgerPage[] = [];
  /** Where the read began, where another process had begun it. */
  readonly start: ReadOrigin | undefined;

  constructor(start?: ReadOrigin) {
    this.start = start;
  }

  /** How many users have been handed out, those by other processes among them. */
  get count(): number {
    return (this.start?.before ?? 0) + this.ids.size;
  }

  /**
   * Numbers the users of a page: all of them or, when it throws, none. A user with a number has been handed out. Throws
   * `inconsistent` for a user who was seen before, unless the caller expects some.
   */
  enter(query: UserQuery, users: readonly User[], mayRepeat = false): UserBatch {
    if (
      !mayRepeat &&
      (new Set(users.map((user) => user.userId)).size < users.length || users.some((user) => this.ids.has(user.userId)))
    ) {
      throw inconsistentRead('a user was listed twice');
    }
    const known = this.count;
    const ordinals = users.map((user) => this.ids.add(user.userId).ordinal);
    this.pages.push({ query, ordinals, known });
    return { users, ordinals };
  }
}

/** One method of reading all users. It begins at the start, or where another pass had to stop. */
export interface Pass {
  /** The next page, undefined when everybody has been read and every check holds. Throws `inconsistent` otherwise. */
  next(signal?: AbortSignal): Promise<UserBatch | undefined>;
  /** What this pass has proved. Valid once `next` has answered undefined. */
  outcome(): PassOutcome;
  /** Where another process can continue; undefined where it has to begin anew. */
  resume(): ReadOrigin | undefined;
  /** The pass that continues after this one has thrown; undefined when there is none. */
  repair(thrown: unknown): Pass | undefined;
  /** Stops what is in flight. */
  close(): void;
}

/**
 * `stable`: proved. `overlap`: each page overlapped the one before. `unproven`: no page missed as far as counts can
 * tell.
 */
export type ConsistencyMode = 'stable' | 'overlap' | 'unproven';

export interface PassOutcome {
  readonly mode: ConsistencyMode;
  /** How many users the first answer counted, how many are older than the bound, and how many newer. */
  readonly total: number;
  readonly bounded: number;
  readonly newer: number;
  /** All users created up to here were read; undefined when no time bounds what was read. Epoch milliseconds. */
  readonly boundMs: number | undefined;
}

/** The list changed while it was read, or contradicts itself: a result made of it could miss somebody. */
export function inconsistentRead(what: string): ConnectorError {
  return new ConnectorError('inconsistent', `the users could not be read consistently: ${what}; run the sync again`, {
    endpoint: endpointLabel(userReadEndpoints.searchUsers),
  });
}
