import type { Roles } from '../roles.ts';
import type { Tenants } from '../tenants.ts';
import type { Membership } from './records.ts';

/** A membership and what its roles permit, as a user's record or a token shows it. */
export interface EffectiveMembership extends Membership {
  readonly permissions: readonly string[];
}

/** Names of the permissions that roles held inside a tenant bring along there. */
export function tenantPermissions(roles: Roles, tenantId: string, roleNames: readonly string[]): string[] {
  return [...new Set(roleNames.flatMap((name) => roles.inside(tenantId, name)?.permissionNames ?? []))];
}

/**
 * What somebody with these memberships has in every tenant, those below included; direct memberships come first. An
 * inherited role permits what it permits where it is held, also where the tenant below has a role of the same name.
 */
export function effectiveMemberships(
  direct: readonly Membership[],
  { tenants, roles }: { readonly tenants: Tenants; readonly roles: Roles },
): readonly EffectiveMembership[] {
  const held = direct.map(({ tenantId, roleNames }) => ({
    tenantId,
    roleNames,
    permissions: tenantPermissions(roles, tenantId, roleNames),
  }));
  const inherited = held.flatMap(({ tenantId, roleNames, permissions }) =>
    tenants
      .heirs(tenantId)
      .map((heir) =>
        heir.withRoles
          ? { tenantId: heir.tenantId, roleNames, permissions }
          : { tenantId: heir.tenantId, roleNames: [], permissions: [] },
      ),
  );
  const byTenant = Map.groupBy([...held, ...inherited], ({ tenantId }) => tenantId);
  return [...byTenant].map(([tenantId, entries]) => ({
    tenantId,
    roleNames: [...new Set(entries.flatMap(({ roleNames }) => roleNames))],
    permissions: [...new Set(entries.flatMap(({ permissions }) => permissions))],
  }));
}
