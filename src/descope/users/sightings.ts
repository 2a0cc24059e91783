import { inconsistentRead, type Ledger } from './ledger.ts';
import type { User } from './user.ts';

/**
 * Users whom an answer has shown that was not believed. A read must not end without them, unless they are gone: a service
 * that showed somebody once and then no more has contradicted itself.
 */
export class Sightings {
  readonly #ledger: Ledger;
  #sighted = new Set<string>();
  #ofThisPage: (readonly User[])[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** An answer has come. Whether it is believed shows later. */
  answered(users: readonly User[]): void {
    this.#ofThisPage.push(users);
  }

  /** What was answered has been believed. */
  believed(): void {
    this.#ofThisPage.length = 0;
  }

  /** What was answered has been thrown away. */
  rejected(): void {
    for (const { userId } of this.#ofThisPage.flat()) {
      this.#sighted.add(userId);
    }
    this.believed();
  }

  /** Looks up everybody who was seen and has not been handed out; throws `inconsistent` when one of them is still there. */
  async check(exists: (userId: string) => Promise<boolean>): Promise<void> {
    for (const userId of this.#sighted) {
      if (!this.#ledger.ids.has(userId) && (await exists(userId))) {
        throw inconsistentRead('a user who was listed at first was not listed any more, and is still there');
      }
      this.#sighted.delete(userId);
    }
  }
}
