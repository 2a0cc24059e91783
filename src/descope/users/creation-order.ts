import type { ReadOrigin } from './ledger.ts';
import type { User } from './user.ts';

/** What a page comes to: the second of its last user, and how many rows up to there are older than that second. */
interface Reached {
  readonly second: number | undefined;
  readonly older: number;
}

/**
 * Follows the pages of a read by time of creation, so that it is known from which second on another process could go on, and how
 * many users are older. Only pages in order tell: where one is not, that process begins where this read began.
 */
export class CreationOrder {
  readonly #start: ReadOrigin | undefined;
  #isInOrder = true;
  #firstSecond: number | undefined;
  #lastSecond: number | undefined;
  #olderOnFirst = 0;
  #older = 0;

  constructor(start: ReadOrigin | undefined) {
    this.#start = start;
  }

  /** Whether every page that was looked at was in order. */
  get isInOrder(): boolean {
    return this.#isInOrder;
  }

  enterFirst(users: readonly User[]): void {
    const { second, older } = this.look(users, 0);
    this.#firstSecond = second;
    this.#older = older;
    this.#olderOnFirst = older;
  }

  /** Looks at a page that `rowsBefore` rows come before. It is entered with `enter`, once it is believed. */
  look(users: readonly User[], rowsBefore: number): Reached {
    let second = this.#lastSecond ?? this.#firstSecond ?? this.#start?.second ?? Number.NEGATIVE_INFINITY;
    let older = this.#older;
    for (const [place, { createdTime }] of users.entries()) {
      if (createdTime === undefined || createdTime < second) {
        this.#isInOrder = false;
      } else if (createdTime > second) {
        older = rowsBefore + place;
      }
      second = createdTime ?? second;
    }
    return { second: users.at(-1)?.createdTime, older };
  }

  enter({ second, older }: Reached): void {
    this.#lastSecond = second;
    this.#older = older;
  }

  /** The first page was read again and has so many rows more (fewer, below zero). */
  shift(rows: number): void {
    this.#older = Math.max(0, this.#older + rows);
  }

  /**
   * From where on users must be read again. `isWhole`: whether nobody can have moved between the pages; where somebody may
   * have, only the first page counts.
   */
  origin(isWhole: boolean): ReadOrigin | undefined {
    if (this.#firstSecond === undefined || !this.#isInOrder) {
      return this.#start;
    }
    const [second, count] = isWhole
      ? [this.#lastSecond ?? this.#firstSecond, this.#older]
      : [this.#firstSecond, this.#olderOnFirst];
    return { second, before: (this.#start?.before ?? 0) + count };
  }
}
