import { describe, expect, it } from 'vitest';
import type { ProjectSeed, UserSeed } from '../../src/emulator/emulator.ts';
import { byCreated, startClient } from './support.ts';

const at = 1_700_000_000;
const names = (users: readonly { loginIds: readonly string[] }[]): string[] =>
  users.map((user) => user.loginIds[0] ?? '');

const user = (loginId: string, more: UserSeed = {}): UserSeed => ({ loginIds: [loginId], ...more });

const smallProject: ProjectSeed = {
  tenants: [{ id: 'top' }, { id: 'sub', parent: 'top' }, { id: 'other' }],
  roles: [{ name: 'R' }, { name: 'S', tenantId: 'top' }],
  users: [
    user('a', { createdTime: at, tenants: [{ tenantId: 'top', roleNames: ['R', 'S'] }] }),
    user('b', { createdTime: at, tenants: [{ tenantId: 'sub', roleNames: ['R'] }], status: 'disabled' }),
    user('c', { createdTime: at + 1, roleNames: ['R'], email: 'c@x.example', customAttributes: { level: 3 } }),
    user('d', { createdTime: at + 2, test: true, tenants: [{ tenantId: 'other', roleNames: [] }] }),
    user('e', { createdTime: at + 3, status: 'invited' }),
  ],
};

describe('user search', () => {
  it('answers an empty body with one page of 100 and no test users', async () => {
    await using client = await startClient();

    const { users, total } = await client.search();

    expect(users).toHaveLength(100);
    expect(total).toBe(1180);
    expect(users.some((found) => found.test)).toBe(false);
  });

  it('counts test users in when asked, and them alone when asked', async () => {
    await using client = await startClient();

    expect((await client.search({ withTestUser: true })).total).toBe(1200);
    expect((await client.search({ withTestUser: true, testUsersOnly: true })).total).toBe(20);
    expect(await client.call('/v2/mgmt/user/search/test', {})).toMatchObject({ total: 20 });
  });

  it('repeats its default order, which is not the order of creation, and covers everyone once', async () => {
    await using client = await startClient({ users: 350 });

    const first = await client.ids({ withTestUser: true });
    const second = await client.ids({ withTestUser: true });
    const created = await client.ids({ withTestUser: true, sort: byCreated });

    expect(new Set(first).size).toBe(350);
    expect(second).toEqual(first);
    expect(created).not.toEqual(first);
    expect(created.toSorted()).toEqual(first.toSorted());
  });

  it('lets an offset above 0 beat the page, and falls back to the page at 0', async () => {
    await using client = await startClient({ project: smallProject });
    const page = (body: object) =>
      client.search({ sort: byCreated, limit: 2, ...body }).then(({ users }) => names(users));

    expect(await page({ offset: 1, page: 9 })).toEqual(['b', 'c']);
    expect(await page({ offset: 0, page: 1 })).toEqual(['c', 'e']);
    expect(await page({ page: 5 })).toEqual([]);
  });

  it('sorts by created time both ways, ties staying as they are', async () => {
    await using client = await startClient({ project: smallProject });

    const up = await client.search({ sort: byCreated, withTestUser: true });
    const down = await client.search({ sort: [{ field: 'createdTime', desc: true }], withTestUser: true });
    const pages = await client.ids({ sort: [{ field: 'createdTime', desc: true }], withTestUser: true, limit: 1 });

    expect(names(up.users)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(names(down.users)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(pages).toEqual(down.users.map((found) => found.userId));
  });

  it('breaks ties in created time by a second sort key, across page boundaries too', async () => {
    await using client = await startClient({ users: 300 });
    const sort = [...byCreated, { field: 'id', desc: true }];

    const paged = await client.ids({ sort, withTestUser: true, limit: 7 });
    const expected = [...client.emulator.state.users()].toSorted(
      (a, b) => a.createdTime - b.createdTime || (a.userId < b.userId ? 1 : -1),
    );

    expect(paged).toEqual(expected.map((found) => found.userId));
  });

  it.each([
    ['from, inclusive', { fromCreatedTime: String((at + 1) * 1000) }, ['c', 'e']],
    ['from, one millisecond later', { fromCreatedTime: (at + 1) * 1000 + 1 }, ['e']],
    ['to, inclusive, as a number', { toCreatedTime: (at + 1) * 1000 }, ['a', 'b', 'c']],
    ['to, one millisecond earlier', { toCreatedTime: String((at + 1) * 1000 - 1) }, ['a', 'b']],
    ['both', { fromCreatedTime: (at + 1) * 1000, toCreatedTime: (at + 1) * 1000 }, ['c']],
    ['tenant', { tenantIds: ['top'] }, ['a']],
    ['tenant and below', { tenantIds: ['top'], includeSubTenants: true }, ['a', 'b']],
    ['role held anywhere', { roleNames: ['R'] }, ['a', 'b', 'c']],
    ['role in a tenant', { tenantRoleNames: { sub: { values: ['R', 'S'] } } }, ['b']],
    ['all of the roles in a tenant', { tenantRoleNames: { top: { values: ['R', 'S'], and: true } } }, ['a']],
    ['status', { statuses: ['disabled', 'invited'] }, ['b', 'e']],
    ['login id', { loginId: 'c' }, ['c']],
    ['login ids', { loginIds: ['c', 'a', 'zzz'] }, ['a', 'c']],
    ['emails', { emails: ['c@x.example'] }, ['c']],
    ['text', { text: 'X.EXAMPLE' }, ['c']],
    ['custom attribute', { customAttributes: { level: 3 } }, ['c']],
    ['custom attribute of another type', { customAttributes: { level: '3' } }, []],
  ])('filters by %s, and its total counts the matches', async (_, filter, expected) => {
    await using client = await startClient({ project: smallProject });

    const { users, total } = await client.search({ ...filter, sort: byCreated, limit: 2 });
    const all = await client.search({ ...filter, sort: byCreated });

    expect(names(all.users)).toEqual(expected);
    expect(names(users)).toEqual(expected.slice(0, 2));
    expect(total).toBe(expected.length);
  });

  it('finds users by user id without a sort', async () => {
    await using client = await startClient({ users: 50 });
    const wanted = client.emulator.state.userAt(7);

    expect((await client.search({ userIds: [wanted.userId, 'U0'] })).users).toMatchObject([{ userId: wanted.userId }]);
  });

  it.each([
    ['an unknown field', { roles: ['x'] }, 'E011001'],
    ['a limit that is text', { limit: 'many' }, 'E011001'],
    ['a negative page', { page: -1 }, 'E011004'],
    ['an unknown sort field', { sort: [{ field: 'shoeSize' }] }, 'E011004'],
  ])('refuses %s with 400', async (_, body, errorCode) => {
    await using client = await startClient({ users: 3 });

    const response = await client.send('POST', '/v2/mgmt/user/search', body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errorCode });
  });

  it('derives tenant names and permissions, project role by project role and tenant by tenant', async () => {
    await using client = await startClient({
      project: {
        tenants: [{ id: 't', name: 'Tee' }],
        permissions: [{ name: 'p1' }, { name: 'p2' }, { name: 'p3' }],
        roles: [
          { name: 'A', permissionNames: ['p1'] },
          { name: 'A', tenantId: 't', permissionNames: ['p2'] },
          { name: 'B', permissionNames: ['p3'] },
        ],
        users: [user('u', { roleNames: ['A'], tenants: [{ tenantId: 't', roleNames: ['A', 'B', 'gone'] }] })],
      },
    });

    expect((await client.search()).users).toMatchObject([
      {
        permissions: ['p1'],
        userTenants: [{ tenantId: 't', tenantName: 'Tee', roleNames: ['A', 'B', 'gone'], permissions: ['p2', 'p3'] }],
      },
    ]);
  });
});
