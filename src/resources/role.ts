import type { Catalog } from '../access/catalog.ts';
import { idOfRole, listedRoles, listedTenants } from '../access/catalog-list.ts';
import { tenantName } from '../access/names.ts';
import type { Role } from '../descope/roles.ts';
import { entitlementRef, parseRoleResourceId, tenantRef } from '../model/ids.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { roleTrait } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { grantsOfHolders } from './sync/holder-grants.ts';
import { lateRows } from './sync/late.ts';
import { mappedGrants } from './sync/mapped-pages.ts';
import { emptyPage, fillPage, rowsAfter } from './sync/paging.ts';
import { inStages } from './sync/stages.ts';

/** A role; a tenant's own is shown with the tenant's name, since several tenants may use the same one. */
export function toRole(role: Role, catalog: Catalog, cuts: CutCounter): ResourceRow {
  const profile = {
    role_name: role.name,
    tenant_id: role.tenantId,
    scope: role.tenantId === '' ? 'project' : 'tenant',
    default: role.isDefault,
    private: role.isPrivate,
    descope_id: role.id.toWellFormed(),
  };
  const parts = {
    id: idOfRole(role),
    parent: tenantRef(role.tenantId),
    displayName: role.tenantId === '' ? role.name : `${role.name} (${tenantName(catalog, role.tenantId)})`,
    description: role.description,
    createdTime: role.createdTime,
    rawId: role.id,
    profile,
  };
  return resourceRow(toResource('role', parts, [roleTrait(profile)], cuts));
}

export const roleType: ResourceType = {
  words: {
    id: 'role',
    displayName: 'Role',
    plural: 'Roles',
    description: 'A role of the whole project, or one that a tenant defines for itself.',
    traits: ['role'],
    skips: 'entitlements',
  },
  reads: [listedRoles.whole.endpoint],
  lists: [listedRoles, listedTenants],
  parentTypeIds: ['tenant'],
  list: async (session, { cursor, limit, signal, parent }) => {
    const catalog = await session.beginListing('role', signal);
    const listed = parent === undefined ? catalog.roles : catalog.roles.filter((role) => role.tenantId === parent.id);
    return fillPage(
      rowsAfter(listed, cursor, idOfRole, (role) => toRole(role, catalog, session.cuts)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const address = parseRoleResourceId(id);
    if (address === undefined) {
      return undefined;
    }
    const catalog = await session.catalog(signal);
    const role = catalog.role(address.tenantId, address.roleName);
    return role === undefined ? undefined : toRole(role, catalog, session.cuts);
  },
  late: lateRows(listedRoles, (role, cuts, catalog) => toRole(role, catalog, cuts)),
  entitlements: [
    {
      words: {
        slug: 'assigned',
        displayName: 'Assigned',
        description: 'Holds the role: in the whole project, or in the one tenant that defines it.',
        purpose: 'assignment',
      },
      grantableTo: 'holders',
      grants: async (session, id, request) => {
        const address = parseRoleResourceId(id);
        if (address === undefined) {
          return emptyPage();
        }
        const entitlement = entitlementRef('role', id);
        const question = { holding: address, exists: (catalog: Catalog) => catalog.canBeHeld(address) };
        return await inStages(request, [
          (held) => grantsOfHolders(session, entitlement, question, held),
          (mapped) => mappedGrants(session, entitlement, address.tenantId, mapped),
        ]);
      },
    },
  ],
};
