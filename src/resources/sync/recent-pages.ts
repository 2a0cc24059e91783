import type { User } from '../../descope/users/user.ts';
import type { UserBatch } from '../../descope/users/ledger.ts';

/**
 * The pages of users that were read a moment ago, for whoever asks for one once more: the last two. Users of whom the read
 * tells again, as it does where somebody is newer than its bound, were given out before: a page without them is kept for
 * good, as no second reading gives it. The last two lie in slots that are written over: a map would be laid out anew every
 * few pages, and its old tables hold on to what they held.
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

  /** Forgets the last two: they can be read once more. */
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
