import { type Permission, permissionList } from '../descope/permissions.ts';
import { type Role, roleList } from '../descope/roles.ts';
import { type Tenant, tenantList } from '../descope/tenants.ts';
import type { WholeList } from '../descope/whole-list.ts';
import { roleResourceId } from '../model/ids.ts';

/**
 * A whole list of the project that is kept for a sync: how it is read, and which resource a row is. Written with
 * methods, so that lists of different rows can stand in one table.
 */
export interface CatalogList<Row> {
  /** The resource type whose resources the rows are. */
  readonly typeId: string;
  readonly whole: WholeList<Row>;
  /** The id of the row's resource: rows are sorted by it, and two rows of one id are one. */
  idOf(this: void, row: Row): string;
  /** About how much memory a row takes. */
  bytesOf(this: void, row: Row): number;
}

export const listedTenants: CatalogList<Tenant> = {
  typeId: 'tenant',
  whole: tenantList,
  idOf: ({ id }) => id,
  bytesOf: ({ customAttributes, domains, selfProvisioningDomains, defaultRoles }) => {
    const attributes = Object.keys(customAttributes).length === 0 ? 0 : JSON.stringify(customAttributes).length * 2;
    return 800 + attributes + (domains.length + selfProvisioningDomains.length + defaultRoles.length) * 60;
  },
};

export const listedRoles: CatalogList<Role> = {
  typeId: 'role',
  whole: roleList,
  idOf: idOfRole,
  bytesOf: ({ permissionNames }) => 700 + permissionNames.length * 60,
};

export const listedPermissions: CatalogList<Permission> = {
  typeId: 'permission',
  whole: permissionList,
  idOf: ({ name }) => name,
  bytesOf: () => 500,
};

/** The lists without which no name has a meaning: every catalog has them. */
export const foundingLists = [listedTenants, listedRoles, listedPermissions] as const;

export function idOfRole({ tenantId, name }: Role): string {
  return roleResourceId({ tenantId, roleName: name });
}
