import { describe, expect, it } from 'vitest';
import type { User } from '../../src/descope/users/user.ts';
import { RecentPages } from '../../src/resources/sync/recent-pages.ts';
import { user } from '../support/project-fixture.ts';

const idsOf = (users: readonly User[] | undefined): readonly string[] | undefined => users?.map(({ userId }) => userId);

/** Pages of two users each; everybody is new. */
function keepPages(pages: RecentPages, count: number): void {
  for (let sequence = 0; sequence < count; sequence += 1) {
    pages.keep(
      sequence,
      { users: [user(`U${sequence}a`), user(`U${sequence}b`)], ordinals: [2 * sequence, 2 * sequence + 1] },
      2 * sequence,
    );
  }
}

describe('the pages that were read a moment ago', () => {
  it('are the last two; any other is to be read again', () => {
    const pages = new RecentPages();
    keepPages(pages, 5);

    expect(idsOf(pages.usersOf(4))).toEqual(['U4a', 'U4b']);
    expect(idsOf(pages.usersOf(3))).toEqual(['U3a', 'U3b']);
    expect([0, 1, 2, 5].map((sequence) => pages.usersOf(sequence))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tell nobody again who stood on a page before, and such a page is kept for good', () => {
    const pages = new RecentPages();
    keepPages(pages, 2);
    pages.keep(2, { users: [user('U0a'), user('U2')], ordinals: [0, 4] }, 4);
    pages.keep(3, { users: [user('U3')], ordinals: [5] }, 5);
    pages.keep(4, { users: [user('U4')], ordinals: [6] }, 6);

    expect(idsOf(pages.usersOf(2))).toEqual(['U2']);
    expect(pages.usersOf(1)).toBeUndefined();
  });
});
