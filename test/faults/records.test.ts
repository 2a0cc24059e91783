import { describe, expect, it } from 'vitest';
import {
  type Arm,
  type Body,
  benchProject,
  benchUserId,
  benchUsers,
  type Case,
  forever,
  lists,
  permissionList,
  roleList,
  runCase,
  search,
  table,
  tenantList,
  ways,
} from '../support/faults-bench.ts';

type Row = Body['users'][number];
type ListName = 'users' | 'tenants' | 'roles' | 'permissions';

const nameOf: Readonly<Record<string, ListName>> = {
  [search]: 'users',
  [tenantList]: 'tenants',
  [roleList]: 'roles',
  [permissionList]: 'permissions',
};

/** Changes every row of a list, in every answer; or only the one at a place, where one is named. */
function rows(endpoint: string, change: (row: Row) => unknown, place?: number): Arm {
  const key = nameOf[endpoint] ?? 'users';
  return ({ mutate }) =>
    void mutate(
      endpoint,
      (body) => ({
        ...body,
        [key]: body[key].map((row, at) => (place === undefined || at === place ? change(row) : row)),
      }),
      1,
      forever,
    );
}

const without = (row: Row, ...keys: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));

describe('row 9: the shape of a record drifts', () => {
  table([
    ...lists.map((endpoint): Case => ({
      name: `new fields in ${endpoint}`,
      expected: 'same',
      arm: rows(endpoint, (row) => ({ ...row, future: { deep: [1, { a: null }] }, __proto__x: 1, constructor: 'x' })),
    })),
    {
      name: 'new fields beside the list',
      expected: 'same',
      arm: ({ mutate }) => void mutate(search, (body) => ({ ...body, cursor: 'abc', hasMore: true }), 1, forever),
    },
    {
      name: 'optional fields of users are missing',
      expected: 'same',
      arm: rows(search, (row) =>
        without(
          row,
          'name',
          'email',
          'phone',
          'picture',
          'verifiedEmail',
          'customAttributes',
          'ssoAppIds',
          'loginIds',
          'status',
          'test',
        ),
      ),
    },
    {
      name: 'optional fields of users are null',
      expected: 'same',
      arm: rows(search, (row) => ({
        ...row,
        name: null,
        email: null,
        phone: null,
        verifiedEmail: null,
        customAttributes: null,
        ssoAppIds: null,
        loginIds: null,
        status: null,
        test: null,
        TOTP: null,
      })),
    },
    {
      name: 'optional fields of roles are null',
      expected: 'same',
      arm: rows(roleList, (row) => ({ ...row, description: null, default: null, createdTime: null })),
    },
    {
      name: 'the creation time is a decimal string',
      expected: 'same',
      arm: rows(search, (row) => ({ ...row, createdTime: String(row['createdTime']) })),
    },
    {
      name: 'no creation time at all',
      expected: ['same', 'inconsistent'],
      arm: rows(search, (row) => without(row, 'createdTime')),
    },
    { name: 'an unknown status', expected: 'same', arm: rows(search, (row) => ({ ...row, status: 'hibernating' })) },
    {
      name: 'a status called __proto__',
      expected: 'same',
      arm: rows(search, (row) => ({ ...row, status: '__proto__' })),
    },
    { name: 'roles without an id', expected: 'same', arm: rows(roleList, (row) => without(row, 'id')) },
    {
      name: 'a role without a name',
      expected: 'shape',
      cause: /role\/all.*roles\[2\].*"name"/,
      arm: rows(roleList, (row) => without(row, 'name'), 2),
    },
    {
      name: 'a tenant whose id is a number',
      expected: 'shape',
      cause: /tenant\/all.*tenants\[1\].*"id"/,
      arm: rows(tenantList, (row) => ({ ...row, id: 7 }), 1),
    },
    {
      name: 'a permission with an empty name',
      expected: 'shape',
      cause: /permission\/all.*permissions\[0\].*"name"/,
      arm: rows(permissionList, (row) => ({ ...row, name: '' }), 0),
    },
    {
      name: 'a user whose id is a number',
      expected: 'shape',
      cause: /users\[5\].*"userId"/,
      arm: rows(search, (row) => ({ ...row, userId: 12345 }), 5),
    },
    {
      name: 'a user without an id',
      expected: 'shape',
      cause: /users\[99\].*"userId"/,
      arm: rows(search, (row) => without(row, 'userId'), 99),
    },
    { name: 'a user who is null', expected: 'shape', cause: /users\[3\]/, arm: rows(search, () => null, 3) },
    {
      name: 'role names are a string',
      expected: 'shape',
      cause: /users\[1\].*"roleNames"/,
      arm: rows(search, (row) => ({ ...row, roleNames: 'Editor' }), 1),
    },
    {
      name: 'role names are objects',
      expected: 'shape',
      cause: /users\[1\].*"roleNames"/,
      arm: rows(search, (row) => ({ ...row, roleNames: [{ name: 'Editor' }] }), 1),
    },
    {
      name: 'memberships are an object',
      expected: 'shape',
      cause: /users\[1\].*"userTenants"/,
      arm: rows(search, (row) => ({ ...row, userTenants: {} }), 1),
    },
    {
      name: 'a membership without a tenant',
      expected: 'shape',
      cause: /users\[2\].*userTenants\[0\].*"tenantId"/,
      arm: rows(search, (row) => ({ ...row, userTenants: [{ roleNames: [] }] }), 2),
    },
    {
      name: 'the same role twice',
      expected: 'shape',
      cause: /role\/all.*"Editor" is listed twice .rows 1 and 6/,
      arm: ({ mutate }) =>
        void mutate(roleList, (body) => ({ ...body, roles: [...body.roles, body.roles[0]] }), 1, forever),
    },
  ]);
});

const held =
  (userId: string, roleName: string, tenantId?: string): Arm =>
  ({ emulator, evidence }) => {
    emulator.state.grantRole(userId, roleName, tenantId);
    evidence(() => 1);
  };

describe('row 15: names that lead nowhere, or to two places', () => {
  const grantsOf = (ids: readonly string[] | undefined, userId: string): readonly string[] =>
    (ids ?? []).filter((id) => id.endsWith(`:user:${userId}`)).toSorted();
  table([
    {
      name: 'one role more that nobody defined: told, and not invented',
      expected: 'same',
      arm: held(benchUserId(0), 'Phantom'),
      check: ({ ids, summary }) => {
        expect(grantsOf(ids?.grants, benchUserId(0))).toEqual([]);
        expect(summary?.dangling.count ?? 3).toBe(3);
      },
    },
    {
      name: 'a tenant that is not there',
      expected: 'same',
      arm: held(benchUserId(0), 'Editor', 'nowhere'),
      check: ({ ids, requests }) => {
        expect(grantsOf(ids?.grants, benchUserId(0))).toEqual([]);
        expect(requests).toBe(9);
      },
    },
    {
      name: 'another case is another name',
      expected: 'same',
      arm: held(benchUserId(0), 'editor'),
      check: ({ ids }) => expect(grantsOf(ids?.grants, benchUserId(0))).toEqual([]),
    },
    {
      name: 'one name, in the project and in the tenant',
      expected: 'same',
      arm: held(benchUserId(0), 'Auditor', 'globex'),
      check: ({ ids }) =>
        expect(grantsOf(ids?.grants, benchUserId(0))).toEqual([
          `role:globex/Auditor:assigned:user:${benchUserId(0)}`,
          `tenant:globex:member:user:${benchUserId(0)}`,
        ]),
    },
    {
      name: 'one name, held only in the project',
      expected: 'same',
      arm: held(benchUserId(0), 'Auditor'),
      check: ({ ids }) =>
        expect(grantsOf(ids?.grants, benchUserId(0))).toEqual([`role:Auditor:assigned:user:${benchUserId(0)}`]),
    },
    {
      name: 'a permission that a role names and nobody defined',
      expected: 'same',
      arm: ({ emulator, evidence }) => {
        emulator.state.putRole({ name: 'Viewer', permissionNames: ['read', 'fly'] });
        evidence(() => emulator.stats.count(permissionList) - 1);
      },
    },
    {
      name: 'a role that is made while we read: found by the second look',
      expected: 'same',
      arm: (arena) => {
        arena.beforeSearch(3, () => {
          arena.emulator.state.putRole({ name: 'Gone', permissionNames: ['read'] });
        });
      },
      check: ({ ids }) => expect(ids?.grants).toContain(`role:Gone:assigned:user:${benchUserId(42)}`),
    },
    {
      name: 'strict: any of them is too many',
      expected: 'inconsistent',
      cause: '--strict',
      policy: { tenantRoles: 'all', strict: true },
      arm: held(benchUserId(0), 'Phantom'),
    },
    {
      name: 'the list of roles comes back empty: too many lead nowhere',
      expected: 'inconsistent',
      cause: 'a list was probably short',
      arm: ({ mutate }) => void mutate(roleList, (body) => ({ ...body, roles: [] }), 1, forever),
    },
    {
      name: 'the list of tenants comes back empty',
      expected: 'inconsistent',
      cause: 'a list was probably short',
      arm: ({ mutate }) => void mutate(tenantList, (body) => ({ ...body, tenants: [] }), 1, forever),
    },
    {
      name: 'the list of roles is short by one, once: the second look finds it',
      expected: 'same',
      arm: ({ mutate }) => void mutate(roleList, (body) => ({ ...body, roles: body.roles.slice(1) })),
    },
    {
      name: 'the list of tenants is short by one, once',
      expected: 'same',
      arm: ({ mutate }) => void mutate(tenantList, (body) => ({ ...body, tenants: body.tenants.slice(1) })),
    },
    {
      name: 'the list of permissions is short by one, once',
      expected: 'same',
      arm: ({ mutate }) => void mutate(permissionList, (body) => ({ ...body, permissions: body.permissions.slice(1) })),
    },
  ]);
});

describe('row 16: huge fields', () => {
  const big = 'ü'.repeat(600); // 1,200 bytes
  table([
    {
      name: 'a custom attribute of 10 MB',
      expected: 'same',
      arm: ({ emulator, evidence }) => {
        emulator.state.updateUser(benchUserId(7), { customAttributes: { blob: 'x'.repeat(10_000_000) } });
        evidence(() => 1);
      },
    },
    {
      name: '100 users of 45 KB',
      expected: 'same',
      arm: ({ emulator, evidence }) => {
        for (let place = 0; place < 100; place += 1) {
          emulator.state.updateUser(benchUserId(place), { customAttributes: { blob: 'é'.repeat(22_000) } });
        }
        evidence(() => 1);
      },
    },
    {
      name: 'a name of 100 KB',
      expected: 'same',
      arm: rows(search, (row) => ({ ...row, name: '🦊'.repeat(25_000) }), 9),
    },
    {
      name: 'a status of 100 KB',
      expected: 'same',
      arm: rows(search, (row) => ({ ...row, status: 's'.repeat(100_000) }), 9),
    },
    {
      name: '5,000 login ids',
      expected: 'same',
      arm: rows(
        search,
        (row) => ({ ...row, loginIds: Array.from({ length: 5_000 }, (_, place) => `login-${place}`) }),
        9,
      ),
    },
    {
      name: 'a page of 33 MiB',
      expected: 'shape',
      cause: 'larger than 32 MiB.*--max-response-size',
      arm: ({ fault }) =>
        void fault(search, { kind: 'rewrite', change: (text) => text.padEnd(33 * 1024 * 1024) }, 1, forever),
    },
    {
      name: 'a user id of 1,200 bytes',
      expected: ['shape', 'precondition'],
      arm: rows(search, (row) => ({ ...row, userId: big }), 9),
    },
    {
      name: 'a role name of 1,200 bytes',
      expected: ['shape', 'precondition'],
      arm: rows(roleList, (row) => ({ ...row, name: big }), 1),
    },
  ]);
  it.each(ways)('%s: 300 tenants on one user', (way) =>
    runCase(way, {
      name: '',
      expected: 'same',
      policy: { tenantRoles: 'observed' },
      emulator: {
        project: {
          ...benchProject(),
          tenants: [
            ...(benchProject().tenants ?? []),
            ...Array.from({ length: 300 }, (_, place) => ({ id: `many${place}` })),
          ],
        },
      },
      arm: ({ emulator, evidence }) => {
        emulator.state.updateUser(benchUserId(0), {
          tenants: Array.from({ length: 300 }, (_, place) => ({ tenantId: `many${place}`, roleNames: ['Editor'] })),
        });
        evidence(() => 1);
      },
    }),
  );
});

describe('row 17: letters', () => {
  const odd = [
    'مرحبا',
    '👩‍👩‍👧',
    'nul\u0000',
    'e\u0301',
    '\u00E9',
    '\u202Ertl',
    'a/b:c%d',
    ' lead',
    '\uFEFFbom',
    '__proto__',
    "'; --",
  ];
  const project = (): NonNullable<NonNullable<Case['emulator']>['project']> => ({
    ...benchProject(),
    users: [
      ...(benchProject().users ?? []).slice(0, benchUsers - odd.length),
      ...odd.map((userId, place) => ({ userId, createdTime: 1_660_000_000 + place, roleNames: ['Editor'] })),
    ],
  });
  table([
    {
      name: 'ids byte for byte, composed and decomposed told apart',
      expected: 'same',
      emulator: { project: project() },
      arm: ({ fault }) => void fault(search, { kind: 'delay', ms: 1 }),
      check: ({ ids }) => expect(odd.filter((id) => !(ids?.resources ?? []).includes(`user:${id}`))).toEqual([]),
    },
    {
      name: 'odd names of roles and tenants',
      expected: 'same',
      emulator: {
        project: {
          ...benchProject(),
          tenants: [...(benchProject().tenants ?? []), { id: 'тенант' }],
          roles: [
            ...(benchProject().roles ?? []),
            ...odd.map((name) => ({ name })),
            ...odd.map((name) => ({ name, tenantId: 'тенант' })),
          ],
        },
      },
      arm: held(benchUserId(0), 'e\u0301', 'тенант'),
    },
    {
      name: 'a lone surrogate in a name is mended',
      expected: 'same',
      arm: ({ fault }) =>
        void fault(
          search,
          { kind: 'rewrite', change: (text) => text.replace('"name":"User 1"', String.raw`"name":"bad \ud800 name"`) },
          1,
          forever,
        ),
    },
    {
      name: 'a lone surrogate in a user id fails',
      expected: 'shape',
      cause: /"userId".*surrogate/,
      arm: ({ fault }) =>
        void fault(
          search,
          { kind: 'rewrite', change: (text) => text.replace('U2bench0001', String.raw`U2\udc00`) },
          1,
          forever,
        ),
    },
    {
      name: 'a lone surrogate in a role name fails',
      expected: 'shape',
      cause: /"name".*surrogate/,
      arm: ({ fault }) =>
        void fault(
          roleList,
          { kind: 'rewrite', change: (text) => text.replace('"Viewer"', String.raw`"View\udfff"`) },
          1,
          forever,
        ),
    },
    {
      name: 'a lone surrogate in a key of the attributes is mended',
      expected: 'same',
      arm: ({ fault }) =>
        void fault(
          search,
          {
            kind: 'rewrite',
            change: (text) =>
              text.replace(
                '"customAttributes":{}',
                String.raw`"customAttributes":{"\ud800":{"__proto__":{"admin":true},"x":"\udc00"}}`,
              ),
          },
          1,
          forever,
        ),
    },
  ]);
});
