import type { UserContext } from '../users/context.ts';
import { effectiveMemberships } from '../users/effective.ts';
import type { UserRecord } from '../users/records.ts';
import { shownMemberships, projectPermissions } from '../users/wire.ts';

/** The claims of a session that tell what somebody may do: a flat map of tenants, and roles of the project on top. */
export interface TokenView {
  readonly tenants: Readonly<
    Record<string, { readonly roles: readonly string[]; readonly permissions: readonly string[] }>
  >;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export function toTokenView(context: UserContext, user: UserRecord, withInherited: boolean): TokenView {
  const memberships = withInherited
    ? effectiveMemberships(user.tenants, context)
    : shownMemberships(user, { ...context, switches: { userTenants: 'direct' } });
  return {
    tenants: Object.fromEntries(
      memberships.map(({ tenantId, roleNames, permissions }) => [tenantId, { roles: roleNames, permissions }]),
    ),
    roles: user.roleNames,
    permissions: projectPermissions(context.roles, user),
  };
}
