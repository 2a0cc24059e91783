import { badRequest, fieldRequired, invented } from './api-error.ts';
import { audit } from './audit/audit.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { defineFamily } from './family.ts';
import type { FamilyHost } from './family.ts';
import { withoutId } from './object-ids.ts';
import { randomId } from './random.ts';
import type { RequestBody } from './request-body.ts';
import { replaceKey } from './replace-key.ts';

export interface Permission {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly systemDefault: boolean;
}

export type PermissionSeed = Partial<Permission> & Pick<Permission, 'name'>;

/** The permissions of a project, in order of creation. */
export interface Permissions {
  all(): readonly Permission[];
  get(name: string): Permission | undefined;
  has(name: string): boolean;
  /** `replaces` names the permission that this one takes the place of, so that a rename keeps its position. */
  put(seed: PermissionSeed, replaces?: Permission): Permission;
  remove(name: string): boolean;
  /** Calls back after a permission got another name, or lost it: `newName` is then undefined. */
  onRenamed(listener: RenameListener): void;
}

type RenameListener = (name: string, newName: string | undefined) => void;

const sample: readonly PermissionSeed[] = [
  { name: 'User Admin', description: 'Manage users, roles and access keys', systemDefault: true },
  { name: 'SSO Admin', description: 'Manage SSO of a tenant', systemDefault: true },
  { name: 'Impersonate', description: 'Sign in as another user', systemDefault: true },
  { name: 'invoices.read', description: 'See invoices' },
  { name: 'invoices.approve', description: 'Approve invoices for payment' },
  { name: 'orders.read', description: 'See orders' },
  { name: 'orders.refund', description: 'Refund an order' },
  { name: 'customers.read', description: 'See customers' },
  { name: 'customers.edit', description: 'Change customers' },
  { name: 'customers.delete', description: 'Delete customers' },
  { name: 'reports.view', description: 'See reports' },
  { name: 'stock:move/adjust', description: 'Move and adjust stock' },
  { name: 'discount 100%', description: 'Give things away' },
  { name: 'deploy 🚀', description: 'Release to production' },
  { name: 'تصدير البيانات', description: 'Export data' },
];

export const permissions = defineFamily({
  name: 'permissions',
  switches: {},
  sample,
  create(host, { seeds = [] }) {
    const state = createPermissions(host);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: permissionEndpoints(state, host),
      controls: {
        permissions: () => state.all(),
        putPermission: (seed: PermissionSeed) => state.put({ ...state.get(seed.name), ...seed }),
        deletePermission: (name: string) => state.remove(name),
      },
    };
  },
});

function createPermissions({ seed, stateOf }: FamilyHost): Permissions {
  const log = stateOf(audit);
  let byName = new Map<string, Permission>();
  const listeners: RenameListener[] = [];
  const tell: RenameListener = (name, newName) => {
    for (const listener of listeners) listener(name, newName);
  };
  return {
    all: () => [...byName.values()],
    get: (name) => byName.get(name),
    has: (name) => byName.has(name),
    put(given, replaces) {
      const made = toPermission(given, replaces?.id ?? randomId('PE', seed, given.name));
      log.changed({ kind: 'Permission', before: replaces ?? byName.get(given.name), after: made });
      byName = replaceKey(byName, replaces?.name, given.name, made);
      if (replaces && replaces.name !== made.name) tell(replaces.name, made.name);
      return made;
    },
    remove(name) {
      log.changed({ kind: 'Permission', before: byName.get(name) });
      const removed = byName.delete(name);
      if (removed) tell(name, undefined);
      return removed;
    },
    onRenamed: (listener) => listeners.push(listener),
  };
}

function toPermission(seed: PermissionSeed, id: string): Permission {
  return { id, description: '', systemDefault: false, ...seed };
}

function permissionEndpoints(permissions: Permissions, { switches }: FamilyHost): Endpoints {
  const wire = (permission: Permission): Record<string, unknown> => withoutId(permission, switches);

  return {
    'GET /v1/mgmt/permission/all': endpoint([], () => ({
      json: { permissions: permissions.all().map((permission) => wire(permission)) },
    })),
    'POST /v1/mgmt/permission/create': endpoint(['name', 'description'], ({ body }) => {
      const name = body.required('name');
      if (permissions.has(name)) throw permissionExists();
      permissions.put({ name, description: body.text('description') });
      return nothing;
    }),
    'POST /v1/mgmt/permission/update': endpoint(['name', 'id', 'newName', 'description'], ({ body }) => {
      const before = findPermission(permissions, body);
      const name = body.text('newName') || before.name;
      if (name !== before.name && permissions.has(name)) throw permissionExists();
      permissions.put({ name, description: body.text('description') }, before);
      return nothing;
    }),
    'POST /v1/mgmt/permission/delete': endpoint(['name', 'id'], ({ body }) => {
      permissions.remove(findPermission(permissions, body).name);
      return nothing;
    }),
  };
}

const permissionExists = (): Error =>
  invented(400, 'E990008', 'Permission exists', 'A permission with this name exists already');

function findPermission(permissions: Permissions, body: RequestBody): Permission {
  const id = body.text('id');
  const name = body.text('name');
  if (id === '' && name === '') throw fieldRequired('name');
  if (id !== '' && name !== '') throw badRequest('name and id exclude each other');
  const found = permissions.all().find((one) => (id ? one.id === id : one.name === name));
  if (!found) throw invented(400, 'E990007', 'Permission not found', 'The permission does not exist');
  if (found.systemDefault) throw invented(400, 'E990009', 'Protected', 'A system permission cannot be changed');
  return found;
}
