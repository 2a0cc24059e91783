import type { Roles } from '../roles.ts';
import type { Tenants } from '../tenants.ts';
import type { UserRecord } from './records.ts';

/** The other families from which the wire form of a user is derived: names of tenants, permissions of roles. */
export interface UserNames {
  readonly tenants: Tenants;
  readonly roles: Roles;
}

/** Rises whenever the wire form of a user may change although the user did not. */
export function versionOf({ tenants, roles }: UserNames): number {
  return tenants.version + roles.version;
}

/** What goes over the wire: the stored record plus everything that the service derives. */
export function toWireUser(record: UserRecord, names: UserNames): Record<string, unknown> {
  const { tenants, extra, ...fields } = record;
  return {
    ...fields,
    externalIds: record.loginIds,
    userTenants: tenants.map(({ tenantId, roleNames }) => ({
      tenantId,
      tenantName: names.tenants.get(tenantId)?.name ?? '',
      roleNames,
      permissions: tenantPermissions(names.roles, tenantId, roleNames),
    })),
    permissions: projectPermissions(names.roles, record),
    editable: true,
    consentExpiration: 0,
    recoveryEmail: '',
    recoveryPhone: '',
    verifiedRecoveryEmail: false,
    verifiedRecoveryPhone: false,
    ...extra,
  };
}

/** Names of the permissions that a user has through roles held project-wide. */
export function projectPermissions(roles: Roles, record: UserRecord): string[] {
  return [...new Set(record.roleNames.flatMap((name) => roles.get(name, '')?.permissionNames ?? []))];
}

/** Names of the permissions that roles held inside a tenant bring along there. */
export function tenantPermissions(roles: Roles, tenantId: string, roleNames: readonly string[]): string[] {
  return [...new Set(roleNames.flatMap((name) => roles.inside(tenantId, name)?.permissionNames ?? []))];
}
