import { describe, expect, it } from 'vitest';
import type { TimedUserPage } from '../../../src/descope/users/user-page.ts';
import { createUserRead } from '../../../src/descope/users/user-read.ts';
import { user } from '../../support/project-fixture.ts';
import { turn } from '../support.ts';

const total = 400;

/** One of four pages of users who joined long ago. */
function pageAt(offset: number): TimedUserPage {
  const users = Array.from({ length: 100 }, (_, place) =>
    user(`U${String(offset + place).padStart(3, '0')}`, { createdTime: 1_700_000_000 + offset + place }),
  );
  return { users, total, serverTimeMs: Date.now() };
}

describe('pages that are read ahead', () => {
  it('are opened when no other answer waits to be taken, since with each answer the next request goes out', async () => {
    const seen: string[] = [];
    const read = createUserRead({
      search: async ({ offset }) => await Promise.resolve(pageAt(offset)),
      fetch: async ({ offset }) => {
        await turn(); // all answers come in one turn of the event loop, one after the other
        seen.push(`came ${offset}`);
        return {
          parse: async () => {
            seen.push(`opened ${offset}`);
            return await Promise.resolve(pageAt(offset));
          },
        };
      },
    });

    for (let batch = await read.next(); batch !== undefined; batch = await read.next()) {
      // to the end
    }

    expect(seen).toEqual(['came 100', 'came 200', 'came 300', 'opened 100', 'opened 200', 'opened 300']);
  });
});
