import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/descope/users/ledger.ts';
import { createOverlapPass } from '../../../src/descope/users/overlap-pass.ts';
import type { TimedUserPage, UserQuery } from '../../../src/descope/users/user-page.ts';
import { user } from '../../support/project-fixture.ts';

const created = 1_700_000_000;
const people = (prefix: string, from: number, count: number): TimedUserPage['users'] =>
  Array.from({ length: count }, (_, place) =>
    user(`${prefix}${from + place}`, { createdTime: created + from + place }),
  );

describe('pages that overlap', () => {
  it('are inconsistent when the second does not begin with the last two users of the first, though every count is right', async () => {
    const pages: Readonly<Record<number, TimedUserPage['users']>> = {
      0: people('u', 0, 100),
      98: people('other', 98, 52),
      150: [],
    };
    const call = ({ offset }: UserQuery): Promise<TimedUserPage> =>
      Promise.resolve({ users: pages[offset] ?? [], total: 150, serverTimeMs: undefined });
    const pass = createOverlapPass({ call, filter: {}, pageSize: 100, ledger: new Ledger(), isSorted: true });

    await pass.next();

    await expect(pass.next().then(() => pass.next())).rejects.toMatchObject({ kind: 'inconsistent' });
  });
});
