import type { CompletedRead } from './completed-read.ts';
import type { SyncPolicy } from './sync-session.ts';

/** What multiplies in a project: known before the first of these rows is made. */
export interface GrantForecast {
  /** How many grants will say that a role confers a permission, and which role makes the most of them. */
  readonly conferring: number;
  readonly most: RoleForecast | undefined;
  /** How many roles in tenants will be listed, and of what they are made. */
  readonly bindings: number;
  readonly tenants: number;
  readonly projectRoles: number;
}

/** One grant for each permission of the role, and the same again for each tenant inside which it is in effect. */
export interface RoleForecast {
  readonly roleName: string;
  readonly permissions: number;
  /** Tenants inside which somebody holds or inherits it. */
  readonly tenants: number;
  readonly grants: number;
}

/**
 * Known as soon as every user is read. Where every pair is listed, tenants that define a role of such a name themselves
 * count, too.
 */
export function forecastOf(
  { catalog, heldBindings, inherited }: Pick<CompletedRead, 'catalog' | 'heldBindings' | 'inherited'>,
  { tenantRoles }: Pick<SyncPolicy, 'tenantRoles'>,
): GrantForecast {
  let conferring = 0;
  let most: RoleForecast | undefined;
  for (const { name: roleName, tenantId, permissionNames } of catalog.roles) {
    const permissions = new Set(permissionNames.filter((name) => catalog.hasPermission(name))).size;
    const held = tenantId === '' ? heldBindings.tenantsOf(roleName).length : 0;
    const tenants = held + inherited.tenantsOf({ tenantId, roleName }).length;
    const grants = permissions * (1 + tenants);
    conferring += grants;
    if (grants > (most?.grants ?? 0)) {
      most = { roleName, permissions, tenants, grants };
    }
  }
  const [tenants, projectRoles] = [catalog.tenants.length, catalog.projectRoles.length];
  return {
    conferring,
    most,
    bindings: tenantRoles === 'all' ? tenants * projectRoles : heldBindings.count + inherited.count,
    tenants,
    projectRoles,
  };
}
