import type { Permission } from '../descope/permissions.ts';
import type { Role } from '../descope/roles.ts';
import type { Tenant } from '../descope/tenants.ts';
import { bindingResourceId, type RoleAddress, roleResourceId } from '../model/ids.ts';

/** A project role inside a tenant. */
export interface Binding {
  readonly tenantId: string;
  readonly roleName: string;
}

/**
 * The project's tenants, roles and permissions as one read of the three lists gave them, in the order in which they are
 * listed (by resource id), with the questions that the access model asks of them.
 */
export class Catalog {
  readonly tenants: readonly Tenant[];
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
  readonly projectRoles: readonly Role[];
  readonly #tenantsById: ReadonlyMap<string, Tenant>;
  /** By name, then by tenant: names are few, and most tenants define no role. */
  readonly #roles: ReadonlyMap<string, ReadonlyMap<string, Role>>;
  readonly #permissions: ReadonlyMap<string, Permission>;
  #bytes: number | undefined;

  constructor(tenants: readonly Tenant[], roles: readonly Role[], permissions: readonly Permission[]) {
    this.tenants = sortBy(tenants, (tenant) => tenant.id);
    this.roles = sortBy(roles, idOfRole);
    this.permissions = sortBy(permissions, (permission) => permission.name);
    this.projectRoles = this.roles.filter((role) => role.tenantId === '');
    this.#tenantsById = new Map(tenants.map((tenant) => [tenant.id, tenant]));
    this.#roles = new Map(
      Map.groupBy(roles, ({ name }) => name)
        .entries()
        .map(([name, named]) => [name, new Map(named.map((role) => [role.tenantId, role]))]),
    );
    this.#permissions = new Map(permissions.map((permission) => [permission.name, permission]));
  }

  tenant(id: string): Tenant | undefined {
    return this.#tenantsById.get(id);
  }

  /** The role of this name that the project (tenantId '') or a tenant defines. */
  role(tenantId: string, roleName: string): Role | undefined {
    return this.#roles.get(roleName)?.get(tenantId);
  }

  /** Where roles of this name are defined, '' for the project, in the order in which Descope lists them. */
  scopesDefining(roleName: string): readonly string[] {
    return [...(this.#roles.get(roleName)?.keys() ?? [])];
  }

  /** Whether the role is there to be held: it is defined, and a tenant's own in a tenant that exists. */
  canBeHeld({ tenantId, roleName }: RoleAddress): boolean {
    return this.role(tenantId, roleName) !== undefined && (tenantId === '' || this.#tenantsById.has(tenantId));
  }

  permission(name: string): Permission | undefined {
    return this.#permissions.get(name);
  }

  hasPermission(name: string): boolean {
    return this.#permissions.has(name);
  }

  /** About how much memory it takes. */
  get bytes(): number {
    this.#bytes ??=
      this.tenants.reduce((sum, tenant) => sum + bytesOfTenant(tenant), 0) +
      this.roles.reduce((sum, role) => sum + 700 + role.permissionNames.length * 60, 0) +
      this.permissions.length * 500;
    return this.#bytes;
  }

  /** Whether "the project role, inside the tenant" exists: where the tenant defines a role of that name there is none. */
  isBinding({ tenantId, roleName }: Binding): boolean {
    return (
      this.#tenantsById.has(tenantId) &&
      this.role('', roleName) !== undefined &&
      this.role(tenantId, roleName) === undefined
    );
  }

  /** Every binding that exists, in order of tenant and role, from the one after `after` on. */
  *bindings(after?: Binding): Generator<Binding> {
    const afterRoleId = after === undefined ? '' : roleResourceId({ tenantId: '', roleName: after.roleName });
    for (const { id: tenantId } of this.tenants) {
      if (after !== undefined && tenantId < after.tenantId) {
        continue;
      }
      for (const projectRole of this.projectRoles) {
        const isPast = tenantId === after?.tenantId && idOfRole(projectRole) <= afterRoleId;
        if (!isPast && this.role(tenantId, projectRole.name) === undefined) {
          yield { tenantId, roleName: projectRole.name };
        }
      }
    }
  }

  /** This catalog with everything that a later read of some of its lists showed besides: what was there once stays. */
  joinedWith(later: {
    readonly tenants?: readonly Tenant[];
    readonly roles?: readonly Role[];
    readonly permissions?: readonly Permission[];
  }): Catalog {
    if (later.tenants === undefined && later.roles === undefined && later.permissions === undefined) {
      return this;
    }
    return new Catalog(
      union(this.tenants, later.tenants, (tenant) => tenant.id),
      union(this.roles, later.roles, idOfRole),
      union(this.permissions, later.permissions, (permission) => permission.name),
    );
  }
}

function bytesOfTenant({ customAttributes, domains, selfProvisioningDomains, defaultRoles }: Tenant): number {
  const attributes = Object.keys(customAttributes).length === 0 ? 0 : JSON.stringify(customAttributes).length * 2;
  return 800 + attributes + (domains.length + selfProvisioningDomains.length + defaultRoles.length) * 60;
}

export function idOfRole({ tenantId, name }: Role): string {
  return roleResourceId({ tenantId, roleName: name });
}

export function idOfBinding({ tenantId, roleName }: Binding): string {
  return bindingResourceId(tenantId, roleName);
}

function union<T>(rows: readonly T[], later: readonly T[] | undefined, keyOf: (row: T) => string): readonly T[] {
  return later === undefined ? rows : [...new Map([...rows, ...later].map((row) => [keyOf(row), row])).values()];
}

/** By code unit, so that the order is the same on every machine. */
function sortBy<T>(rows: readonly T[], keyOf: (row: T) => string): readonly T[] {
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((left, right) => compare(left.key, right.key))
    .map(({ row }) => row);
}

export function compare(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}
