import { projectPermissions, tenantPermissions } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import type { Permission, Role, Tenant, UserRecord } from './records.ts';
import type { Switches } from './switches.ts';

// What goes over the wire: the stored records plus everything that the service derives.

export function toWireUser(record: UserRecord, catalog: Catalog): Record<string, unknown> {
  const { tenants, extra, ...fields } = record;
  return {
    ...fields,
    externalIds: record.loginIds,
    userTenants: tenants.map(({ tenantId, roleNames }) => ({
      tenantId,
      tenantName: catalog.tenants.get(tenantId)?.name ?? '',
      roleNames,
      permissions: tenantPermissions(catalog, tenantId, roleNames),
    })),
    permissions: projectPermissions(catalog, record),
    editable: true,
    consentExpiration: 0,
    recoveryEmail: '',
    recoveryPhone: '',
    verifiedRecoveryEmail: false,
    verifiedRecoveryPhone: false,
    ...extra,
  };
}

export function toWireTenant(tenant: Tenant, catalog: Catalog): Record<string, unknown> {
  return { ...tenant, successors: catalog.successors(tenant.id) };
}

export function toWireRole(role: Role, switches: Switches): Record<string, unknown> {
  return withoutId(role, switches);
}

export function toWirePermission(permission: Permission, switches: Switches): Record<string, unknown> {
  return withoutId(permission, switches);
}

/** Older backends send no id with roles and permissions. */
function withoutId({ id, ...fields }: Role | Permission, switches: Switches): Record<string, unknown> {
  return switches.objectIds === 'present' ? { ...fields, id } : fields;
}
