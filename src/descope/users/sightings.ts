import { inconsistentRead, type Ledger } from './ledger.ts';
import type { User } from './user.ts';

/**
 * Users in answers that were not believed. A read must not end without them, unless they are gone: a service that shows
 * a user once and then no more contradicts itself.
 */
export class Sightings {
  readonly #ledger: Ledger;
  #sighted = new Set<string>();
  #ofThisPage: (readonly User[])[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** An answer has come. The caller says later whether it is believed. */
  answered(users: readonly User[]): void {
    this.#ofThisPage.push(users);
  }

  /** The answers since the last verdict are believed. */
  believed(): void {
    this.#ofThisPage.length = 0;
  }

  /** The answers since the last verdict are thrown away. */
  rejected(): void {
    for (const { userId } of this.#ofThisPage.flat()) {
      this.#sighted.add(userId);
    }
    this.believed();
  }

  /** Looks up every user who was seen and not handed out. Throws `inconsistent` when one of them still exists. */
  async check(exists: (userId: string) => Promise<boolean>): Promise<void> {
    for (const userId of this.#sighted) {
      if (!this.#ledger.ids.has(userId) && (await exists(userId))) {
        throw inconsistentRead('a user who was listed at first was not listed any more, and is still there');
      }
      this.#sighted.delete(userId);
    }
  }
}
