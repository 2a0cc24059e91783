import type { Role } from '../descope/roles.ts';
import { entitlementTemplate, toRoleResource } from '../model/builders.ts';
import { grantRowsOf } from '../model/grant-row.ts';
import { parseRoleResourceId } from '../model/ids.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { type Catalog, idOfRole } from '../access/catalog.ts';
import { tenantName } from '../access/names.ts';
import { grantsOfHolders } from './holders.ts';
import { emptyPage, fillPage, type ResourceSyncer, rowsAfter } from './syncer.ts';

/** A role; a tenant's own is shown with the tenant's name, since several tenants may use the same one. */
export function toRole(role: Role, catalog: Catalog, cuts: CutCounter): ResourceRow {
  const resource = toRoleResource(
    {
      id: idOfRole(role),
      parentTenantId: role.tenantId,
      displayName: role.tenantId === '' ? role.name : `${role.name} (${tenantName(catalog, role.tenantId)})`,
      description: role.description,
      createdTime: role.createdTime,
      rawId: role.id,
      profile: {
        role_name: role.name,
        tenant_id: role.tenantId,
        scope: role.tenantId === '' ? 'project' : 'tenant',
        default: role.isDefault,
        private: role.isPrivate,
        descope_id: role.id.toWellFormed(),
      },
    },
    cuts,
  );
  return resourceRow(resource);
}

export const roleSyncer: ResourceSyncer = {
  typeId: 'role',
  list: async (read, { cursor, limit, signal, parentTenantId }) => {
    const catalog = await read.catalogToList('role', signal);
    const listed =
      parentTenantId === undefined ? catalog.roles : catalog.roles.filter((role) => role.tenantId === parentTenantId);
    return fillPage(
      rowsAfter(listed, cursor, idOfRole, (role) => toRole(role, catalog, read.cuts)),
      limit,
    );
  },
  get: async (read, id, signal) => {
    const address = parseRoleResourceId(id);
    if (address === undefined) {
      return undefined;
    }
    const catalog = await read.catalog(signal);
    const role = catalog.role(address.tenantId, address.roleName);
    return role === undefined ? undefined : toRole(role, catalog, read.cuts);
  },
  entitled: {
    typeId: 'role',
    template: entitlementTemplate('role'),
    grants: async (read, id, request) => {
      const address = parseRoleResourceId(id);
      if (address === undefined) {
        return emptyPage();
      }
      const { tenantId, roleName } = address;
      return await grantsOfHolders(
        read,
        {
          filter: tenantId === '' ? { roleNames: [roleName] } : { tenantRoleNames: { [tenantId]: [roleName] } },
          exists: (catalog) => catalog.canBeHeld({ tenantId, roleName }),
          of: (index) => index.holdersOf(tenantId, roleName),
          holds: (user) =>
            tenantId === ''
              ? user.roleNames.includes(roleName)
              : user.userTenants.some((entry) => entry.tenantId === tenantId && entry.roleNames.includes(roleName)),
        },
        request,
        (users) => grantRowsOf('role', id, users),
      );
    },
  },
};
