import { Catalog, readRows } from '../../src/access/catalog.ts';
import { listedPermissions, listedRoles, listedTenants } from '../../src/access/catalog-list.ts';
import type { Permission } from '../../src/descope/permissions.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';

/** The catalog of these rows; lists that a test does not name are empty. */
export function catalogOf({
  tenants = [],
  roles = [],
  permissions = [],
}: {
  readonly tenants?: readonly Tenant[];
  readonly roles?: readonly Role[];
  readonly permissions?: readonly Permission[];
}): Catalog {
  return new Catalog([
    readRows(listedTenants, tenants),
    readRows(listedRoles, roles),
    readRows(listedPermissions, permissions),
  ]);
}
