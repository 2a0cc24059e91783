import type { WholeList } from '../../src/descope/whole-list.ts';
import type { CallOptions } from '../../src/descope/http/call.ts';
import type { UserQuery } from '../../src/descope/users/user-page.ts';
import type { Permission } from '../../src/descope/permissions.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { User } from '../../src/descope/users/user.ts';
import type { ProjectRead } from '../../src/resources/sync/sync-session.ts';

/** The clock of the fake service, in epoch milliseconds. Users are created long before it unless a test says otherwise. */
export const serverNowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const firstCreation = Date.UTC(2020, 0, 1) / 1000;

export interface Rows {
  readonly users: readonly User[];
  readonly tenants: readonly Tenant[];
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
}

export function user(userId: string, fields: Partial<User> = {}): User {
  return {
    userId,
    loginIds: [],
    name: '',
    givenName: '',
    middleName: '',
    familyName: '',
    email: '',
    phone: '',
    verifiedEmail: false,
    verifiedPhone: false,
    status: 'enabled',
    test: false,
    roleNames: [],
    userTenants: [],
    ssoAppIds: [],
    customAttributes: {},
    createdTime: firstCreation,
    usesTotp: false,
    usesWebauthn: false,
    usesPush: false,
    usesSaml: false,
    usesOidc: false,
    isScim: false,
    ...fields,
  };
}

export function tenant(id: string, fields: Partial<Tenant> = {}): Tenant {
  return {
    id,
    name: '',
    domains: [],
    selfProvisioningDomains: [],
    authType: '',
    enforceSso: false,
    disabled: false,
    parent: '',
    roleInheritance: '',
    defaultRoles: [],
    customAttributes: {},
    createdTime: undefined,
    ...fields,
  };
}

/** A role of the project, or of a tenant when `tenantId` is among the fields. */
export function role(name: string, fields: Partial<Role> = {}): Role {
  return {
    id: '',
    name,
    description: '',
    permissionNames: [],
    tenantId: '',
    isDefault: false,
    isPrivate: false,
    createdTime: undefined,
    ...fields,
  };
}

export function permission(name: string, fields: Partial<Permission> = {}): Permission {
  return { id: '', name, description: '', systemDefault: false, ...fields };
}

/** A membership, with the role names held inside the tenant. */
export function inTenant(tenantId: string, ...roleNames: readonly string[]): User['userTenants'][number] {
  return { tenantId, roleNames };
}

/** `count` users who hold nothing: u000, u001, ... */
export function plainUsers(count: number, prefix = 'u'): User[] {
  return usersWith(count, {}, prefix);
}

/** `count` users who are all alike: u000, u001, ... */
export function usersWith(count: number, fields: Partial<User>, prefix = 'u'): User[] {
  return Array.from({ length: count }, (_, place) => user(`${prefix}${String(place).padStart(3, '0')}`, fields));
}

export type Endpoint = 'searchUsers' | 'loadUser' | 'allTenants' | 'allRoles' | 'allPermissions';

export interface FakeRequest {
  readonly endpoint: Endpoint;
  readonly query?: UserQuery;
  readonly id?: string;
}

/** A project that answers like Descope's API, and whatever a test needs it to do besides. */
export interface ProjectFixture extends ProjectRead {
  /** The project as it is now: put other rows in to change it. */
  rows: Rows;
  nowMs: number;
  /** Every request so far. */
  readonly requests: FakeRequest[];
  /** Called before a request is answered, with its place in `requests`: what it throws is the answer. */
  onRequest: ((request: FakeRequest, place: number) => void) | undefined;
  /** Filtered searches answer with users who do not match besides. */
  hasSloppyFilters: boolean;
  countOf(endpoint: Endpoint): number;
}

/** The whole lists that the fixture has, by what people call their rows. */
const lists: Readonly<Record<string, readonly [Endpoint, (rows: Rows) => readonly unknown[]]>> = {
  tenants: ['allTenants', ({ tenants }) => tenants],
  roles: ['allRoles', ({ roles }) => roles],
  permissions: ['allPermissions', ({ permissions }) => permissions],
};

function noList(what: string): never {
  throw new Error(`the fixture has no list of ${what}`);
}

export function createProject(given: Partial<Rows> = {}): ProjectFixture {
  const requests: FakeRequest[] = [];

  async function answer<T>(request: FakeRequest, call: CallOptions | undefined, read: (rows: Rows) => T): Promise<T> {
    const place = requests.push(request) - 1;
    call?.onRequest?.(request.endpoint);
    await Promise.resolve();
    call?.signal?.throwIfAborted();
    fixture.onRequest?.(request, place);
    return read(fixture.rows);
  }

  const fixture: ProjectFixture = {
    projectId: 'P2fake',
    rows: { users: [], tenants: [], roles: [], permissions: [], ...given },
    nowMs: serverNowMs,
    requests,
    onRequest: undefined,
    hasSloppyFilters: false,
    countOf: (endpoint) => requests.filter((request) => request.endpoint === endpoint).length,

    searchUsers: (query, call) =>
      answer({ endpoint: 'searchUsers', query }, call, ({ users }) => {
        const found = users
          .filter((row) => isWithinTimes(row, query) && (fixture.hasSloppyFilters || isMatch(row, query)))
          .toSorted((left, right) => (left.createdTime ?? 0) - (right.createdTime ?? 0));
        return {
          users: found.slice(query.offset, query.offset + query.limit),
          total: found.length,
          serverTimeMs: fixture.nowMs,
        };
      }),
    loadUser: (id, call) =>
      answer({ endpoint: 'loadUser', id }, call, ({ users }) => users.find((row) => row.userId === id)),
    readList: <Row>(list: WholeList<Row>, call?: CallOptions) => {
      const [endpoint, rowsOf] = lists[list.what] ?? noList(list.what);
      return answer({ endpoint }, call, (rows) => rowsOf(rows) as readonly Row[]); // the list's own rows
    },
  };
  return fixture;
}

function isWithinTimes(
  { createdTime = 0 }: User,
  { fromCreatedTimeMs = Number.NEGATIVE_INFINITY, toCreatedTimeMs = Number.POSITIVE_INFINITY }: UserQuery,
): boolean {
  return createdTime * 1000 >= fromCreatedTimeMs && createdTime * 1000 <= toCreatedTimeMs;
}

function isMatch({ roleNames, userTenants }: User, query: UserQuery): boolean {
  const { tenantIds, roleNames: wanted, tenantRoleNames } = query;
  const held = new Map(userTenants.map((entry) => [entry.tenantId, entry.roleNames]));
  return (
    (tenantIds === undefined || tenantIds.some((id) => held.has(id))) &&
    (wanted === undefined || wanted.some((name) => roleNames.includes(name))) &&
    (tenantRoleNames === undefined ||
      Object.entries(tenantRoleNames).some(([id, names]) =>
        names.some((name) => held.get(id)?.includes(name) ?? false),
      ))
  );
}

/** Reference project: every kind of reference the access model knows, small enough to read at a glance. */
export function smallProject(): Rows {
  return {
    users: [
      user('ann', {
        name: 'Ann',
        roleNames: ['Editor'],
        userTenants: [inTenant('acme', 'Editor'), inTenant('globex')],
      }),
      user('bob', {
        email: 'bob@acme.example',
        roleNames: ['Viewer'],
        userTenants: [inTenant('acme', 'Editor', 'Approver')],
      }),
      user('cleo', { userTenants: [inTenant('globex', 'Viewer', 'Editor')] }),
      user('dan'),
    ],
    tenants: [tenant('acme', { name: 'Acme' }), tenant('globex', { name: 'Globex', parent: 'acme' })],
    roles: [
      role('Editor', { permissionNames: ['write', 'read'] }),
      role('Viewer', { permissionNames: ['read'] }),
      role('Approver', { tenantId: 'acme', permissionNames: ['approve'] }),
      role('Editor', { tenantId: 'globex', permissionNames: ['write'] }),
    ],
    permissions: [permission('read'), permission('write'), permission('approve')],
  };
}
