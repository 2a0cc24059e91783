import { describe, expect, it } from 'vitest';
import { keyInWords } from '../../src/cli/key-words.ts';
import { type AccessKey, decodeAccessKey } from '../../src/descope/access-keys.ts';
import { user } from '../support/project-fixture.ts';

const inWords = async (key: object | undefined): Promise<string> =>
  await keyInWords(
    {
      loadKey: async (): Promise<AccessKey | undefined> =>
        key === undefined ? undefined : decodeAccessKey({ id: 'K1', name: 'CI \u001B[2J', ...key }),
      loadUser: async (id) => (id === 'U1' ? user('U1', { name: 'Ada', loginIds: ['ada@x.test'] }) : undefined),
    },
    'K1',
    new AbortController().signal,
  );

describe('the question about a key', () => {
  it.each([
    [{ boundUserId: 'U1', roleNames: ['Editor'] }, 'which acts as user Ada <ada@x.test> (U1)'],
    [{ boundUserId: 'U2' }, 'which acts as user U2, who is gone'],
    [{}, 'of no user, which holds nothing'],
    [{ roleNames: ['Editor', 'Auditor'] }, 'of no user, which holds in the whole project Editor, Auditor'],
    [
      {
        keyTenants: [
          { tenantId: 'acme', roleNames: ['Editor'] },
          { tenantId: 'initech', roleNames: [] },
        ],
      },
      'of no user, which holds in tenant acme Editor; in tenant initech no role',
    ],
    [
      { keyTenants: Array.from({ length: 7 }, (_, place) => ({ tenantId: `t${place}`, roleNames: [] })) },
      'of no user, which holds in tenant t0 no role; in tenant t1 no role; in tenant t2 no role; in tenant t3 no role; ' +
        'in tenant t4 no role; and 2 more tenants',
    ],
    [
      { roleNames: ['a', 'b', 'c', 'd', 'e', 'f'] },
      'of no user, which holds in the whole project a, b, c, d, e and 1 more',
    ],
  ])('tells of %j its name, its owner and what it opens', async (key, words) => {
    expect(await inWords(key)).toBe(`access key CI \\u{1b}[2J (K1), ${words}`);
  });

  it('tells the id alone of a key that is not there', async () => {
    expect(await inWords(undefined)).toBe('access key K1');
  });
});
