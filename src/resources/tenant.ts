import { listedTenants } from '../access/catalog-list.ts';
import type { Tenant } from '../descope/tenants.ts';
import { entitlementRef, tenantRef } from '../model/ids.ts';
import { nameOfTenant } from '../model/names.ts';
import { toAttributes } from '../model/profile.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { groupTrait } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { grantsOfHolders } from './sync/holder-grants.ts';
import { inheritedMemberships } from './sync/inherited-grants.ts';
import { lateRows } from './sync/late.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import { inStages } from './sync/stages.ts';

export function toTenant(tenant: Tenant, cuts: CutCounter): ResourceRow {
  const profile = {
    tenant_id: tenant.id,
    domains: wellFormed(tenant.domains),
    self_provisioning_domains: wellFormed(tenant.selfProvisioningDomains),
    auth_type: tenant.authType.toWellFormed(),
    enforce_sso: tenant.enforceSso,
    disabled: tenant.disabled,
    parent_tenant_id: tenant.parent,
    role_inheritance: tenant.roleInheritance.toWellFormed(),
    default_roles: wellFormed(tenant.defaultRoles),
    custom_attributes: toAttributes(tenant.customAttributes, cuts),
  };
  const parts = {
    id: tenant.id,
    parent: tenantRef(tenant.parent),
    displayName: nameOfTenant(tenant.id, tenant.name),
    status: tenant.disabled ? 'disabled' : 'enabled',
    createdTime: tenant.createdTime,
    profile,
  } as const;
  return resourceRow(toResource('tenant', parts, [groupTrait(profile)], cuts));
}

function wellFormed(texts: readonly string[]): string[] {
  return texts.map((text) => text.toWellFormed());
}

export const tenantType: ResourceType = {
  words: {
    id: 'tenant',
    displayName: 'Tenant',
    plural: 'Tenants',
    description: 'A customer organisation of the project.',
    traits: ['group'],
    skips: 'entitlements',
  },
  reads: [listedTenants.whole.endpoint],
  lists: [listedTenants],
  parentTypeIds: ['tenant'],
  list: async (session, { cursor, limit, signal, parent }) => {
    const { tenants } = await session.beginListing('tenant', signal);
    const listed = parent === undefined ? tenants : tenants.filter((tenant) => tenant.parent === parent.id);
    return fillPage(
      rowsAfter(
        listed,
        cursor,
        (tenant) => tenant.id,
        (tenant) => toTenant(tenant, session.cuts),
      ),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const tenant = (await session.catalog(signal)).tenant(id);
    return tenant === undefined ? undefined : toTenant(tenant, session.cuts);
  },
  late: lateRows(listedTenants, toTenant),
  entitlements: [
    {
      words: {
        slug: 'member',
        displayName: 'Member',
        description: 'Belongs to the tenant. Taking it away drops every role held inside the tenant.',
        purpose: 'assignment',
      },
      grantableTo: 'holders',
      grants: (session, id, request) =>
        inStages(request, [
          (direct) =>
            grantsOfHolders(
              session,
              entitlementRef('tenant', id),
              { holding: { tenantId: id, roleName: undefined }, exists: (catalog) => catalog.tenant(id) !== undefined },
              direct,
            ),
          (inherited) => inheritedMemberships(session, id, inherited),
        ]),
    },
  ],
};
