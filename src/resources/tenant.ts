import type { Tenant } from '../descope/tenants.ts';
import { entitlementTemplate, toTenantResource } from '../model/builders.ts';
import { grantRowsOf } from '../model/grant-row.ts';
import { nameOfTenant } from '../model/names.ts';
import { toAttributes } from '../model/profile.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { grantsOfHolders } from './holders.ts';
import { fillPage, type ResourceSyncer, rowsAfter } from './syncer.ts';

export function toTenant(tenant: Tenant, cuts: CutCounter): ResourceRow {
  const resource = toTenantResource(
    {
      id: tenant.id,
      parentTenantId: tenant.parent,
      displayName: nameOfTenant(tenant.id, tenant.name),
      status: tenant.disabled ? 'disabled' : 'enabled',
      createdTime: tenant.createdTime,
      profile: {
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
      },
    },
    cuts,
  );
  return resourceRow(resource);
}

function wellFormed(texts: readonly string[]): string[] {
  return texts.map((text) => text.toWellFormed());
}

export const tenantSyncer: ResourceSyncer = {
  typeId: 'tenant',
  list: async (read, { cursor, limit, signal, parentTenantId }) => {
    const { tenants } = await read.catalogToList('tenant', signal);
    const listed =
      parentTenantId === undefined ? tenants : tenants.filter((tenant) => tenant.parent === parentTenantId);
    return fillPage(
      rowsAfter(
        listed,
        cursor,
        (tenant) => tenant.id,
        (tenant) => toTenant(tenant, read.cuts),
      ),
      limit,
    );
  },
  get: async (read, id, signal) => {
    const tenant = (await read.catalog(signal)).tenant(id);
    return tenant === undefined ? undefined : toTenant(tenant, read.cuts);
  },
  entitled: {
    typeId: 'tenant',
    template: entitlementTemplate('tenant'),
    grants: async (read, id, request) => {
      return await grantsOfHolders(
        read,
        {
          filter: { tenantIds: [id] },
          exists: (catalog) => catalog.tenant(id) !== undefined,
          of: (index) => index.membersOf(id),
          holds: (user) => user.userTenants.some(({ tenantId }) => tenantId === id),
        },
        request,
        (users) => grantRowsOf('tenant', id, users),
      );
    },
  },
};
