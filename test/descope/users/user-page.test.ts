import { describe, expect, it } from 'vitest';
import { decodeUserPage } from '../../../src/descope/users/user-page.ts';
import { decodeLoadedUser, userReadEndpoints } from '../../../src/descope/users/user.ts';

const bareUser = {
  userId: 'U1',
  loginIds: [],
  name: '',
  givenName: '',
  middleName: '',
  familyName: '',
  email: '',
  phone: '',
  verifiedEmail: false,
  verifiedPhone: false,
  status: '',
  test: false,
  roleNames: [],
  userTenants: [],
  ssoAppIds: [],
  customAttributes: {},
  createdTime: undefined,
  usesTotp: false,
  usesWebauthn: false,
  usesPush: false,
  usesSaml: false,
  usesOidc: false,
  isScim: false,
};

const contractFault = expect.objectContaining({ kind: 'upstream-contract' });

function firstUser(user: Record<string, unknown>): unknown {
  return decodeUserPage({ users: [user], total: 1 }).users[0];
}

describe('a page of users', () => {
  it('may be empty only when it says so', () => {
    expect(decodeUserPage({ users: [], total: 0 })).toEqual({ users: [], total: 0 });
  });

  it.each([
    ['null', null],
    ['a list', [{ userId: 'U1' }]],
    ['a string', 'ok'],
    ['a number', 0],
    ['an empty object', {}],
    ['without users', { total: 0 }],
    ['with users null', { users: null, total: 0 }],
    ['with users an object', { users: {}, total: 0 }],
    ['with users a string', { users: '', total: 0 }],
    ['without a total', { users: [] }],
    ['with a total of null', { users: [], total: null }],
    ['with a total that is a string', { users: [], total: '0' }],
    ['with a negative total', { users: [], total: -1 }],
    ['with a total that is a fraction', { users: [], total: 0.5 }],
    ['with a total of 2^31', { users: [], total: 2 ** 31 }],
    ['with a total of 2^53', { users: [], total: 2 ** 53 }],
    ['with an error inside', { users: [], total: 0, errorCode: 'E011001', errorDescription: 'Request is malformed' }],
    ['that names its fields in the prototype', JSON.parse('{"__proto__": {"users": [], "total": 0}}') as unknown],
  ])('is refused when it is %s', (_, json) => {
    expect(() => decodeUserPage(json)).toThrow(contractFault);
  });

  it('takes an empty error code for none', () => {
    expect(decodeUserPage({ users: [], total: 0, errorCode: '' }).total).toBe(0);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'id and login',
      { userId: 'U2', loginIds: ['', 'ada@example.com'], email: ['private@example.com'] },
      'user "U2" (login "ada@example.com"), users[1] (page 3, which begins at row 201): "email" is not a string',
    ],
    [
      'id alone, where nothing else is known',
      { userId: 'U2', loginIds: 7, phone: 5 },
      'user "U2", users[1] (page 3, which begins at row 201): "loginIds" is not a list of strings',
    ],
    [
      'login alone, where the id is broken',
      { userId: 5, loginIds: ['ada'] },
      'a user without an id (login "ada"), users[1] (page 3, which begins at row 201): "userId" is missing or not a string',
    ],
    [
      'a name that would forge a line',
      { userId: 'U\u001b[2J\n\u202egnp', phone: 5 },
      'user "U\\u001b[2J\\n\\u{202e}gnp", users[1] (page 3, which begins at row 201): "phone" is not a string',
    ],
    [
      'the field of a membership',
      { userId: 'U2', userTenants: [{ tenantId: 'acme' }, { tenantId: 5 }] },
      'user "U2", users[1] (page 3, which begins at row 201): userTenants[1]: "tenantId" is missing or not a string',
    ],
    [
      'no more of a long id than a line takes',
      { userId: 'x'.repeat(5_000), phone: 5 },
      `user "${'x'.repeat(120)}...", users[1] (page 3, which begins at row 201): "phone" is not a string`,
    ],
  ])('names a broken user with endpoint, page and row, and none of the other values: %s', (_, broken, told) => {
    const page = { users: [{ userId: 'U1' }, broken], total: 350 };

    expect(() => decodeUserPage(page, { limit: 100, offset: 200 })).toThrow(
      new RegExp(`^${RegExp.escape(`POST /v2/mgmt/user/search answered in an unknown shape: ${told}`)}$`, 'u'),
    );
  });

  it('that was asked for by time is told with the time', () => {
    const page = { users: [{ userId: 'U1', phone: 5 }], total: 1 };

    expect(() => decodeUserPage(page, { limit: 100, offset: 0, fromCreatedTimeMs: 1_700_000_000_000 })).toThrow(
      'page 1, which begins at row 1 of the users created from 2023-11-14T22:13:20.000Z on',
    );
  });
});

describe('a user', () => {
  it('needs an id and nothing else', () => {
    expect(firstUser({ userId: 'U1' })).toEqual(bareUser);
  });

  it('may have null in every other field', () => {
    const { userId, ...others } = bareUser;
    const nulls = Object.fromEntries(
      [...Object.keys(others), 'TOTP', 'SAML', 'OIDC', 'SCIM', 'push', 'webauthn'].map((key) => [key, null]),
    );

    expect(firstUser({ userId, ...nulls })).toEqual(bareUser);
  });

  it('is read in full', () => {
    const user = {
      userId: 'U1',
      loginIds: ['a@example.com', '', 'b'],
      name: 'Ada L',
      givenName: 'Ada',
      middleName: 'K',
      familyName: 'L',
      email: 'a@example.com',
      phone: '+123',
      verifiedEmail: true,
      verifiedPhone: true,
      status: 'something new',
      test: true,
      roleNames: ['R', 'S', 'R'],
      userTenants: [{ tenantId: 'T1', tenantName: 'One', roleNames: ['R'], permissions: ['P'] }],
      ssoAppIds: ['app'],
      customAttributes: { level: 3, tags: ['x'] },
      createdTime: '1700000000',
      TOTP: true,
      webauthn: true,
      push: true,
      SAML: true,
      OIDC: true,
      SCIM: true,
      OAuth: { google: true },
      somethingNew: { deep: [1] },
    };

    expect(firstUser(user)).toEqual({
      userId: 'U1',
      loginIds: ['a@example.com', 'b'],
      name: 'Ada L',
      givenName: 'Ada',
      middleName: 'K',
      familyName: 'L',
      email: 'a@example.com',
      phone: '+123',
      verifiedEmail: true,
      verifiedPhone: true,
      status: 'something new',
      test: true,
      roleNames: ['R', 'S'],
      userTenants: [{ tenantId: 'T1', roleNames: ['R'] }],
      ssoAppIds: ['app'],
      customAttributes: { level: 3, tags: ['x'] },
      createdTime: 1_700_000_000,
      usesTotp: true,
      usesWebauthn: true,
      usesPush: true,
      usesSaml: true,
      usesOidc: true,
      isScim: true,
    });
  });

  it.each([
    ['without an id', { name: 'Ada' }],
    ['with an empty id', { userId: '' }],
    ['with an id of null', { userId: null }],
    ['with an id that is a number', { userId: 7 }],
    ['with an id that is broken', { userId: 'U\ud800' }],
    ['with a role that is no string', { userId: 'U1', roleNames: [7] }],
    ['with a role without a name', { userId: 'U1', roleNames: [''] }],
    ['with roles in a string', { userId: 'U1', roleNames: 'admin' }],
    ['with a membership without a tenant', { userId: 'U1', userTenants: [{ roleNames: [] }] }],
    ['with a membership of null', { userId: 'U1', userTenants: [null] }],
    ['with a tenant id that is a number', { userId: 'U1', userTenants: [{ tenantId: 7 }] }],
    ['with memberships in an object', { userId: 'U1', userTenants: { T1: {} } }],
    ['with a creation time that is no number', { userId: 'U1', createdTime: 'yesterday' }],
    ['with attributes in a list', { userId: 'U1', customAttributes: [] }],
  ])('%s is refused', (_, user) => {
    expect(() => firstUser(user)).toThrow(contractFault);
  });

  it('is never given a field through "__proto__"', () => {
    const json = '{"userId": "U1", "__proto__": {"test": true}, "customAttributes": {"__proto__": {"level": 9}}}';
    const user = decodeUserPage({ users: [JSON.parse(json)], total: 1 }).users[0];

    expect(user?.test).toBe(false);
    expect(Object.keys(user?.customAttributes ?? {})).toEqual(['__proto__']);
    expect(user?.customAttributes['level']).toBeUndefined();
    expect(({} as { level?: number }).level).toBeUndefined();
  });

  it('with a tenant twice has one membership with the roles of both', () => {
    const userTenants = [
      { tenantId: 'T1', roleNames: ['R'] },
      { tenantId: '__proto__', roleNames: [] },
      { tenantId: 'T1', roleNames: ['S', 'R'] },
    ];

    expect(firstUser({ userId: 'U1', userTenants })).toMatchObject({
      userTenants: [
        { tenantId: 'T1', roleNames: ['R', 'S'] },
        { tenantId: '__proto__', roleNames: [] },
      ],
    });
  });

  it('that was loaded comes in a wrapper', () => {
    expect(decodeLoadedUser(userReadEndpoints.loadUser, { user: { userId: 'U1' } })).toEqual(bareUser);
    expect(() => decodeLoadedUser(userReadEndpoints.loadUser, { userId: 'U1' })).toThrow(contractFault);
    expect(() => decodeLoadedUser(userReadEndpoints.loadUser, { user: null })).toThrow(contractFault);
  });
});
