import type { ReadOrigin } from './ledger.ts';
import type { User } from './user.ts';

/** The second in which the last user of a page was created, and how many rows so far are older than that second. */
interface Reached {
  readonly second: number | undefined;
  readonly older: number;
}

/**
 * Follows the creation times of the users of a read. They tell from which second another process can continue the read,
 * and how many users are older. Where a page was out of order, that process has to begin where this read began.
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

  /** False once a page was out of order. */
  get isInOrder(): boolean {
    return this.#isInOrder;
  }

  enterFirst(users: readonly User[]): void {
    const { second, older } = this.look(users, 0);
    this.#firstSecond = second;
    this.#older = older;
    this.#olderOnFirst = older;
  }

  /** Looks at a page that follows after `rowsBefore` rows. The caller enters the result once it believes the page. */
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

  /** The first page was read again and had this many rows more. Negative: fewer. */
  shift(rows: number): void {
    this.#older = Math.max(0, this.#older + rows);
  }

  /**
   * Where another process continues. `isWhole`: nobody can have moved from one page to another. Otherwise only the
   * first page counts.
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
