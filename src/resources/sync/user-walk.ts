import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import type { User } from '../../descope/users/user.ts';
import type { ReadOrigin, UserBatch } from '../../descope/users/ledger.ts';
import type { UserRead } from '../../descope/users/user-read.ts';
import { isKind } from '../../errors.ts';
import { type TokenFields, tokenNumber, tokenText } from '../../model/page-token.ts';
import { RecentPages } from './recent-pages.ts';

/**
 * Where a walk stands. `skip` rows of the page were given out already; `origin` is what another process goes on from.
 */
export interface WalkPosition {
  /** Names the walk: a page number means nothing in another one. */
  readonly walk: string;
  readonly sequence: number;
  readonly skip: number;
  readonly origin: ReadOrigin | undefined;
}

export interface WalkPage {
  readonly users: readonly User[];
  /** How many rows that were made of these users have been given out already. */
  readonly skip: number;
  /** Whether another page follows for certain; else only asking for it tells. */
  readonly isFollowed: boolean;
  /** Behind so many rows, the next of which belongs to this user of the page. */
  within(rows: number, user: number): WalkPosition;
  readonly following: WalkPosition;
}

/**
 * A way through all users, or all who fit a filter, page by page, with positions that outlive the process. In another
 * process, which knows nothing of the pages before, it goes on from the second of the last user who was given out:
 * whoever was created before that was given out, and whoever was created from then on is read and proved there. So
 * every process that lives for a page makes progress, and the last one proves the end. See decision 005.
 */
export class UserWalk {
  readonly #open: (origin?: ReadOrigin) => UserRead;
  readonly #onBatch: (batch: UserBatch) => void;
  readonly #onForget: () => void;
  #id = newId();
  /** The walk of another process that this one goes on from. */
  #predecessor: string | undefined;
  #read: UserRead | undefined;
  #recent = new RecentPages();
  /** One at a time, so that the users are read in order. */
  readonly #inTurn = pLimit(1);

  constructor(
    open: (origin?: ReadOrigin) => UserRead,
    onBatch: (batch: UserBatch) => void = () => undefined,
    onForget: () => void = () => undefined,
  ) {
    this.#open = open;
    this.#onBatch = onBatch;
    this.#onForget = onForget;
  }

  /** The read, once it has begun. */
  get read(): UserRead | undefined {
    return this.#read;
  }

  get id(): string {
    return this.#id;
  }

  get recentUsers(): number {
    return this.#recent.size;
  }

  /** Begins the read where it has not begun yet. */
  begin(): UserRead {
    this.#read ??= this.#open();
    return this.#read;
  }

  /** Whether this walk gave the position out, or went on from the walk that did. */
  gaveOut({ walk, sequence }: Pick<WalkPosition, 'walk' | 'sequence'>): 'exactly' | 'perhaps' | 'never' {
    if (walk === this.#id && this.#read !== undefined && sequence <= this.#read.sequence) {
      return 'exactly';
    }
    return walk === this.#predecessor ? 'perhaps' : 'never';
  }

  /**
   * The page at a position, the first one for none; undefined past the last, which is said only when the read is
   * proved.
   */
  async pageAt(position: WalkPosition | undefined, signal?: AbortSignal): Promise<WalkPage | undefined> {
    return await this.#inTurn(() => this.#pageAt(position, signal));
  }

  async #pageAt(position: WalkPosition | undefined, signal?: AbortSignal): Promise<WalkPage | undefined> {
    const { sequence, skip } = this.#place(position);
    const read = this.begin();
    while (read.sequence <= sequence) {
      if (!(await this.advance(signal))) {
        return undefined;
      }
    }
    const users = this.#recent.usersOf(sequence) ?? (await read.again(sequence, signal));
    const walk = this.#id;
    return {
      users,
      skip,
      isFollowed: sequence + 1 < read.leastPages,
      within: (rows, user) => ({ walk, sequence, skip: rows, origin: read.resumeWithin(sequence, users, user) }),
      following: { walk, sequence: sequence + 1, skip: 0, origin: read.resumeAt(sequence + 1) },
    };
  }

  /** Takes one more page in; false when there is none. A read that contradicts itself is forgotten at once. */
  async advance(signal?: AbortSignal): Promise<boolean> {
    const read = this.begin();
    try {
      const known = read.ids.size;
      const batch = await read.next(signal);
      if (batch === undefined) {
        return false;
      }
      this.#onBatch(batch);
      this.#recent.keep(read.sequence - 1, batch, known);
      return true;
    } catch (thrown) {
      if (isKind(thrown, 'inconsistent', 'upstream-contract')) {
        this.forget();
      }
      throw thrown;
    }
  }

  forget(): void {
    this.#read?.close();
    this.#read = undefined;
    this.#predecessor = undefined;
    this.#id = newId();
    this.#recent = new RecentPages();
    this.#onForget();
  }

  close(): void {
    this.#read?.close();
  }

  /** Drops the pages that were read ahead, while there are no calls. */
  rest(): void {
    this.#read?.close();
    this.#recent.rest();
  }

  /** Where in this walk a position lies. One that lies nowhere in it begins it anew from there. */
  #place(position: WalkPosition | undefined): { readonly sequence: number; readonly skip: number } {
    if (position === undefined) {
      if (this.#read?.origin !== undefined) {
        this.forget(); // what is there begins in the middle
      }
      return { sequence: 0, skip: 0 };
    }
    if (this.gaveOut(position) === 'exactly') {
      return position;
    }
    const sequence = this.#sequenceOf(position.origin);
    if (sequence !== undefined) {
      return { sequence, skip: 0 };
    }
    this.forget();
    this.#read = this.#open(position.origin);
    this.#predecessor = position.walk;
    return { sequence: 0, skip: 0 };
  }

  /** The page of this walk from which on everybody comes who was created in or after that second. */
  #sequenceOf(origin: ReadOrigin | undefined): number | undefined {
    const read = this.#read;
    if (
      read === undefined ||
      (read.origin !== undefined && (origin === undefined || origin.second < read.origin.second))
    ) {
      return undefined;
    }
    const from = origin?.second ?? 0;
    let sequence = 0;
    while (sequence < read.sequence && (read.resumeAt(sequence + 1)?.second ?? from) < from) {
      sequence += 1;
    }
    return sequence;
  }
}

function newId(): string {
  return randomBytes(6).toString('base64url');
}

/** A position as the fields of a page token. */
export function toWalkCursor({ walk, sequence, skip, origin }: WalkPosition): TokenFields {
  return { i: walk, q: sequence, k: skip, ...(origin !== undefined && { s: origin.second, c: origin.before }) };
}

/** The position that the fields stand for; undefined for the fields of another kind of cursor. */
export function toWalkPosition(cursor: TokenFields | undefined): WalkPosition | undefined {
  if (cursor === undefined || !isWalkCursor(cursor)) {
    return undefined;
  }
  return {
    walk: tokenText(cursor, 'i'),
    sequence: tokenNumber(cursor, 'q'),
    skip: tokenNumber(cursor, 'k'),
    origin:
      cursor['s'] === undefined ? undefined : { second: tokenNumber(cursor, 's'), before: tokenNumber(cursor, 'c') },
  };
}

export function isWalkCursor(cursor: TokenFields): boolean {
  return cursor['i'] !== undefined;
}
