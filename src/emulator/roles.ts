import { badRequest, fieldRequired, invented } from './api-error.ts';
import { audit } from './audit/audit.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { defineFamily, projectCreated } from './family.ts';
import type { FamilyHost } from './family.ts';
import { containsText, matchesAny } from './list-filter.ts';
import { withoutId } from './object-ids.ts';
import { permissions } from './permissions.ts';
import type { Permissions } from './permissions.ts';
import { randomId } from './random.ts';
import { replaceKey } from './replace-key.ts';
import type { RequestBody } from './request-body.ts';
import { amount, choice, sure } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';
import { tenants } from './tenants.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissionNames: readonly string[];
  readonly createdTime: number;
  /** Empty for a project-level role. */
  readonly tenantId: string;
  readonly default: boolean;
  readonly private: boolean;
}

export type RoleSeed = Partial<Role> & Pick<Role, 'name'>;

/** The roles of a project and of its tenants, in order of creation. */
export interface Roles {
  /** Rises with every change. */
  readonly version: number;
  all(): readonly Role[];
  /** The role of exactly this scope; an empty tenant id asks for a project-level role. */
  get(name: string, tenantId: string): Role | undefined;
  /** The role that a name means when it is held inside a tenant: the tenant's own or the project's. */
  inside(tenantId: string, name: string): Role | undefined;
  /** `replaces` names the role that this one takes the place of, so that a rename keeps its position. */
  put(seed: RoleSeed, replaces?: Role): Role;
  /** Removes a role, and its name from whoever holds it unless names are to dangle. */
  remove(role: Role): void;
  /** Lets every holder of the role hold it by its new name. `put` changes the role itself. */
  rename(role: Role, newName: string): void;
  /** What the API answers for a role that does not exist. */
  unknown(message: string): Error;
  /** Calls back before the name of a role changes or goes. */
  onRewrite(listener: (rewrite: HeldNames) => void): void;
}

/** Role names held in one scope, as they are to be from now on. An empty tenant id is the scope of the project. */
export type HeldNames = (tenantId: string, roleNames: readonly string[]) => readonly string[];

const roleSwitches = {
  unknownRoleStatus: sure('invented', amount(400, 400, 499)),
  roleCollision: sure('invented', choice('tenant', 'project')),
  roleDeletion: sure('inferred', choice('vanish', 'dangle')),
} as const;

type RoleSwitches = SwitchValues<typeof roleSwitches>;

const sample: readonly RoleSeed[] = [
  {
    name: 'Tenant Admin',
    description: 'Manages the users and the SSO of a tenant',
    permissionNames: ['User Admin', 'SSO Admin', 'Impersonate'],
  },
  {
    name: 'Editor',
    description: 'Works with orders and customers',
    permissionNames: ['orders.read', 'customers.read', 'customers.edit'],
  },
  { name: 'Viewer', description: 'Looks', permissionNames: ['orders.read', 'customers.read', 'reports.view'] },
  { name: 'Billing Manager', description: 'Pays', permissionNames: ['invoices.read', 'invoices.approve'] },
  { name: 'Support Agent', description: 'Helps', permissionNames: ['orders.read', 'orders.refund', 'customers.read'] },
  { name: 'Auditor', description: 'Checks the books', permissionNames: ['invoices.read', 'reports.view'] },
  { name: 'Guest', description: 'Allowed in, allowed nothing' },
  { name: 'Release Captain', description: 'Nobody holds it', permissionNames: ['deploy 🚀'], private: true },
  {
    name: 'Ops / On-call: 100% "awake"',
    description: 'Every separator that an id might use',
    permissionNames: ['stock:move/adjust', 'discount 100%'],
  },
  { name: '🚀 Launch Team', description: 'Emoji', permissionNames: ['deploy 🚀', 'reports.view'] },
  { name: 'مدقق البيانات', description: 'Right to left', permissionNames: ['تصدير البيانات', 'reports.view'] },
  { name: 'Data Steward', description: 'Deletes', permissionNames: ['customers.delete'], private: true },

  { name: 'Approver', tenantId: 'acme', description: 'Acme', permissionNames: ['invoices.approve'] },
  { name: 'Approver', tenantId: 'northwind', description: 'Northwind', permissionNames: ['invoices.read'] },
  { name: 'Approver', tenantId: 'initech', description: 'Initech', permissionNames: ['orders.refund'] },
  { name: 'Warehouse Lead', tenantId: 'northwind-retail', permissionNames: ['stock:move/adjust'] },
  { name: 'Warehouse Lead', tenantId: 'northwind-freight', permissionNames: ['stock:move/adjust', 'orders.read'] },
  // The same name as a project role: the wire cannot say which of the two a member of Initech holds.
  { name: 'Auditor', tenantId: 'initech', description: 'Initech only', permissionNames: ['customers.read'] },
  { name: 'Contractor', tenantId: 'lumiere', description: 'No permissions' },
  { name: 'Quality Lead', tenantId: 'northwind-foods', permissionNames: ['stock:move/adjust', 'reports.view'] },
  // The same name as a project role, which flows down to this tenant from above.
  { name: 'Editor', tenantId: 'northwind-bakery', description: 'Recipes only', permissionNames: ['orders.read'] },
  { name: 'Line A/B: "50%"', tenantId: 'T2SakuraSeisakusho00000000JP', permissionNames: ['stock:move/adjust'] },
];

export const roles = defineFamily({
  name: 'roles',
  switches: roleSwitches,
  sample: sample.map((role): RoleSeed => Object.assign({ createdTime: projectCreated }, role)),
  create(host, { seeds = [], switches }) {
    const state = createRoles(host, switches);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: roleEndpoints(state, host),
      controls: {
        roles: () => state.all(),
        putRole: (seed: RoleSeed) => state.put({ ...state.get(seed.name, seed.tenantId ?? ''), ...seed }),
        deleteRole(name: string, tenantId = '') {
          const role = state.get(name, tenantId);
          if (role) state.remove(role);
          return role !== undefined;
        },
      },
    };
  },
});

const keyOf = (name: string, tenantId: string): string => JSON.stringify([tenantId, name]);

function createRoles(host: FamilyHost, switches: RoleSwitches): Roles {
  let byKey = new Map<string, Role>();
  const log = host.stateOf(audit);
  let version = 0;
  const listeners: ((rewrite: HeldNames) => void)[] = [];
  const all = (): Role[] => [...byKey.values()];
  const get = (name: string, tenantId: string): Role | undefined => byKey.get(keyOf(name, tenantId));
  const rewrite = (role: Role, replacement: readonly string[]): void => {
    const names = toRewrite(all(), role, replacement);
    for (const listener of listeners) listener(names);
  };
  const drop = (role: Role): void => {
    byKey.delete(keyOf(role.name, role.tenantId));
    version += 1;
  };

  host.stateOf(tenants).onRemoved(({ tenantId }) => {
    for (const role of all()) if (role.tenantId === tenantId) drop(role);
  });
  host.stateOf(permissions).onRenamed((name, newName) => {
    for (const [key, role] of byKey) {
      if (!role.permissionNames.includes(name)) continue;
      const permissionNames = role.permissionNames.flatMap((held) => (held === name ? (newName ?? []) : held));
      byKey.set(key, { ...role, permissionNames });
      version += 1;
    }
  });

  return {
    get version() {
      return version;
    },
    all,
    get,
    inside: (tenantId, name) =>
      switches.roleCollision === 'tenant'
        ? (get(name, tenantId) ?? get(name, ''))
        : (get(name, '') ?? get(name, tenantId)),
    put(given, replaces) {
      const key = keyOf(given.name, given.tenantId ?? '');
      const made = toRole(given, replaces?.id ?? randomId('R', host.seed, key), host.nowSeconds());
      log.changed({ kind: 'Role', before: replaces ?? byKey.get(key), after: made });
      byKey = replaceKey(byKey, replaces && keyOf(replaces.name, replaces.tenantId), key, made);
      version += 1;
      return made;
    },
    remove(role) {
      if (switches.roleDeletion === 'vanish') rewrite(role, []);
      log.changed({ kind: 'Role', before: role });
      drop(role);
    },
    rename: (role, newName) => rewrite(role, [newName]),
    unknown: (message) => invented(switches.unknownRoleStatus, 'E990004', 'Role not found', message),
    onRewrite: (listener) => listeners.push(listener),
  };
}

/**
 * Replaces the name of a role in its scope. A project role can be held inside every tenant that has no role of that
 * name.
 */
function toRewrite(all: readonly Role[], role: Role, replacement: readonly string[]): HeldNames {
  const tenantsWithOwn = new Set(
    all.filter((other) => other.tenantId !== '' && other.name === role.name).map((other) => other.tenantId),
  );
  const applies = (tenantId: string): boolean =>
    role.tenantId === '' ? !tenantsWithOwn.has(tenantId) : role.tenantId === tenantId;
  return (tenantId, roleNames) =>
    applies(tenantId) && roleNames.includes(role.name)
      ? [...new Set(roleNames.flatMap((name) => (name === role.name ? replacement : [name])))]
      : roleNames;
}

function toRole(seed: RoleSeed, id: string, createdTime: number): Role {
  return {
    id,
    description: '',
    permissionNames: [],
    createdTime,
    tenantId: '',
    default: false,
    private: false,
    ...seed,
  };
}

const settingFields = ['name', 'description', 'permissionNames', 'tenantId', 'default', 'private'];
const searchFields = [
  'tenantIds',
  'roleNames',
  'roleNameLike',
  'permissionNames',
  'text',
  'sort',
  'includeProjectRoles',
  'roleIds',
];

function roleEndpoints(roles: Roles, host: FamilyHost): Endpoints {
  const { stateOf, switches } = host;
  const allTenants = stateOf(tenants);
  const allPermissions = stateOf(permissions);
  const wire = (role: Role): Record<string, unknown> => withoutId(role, switches);

  return {
    'GET /v1/mgmt/role/all': endpoint([], () => ({ json: { roles: roles.all().map((role) => wire(role)) } })),
    'POST /v1/mgmt/role/search': endpoint(searchFields, ({ body }) => ({
      json: {
        roles: roles
          .all()
          .filter(toRoleTest(body))
          .map((role) => wire(role)),
      },
    })),
    'POST /v1/mgmt/role/create': endpoint(settingFields, ({ body }) => {
      const name = body.required('name');
      const tenantId = body.text('tenantId');
      if (tenantId !== '') allTenants.find(tenantId);
      if (roles.get(name, tenantId)) throw roleExists();
      return { json: wire(roles.put({ ...settings(allPermissions, body), name, tenantId })) };
    }),
    'POST /v1/mgmt/role/update': endpoint([...settingFields, 'id', 'newName'], ({ body }) => {
      const before = findRole(roles, body);
      const name = body.text('newName') || before.name;
      if (name !== before.name && roles.get(name, before.tenantId)) throw roleExists();
      if (name !== before.name) roles.rename(before, name);
      const { tenantId, createdTime } = before;
      return { json: wire(roles.put({ ...settings(allPermissions, body), name, tenantId, createdTime }, before)) };
    }),
    'POST /v1/mgmt/role/delete': endpoint(['name', 'id', 'tenantId'], ({ body }) => {
      roles.remove(findRole(roles, body));
      return nothing;
    }),
  };
}

const roleExists = (): Error => invented(400, 'E990005', 'Role exists', 'A role with this name exists already');

/** By `name` and `tenantId`, or by `id`, never both. */
function findRole(roles: Roles, body: RequestBody): Role {
  const id = body.text('id');
  const name = body.text('name');
  if (id === '' && name === '') throw fieldRequired('name');
  if (id !== '' && name !== '') throw badRequest('name and id exclude each other');
  const role = id ? roles.all().find((one) => one.id === id) : roles.get(name, body.text('tenantId'));
  if (role) return role;
  throw roles.unknown('The role does not exist');
}

function settings(permissions: Permissions, body: RequestBody): Omit<RoleSeed, 'name'> {
  const permissionNames = body.texts('permissionNames');
  if (permissionNames.some((name) => !permissions.has(name))) {
    throw invented(400, 'E990006', 'Permission not found', 'A permission of the role does not exist');
  }
  return {
    description: body.text('description'),
    permissionNames,
    default: body.flag('default') === true,
    private: body.flag('private') === true,
  };
}

function toRoleTest(body: RequestBody): (role: Role) => boolean {
  const ofProject = body.flag('includeProjectRoles') === true;
  return (role) =>
    (matchesAny(body, 'tenantIds', [role.tenantId]) || (role.tenantId === '' && ofProject)) &&
    matchesAny(body, 'roleNames', [role.name]) &&
    matchesAny(body, 'roleIds', [role.id]) &&
    matchesAny(body, 'permissionNames', role.permissionNames) &&
    containsText(body, 'roleNameLike', role.name) &&
    containsText(body, 'text', `${role.name} ${role.description}`);
}
