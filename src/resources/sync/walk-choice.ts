import type { TokenFields } from '../../model/page-token.ts';
import type { UserWalks } from './user-walks.ts';

/** So many pages come within a second: two rounds of six at once. */
const quickPages = 12;

/**
 * Whether a process that did not read the users (another one did) should read them all after all, to have an index of
 * who holds what, or walk for what it is asked. Walking makes progress however short a process lives; reading everybody
 * once is cheaper for one that lives long. So walks are made until they have cost as much as that would. A project that
 * is read in a moment is read at once, but not for a cursor of an index that is gone: it would begin anew with each
 * process.
 */
export class WalkChoice {
  readonly #walks: UserWalks;
  readonly #readFirstPage: (signal?: AbortSignal) => Promise<unknown>;
  /** How many searches may be sent before an index is made. */
  #wholeCost: number | undefined;
  /** Whether the project is read in a moment. */
  #isQuick = false;

  /** `readFirstPage` reads the first page of all users, which says how many pages there are. */
  constructor(walks: UserWalks, readFirstPage: (signal?: AbortSignal) => Promise<unknown>) {
    this.#walks = walks;
    this.#readFirstPage = readFirstPage;
  }

  /** Whether an index is cheaper for a listing that goes on from a cursor, or begins where there is none. */
  async isIndexCheaper(cursor: TokenFields | undefined, signal?: AbortSignal): Promise<boolean> {
    if (this.#wholeCost === undefined) {
      const { main } = this.#walks;
      if (main.read !== undefined) {
        return true; // this process reads everybody itself
      }
      await this.#readFirstPage(signal);
      const pages = main.begin().leastPages;
      this.#isQuick = pages <= quickPages;
      this.#wholeCost = this.#walks.searchesSent + pages;
    }
    return (this.#isQuick && cursor === undefined) || this.#walks.searchesSent > this.#wholeCost;
  }
}
