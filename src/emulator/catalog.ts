import { randomId } from './random.ts';
import { toPermission, toRole, toTenant } from './records.ts';
import type {
  Permission,
  PermissionSeed,
  ProjectSeed,
  Role,
  RoleSeed,
  Tenant,
  TenantSeed,
  UserRecord,
} from './records.ts';

/** Tenants, roles and permissions of a project: small lists, kept whole, in order of creation. */
export interface Catalog {
  /** Rises with every change. */
  readonly version: number;
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly permissions: ReadonlyMap<string, Permission>;
  roles(): readonly Role[];
  /** The role of exactly this scope; an empty tenant id asks for a project-level role. */
  role(name: string, tenantId: string): Role | undefined;
  /** The role that a name means when it is held inside a tenant: the tenant's own or the project's. */
  roleInside(tenantId: string, name: string): Role | undefined;
  /** Ids of the direct children. */
  successors(tenantId: string): string[];
  /** The tenants and everything beneath them. */
  withDescendants(tenantIds: readonly string[]): Set<string>;
  putTenant(seed: TenantSeed): Tenant;
  removeTenant(id: string): boolean;
  /** `replaces` names the role that this one takes the place of, so that a rename keeps its position. */
  putRole(seed: RoleSeed, replaces?: Role): Role;
  removeRole(role: Role): void;
  putPermission(seed: PermissionSeed, replaces?: Permission): Permission;
  removePermission(name: string): boolean;
}

export interface CatalogOptions {
  readonly seed: number;
  readonly nowSeconds: () => number;
  readonly collision: 'tenant' | 'project';
}

const keyOf = (name: string, tenantId: string): string => JSON.stringify([tenantId, name]);

export function createCatalog(project: ProjectSeed, options: CatalogOptions): Catalog {
  const { seed, nowSeconds, collision } = options;
  const tenants = new Map<string, Tenant>();
  let permissions = new Map<string, Permission>();
  let roles = new Map<string, Role>();
  let version = 0;

  const role = (name: string, tenantId: string): Role | undefined => roles.get(keyOf(name, tenantId));
  const successors = (tenantId: string): string[] =>
    [...tenants.values()].filter((tenant) => tenant.parent === tenantId).map((tenant) => tenant.id);

  const catalog: Catalog = {
    get version() {
      return version;
    },
    tenants,
    get permissions() {
      return permissions;
    },
    roles: () => [...roles.values()],
    role,
    roleInside: (tenantId, name) =>
      collision === 'tenant' ? (role(name, tenantId) ?? role(name, '')) : (role(name, '') ?? role(name, tenantId)),
    successors,
    withDescendants(tenantIds) {
      const all = new Set(tenantIds);
      for (const id of all) for (const child of successors(id)) all.add(child);
      return all;
    },
    putTenant(given) {
      const tenant = toTenant(given, nowSeconds());
      tenants.set(tenant.id, tenant);
      version += 1;
      return tenant;
    },
    removeTenant(id) {
      for (const owned of catalog.roles().filter((one) => one.tenantId === id)) roles.delete(keyOf(owned.name, id));
      const removed = tenants.delete(id);
      version += 1;
      return removed;
    },
    putRole(given, replaces) {
      const key = keyOf(given.name, given.tenantId ?? '');
      const made = toRole(given, replaces?.id ?? randomId('R', seed, key), nowSeconds());
      roles = replaceKey(roles, replaces && keyOf(replaces.name, replaces.tenantId), key, made);
      version += 1;
      return made;
    },
    removeRole(gone) {
      roles.delete(keyOf(gone.name, gone.tenantId));
      version += 1;
    },
    putPermission(given, replaces) {
      const made = toPermission(given, replaces?.id ?? randomId('PE', seed, given.name));
      permissions = replaceKey(permissions, replaces?.name, given.name, made);
      if (replaces) swapPermission(replaces.name, [made.name]);
      version += 1;
      return made;
    },
    removePermission(name) {
      const removed = permissions.delete(name);
      if (removed) swapPermission(name, []);
      version += 1;
      return removed;
    },
  };

  function swapPermission(name: string, replacement: readonly string[]): void {
    for (const [key, one] of roles) {
      if (!one.permissionNames.includes(name)) continue;
      const permissionNames = one.permissionNames.flatMap((held) => (held === name ? replacement : [held]));
      roles.set(key, { ...one, permissionNames });
    }
  }

  for (const tenant of project.tenants ?? []) catalog.putTenant(tenant);
  for (const permission of project.permissions ?? []) catalog.putPermission(permission);
  for (const one of project.roles ?? []) catalog.putRole(one);
  return catalog;
}

/** Sets an entry in place of an old one, keeping its position in the order. */
function replaceKey<T>(map: Map<string, T>, oldKey: string | undefined, key: string, value: T): Map<string, T> {
  if (oldKey === undefined || oldKey === key || !map.has(oldKey)) return map.set(key, value);
  return new Map([...map].map(([at, entry]) => (at === oldKey ? [key, value] : [at, entry])));
}

/** Names of the permissions that a user has through roles held project-wide. */
export function projectPermissions(catalog: Catalog, record: UserRecord): string[] {
  return [...new Set(record.roleNames.flatMap((name) => catalog.role(name, '')?.permissionNames ?? []))];
}

/** Names of the permissions that roles held inside a tenant bring along there. */
export function tenantPermissions(catalog: Catalog, tenantId: string, roleNames: readonly string[]): string[] {
  return [...new Set(roleNames.flatMap((name) => catalog.roleInside(tenantId, name)?.permissionNames ?? []))];
}
