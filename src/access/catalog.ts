import type { Permission } from '../descope/permissions.ts';
import type { Role } from '../descope/roles.ts';
import type { Tenant } from '../descope/tenants.ts';
import { bindingResourceId, type RoleAddress, roleResourceId } from '../model/ids.ts';
import { compare, firstPlace } from '../model/order.ts';
import {
  type CatalogList,
  foundingLists,
  idOfRole,
  listedPermissions,
  listedRoles,
  listedTenants,
} from './catalog-list.ts';

/** A project role inside a tenant. */
export interface Binding {
  readonly tenantId: string;
  readonly roleName: string;
}

/** A list as one read gave it. */
export interface ReadRows {
  readonly list: CatalogList<unknown>;
  readonly rows: readonly unknown[];
  /** The deployment has no such call: what it would list is not known. */
  readonly isUntold?: boolean;
}

/** Ties rows to the list that they were read from. */
export function readRows<Row>(list: CatalogList<Row>, rows: readonly Row[], isUntold = false): ReadRows {
  return { list, rows, isUntold };
}

/**
 * What one read of the project's whole lists gave, each in the order of its resource ids, with the questions that the
 * access model asks of tenants, roles and permissions. A founding list that was not read is empty.
 */
export class Catalog {
  readonly projectRoles: readonly Role[];
  /** Sorted rows, by list: `rows` alone reads it, so that each list gives its own kind of rows. */
  readonly #rows: ReadonlyMap<CatalogList<unknown>, readonly unknown[]>;
  readonly #untold: ReadonlySet<CatalogList<unknown>>;
  readonly #tenantsById: ReadonlyMap<string, Tenant>;
  /** By name, then by tenant: names are few, and most tenants define no role. */
  readonly #roles: ReadonlyMap<string, ReadonlyMap<string, Role>>;
  readonly #permissions: ReadonlyMap<string, Permission>;
  #bytes: number | undefined;

  constructor(lists: Iterable<ReadRows>) {
    const given = [...foundingLists.map((list) => readRows<unknown>(list, [])), ...lists];
    this.#rows = new Map(given.map(({ list, rows }) => [list, sortBy(rows, list.idOf)]));
    this.#untold = new Set(given.filter(({ isUntold }) => isUntold === true).map(({ list }) => list));
    this.projectRoles = this.roles.filter((role) => role.tenantId === '');
    this.#tenantsById = new Map(this.tenants.map((tenant) => [tenant.id, tenant]));
    this.#roles = new Map(
      Map.groupBy(rolesAsGiven(given), ({ name }) => name)
        .entries()
        .map(([name, named]) => [name, new Map(named.map((role) => [role.tenantId, role]))]),
    );
    this.#permissions = new Map(this.permissions.map((permission) => [permission.name, permission]));
  }

  /** The rows of a list; none for a list that was not read. */
  rows<Row>(list: CatalogList<Row>): readonly Row[] {
    return (this.#rows.get(list) ?? []) as readonly Row[]; // they were put in with this very list
  }

  /** Whether the deployment does not tell this list: that it has no rows says nothing. */
  isUntold(list: CatalogList<unknown>): boolean {
    return this.#untold.has(list);
  }

  /** The lists that were read. */
  get lists(): Iterable<CatalogList<unknown>> {
    return this.#rows.keys();
  }

  get tenants(): readonly Tenant[] {
    return this.rows(listedTenants);
  }

  get roles(): readonly Role[] {
    return this.rows(listedRoles);
  }

  get permissions(): readonly Permission[] {
    return this.rows(listedPermissions);
  }

  /** The row of a list with this resource id. */
  row<Row>(list: CatalogList<Row>, id: string): Row | undefined {
    const rows = this.rows(list);
    const idAt = (place: number): string => list.idOf(rows[place] as Row); // asked for places of the list alone
    const row = rows[firstPlace(rows.length, (place) => idAt(place) < id)];
    return row !== undefined && list.idOf(row) === id ? row : undefined;
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
    this.#bytes ??= [...this.lists].reduce(
      (sum, list) => this.rows(list).reduce((bytes: number, row) => bytes + list.bytesOf(row), sum),
      0,
    );
    return this.#bytes;
  }

  /**
   * Whether "the project role, inside the tenant" exists: where the tenant defines a role of that name there is none.
   */
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
  joinedWith(later: readonly ReadRows[]): Catalog {
    if (later.length === 0) {
      return this;
    }
    const rows = new Map([...this.lists].map((list) => [list, this.rows(list)]));
    for (const { list, rows: more } of later) {
      rows.set(list, [...new Map([...(rows.get(list) ?? []), ...more].map((row) => [list.idOf(row), row])).values()]);
    }
    return new Catalog(rows.entries().map(([list, all]) => ({ list, rows: all })));
  }
}

export function idOfBinding({ tenantId, roleName }: Binding): string {
  return bindingResourceId(tenantId, roleName);
}

/** The order in which held bindings are listed: by role, then by tenant. */
export function compareBindings(left: Binding, right: Binding): number {
  return compare(left.roleName, right.roleName) || compare(left.tenantId, right.tenantId);
}

/** The roles in the order in which Descope lists them, which is that of hints. */
function rolesAsGiven(given: readonly ReadRows[]): readonly Role[] {
  return (given.findLast(({ list }) => list === listedRoles)?.rows ?? []) as readonly Role[]; // the rows of that very list
}

function sortBy<T>(rows: readonly T[], keyOf: (row: T) => string): readonly T[] {
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((left, right) => compare(left.key, right.key))
    .map(({ row }) => row);
}
