import type { Roles } from '../roles.ts';
import type { Tenants } from '../tenants.ts';
import { effectiveMemberships, tenantPermissions } from './effective.ts';
import type { EffectiveMembership } from './effective.ts';
import type { UserRecord } from './records.ts';
import type { UserSwitches } from './switches.ts';

/** The other families from which the wire form of a user is derived: names of tenants, permissions of roles. */
export interface UserNames {
  readonly tenants: Tenants;
  readonly roles: Roles;
  readonly switches: Pick<UserSwitches, 'userTenants'>;
}

interface WireMembership extends EffectiveMembership {
  readonly tenantName: string;
}

/** Rises whenever the wire form of a user may change although the user did not. */
export function versionOf({ tenants, roles }: UserNames): number {
  return tenants.version + roles.version;
}

/** What goes over the wire: the stored record plus everything that the service derives. */
export function toWireUser(record: UserRecord, names: UserNames): Record<string, unknown> {
  const { tenants: _tenants, extra, ...fields } = record;
  return {
    ...fields,
    externalIds: record.loginIds,
    userTenants: shownMemberships(record, names),
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

/** The memberships that a record shows: the direct ones, and those inherited where the switch says so. */
export function shownMemberships({ tenants }: UserRecord, names: UserNames): readonly WireMembership[] {
  const shown =
    names.switches.userTenants === 'direct'
      ? tenants.map(({ tenantId, roleNames }) => ({
          tenantId,
          roleNames,
          permissions: tenantPermissions(names.roles, tenantId, roleNames),
        }))
      : effectiveMemberships(tenants, names);
  return shown.map(({ tenantId, roleNames, permissions }) => ({
    tenantId,
    tenantName: names.tenants.get(tenantId)?.name ?? '',
    roleNames,
    permissions,
  }));
}
