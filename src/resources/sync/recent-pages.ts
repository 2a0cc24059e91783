import type { User } from '../../descope/users/user.ts';
import type { UserBatch } from '../../descope/users/ledger.ts';

/**
 * The last two pages of users that were read, for a caller that requests one again. A read can return users again that
 * were given out before, where some are newer than its bound; a page without those is kept as long as the read, because
 * reading it again would return them. The last two are in slots that are overwritten: a Map reallocates its tables
 * every few pages, and the old tables keep their pages alive.
 */
export class RecentPages {
  readonly #slots: [RecentPage | undefined, RecentPage | undefined] = [undefined, undefined];
  readonly #shortened = new Map<number, readonly User[]>();

  /** Keeps a page; `known` is how many users the read knew before it. */
  keep(sequence: number, { users, ordinals }: UserBatch, known: number): void {
    const fresh = users.filter((_, place) => (ordinals[place] ?? 0) >= known);
    if (fresh.length < users.length) {
      this.#shortened.set(sequence, fresh);
    }
    this.#slots[sequence % 2] = { sequence, users: fresh };
  }

  /** Forgets the last two pages, which can be read again. */
  rest(): void {
    this.#slots.fill(undefined);
  }

  /** How many users are kept. */
  get size(): number {
    const lists = [...this.#slots.map((page) => page?.users), ...this.#shortened.values()];
    return lists.reduce((sum, users) => sum + (users?.length ?? 0), 0);
  }

  /** The users of a page whom no page before it held; undefined when it is not kept any more. */
  usersOf(sequence: number): readonly User[] | undefined {
    const page = this.#slots[sequence % 2];
    return page?.sequence === sequence ? page.users : this.#shortened.get(sequence);
  }
}

interface RecentPage {
  readonly sequence: number;
  readonly users: readonly User[];
}
