import { nameOfTenant } from '../model/names.ts';
import type { EntitlementRef } from '../model/ids.ts';
import { listedApplications, listedThirdPartyApps } from './app-lists.ts';
import type { Catalog } from './catalog.ts';
import type { Holding } from './holding.ts';

/** What people call a tenant: its name, or its id when it has none. */
export function tenantName(catalog: Catalog, tenantId: string): string {
  return nameOfTenant(tenantId, catalog.tenant(tenantId)?.name);
}

/** What people call a holding: "Acme", "Editor", "Editor in Acme", and the name of an application. */
export function nameOf(catalog: Catalog, { tenantId, roleName, appId }: Holding): string {
  if (appId !== undefined) {
    return catalog.row(listedApplications, appId)?.name.trim() || appId;
  }
  if (roleName === undefined) {
    return tenantName(catalog, tenantId);
  }
  return tenantId === '' ? roleName : `${roleName} in ${tenantName(catalog, tenantId)}`;
}

/** What people call what an entitlement gives: the holding, or the third-party app that was consented to. */
export function nameOfTarget(catalog: Catalog, target: EntitlementRef & Holding): string {
  const { typeId, resourceId } = target;
  return typeId === 'third_party_app'
    ? catalog.row(listedThirdPartyApps, resourceId)?.name.trim() || resourceId
    : nameOf(catalog, target);
}

/**
 * Names of the roles that can be held in a scope: the project's, and in a tenant its own. Computed anew at each call.
 */
export function roleNamesIn(catalog: Catalog, tenantId: string): readonly string[] {
  return [
    ...new Set(
      catalog.roles.filter((role) => role.tenantId === '' || role.tenantId === tenantId).map(({ name }) => name),
    ),
  ];
}

/** Ids of the tenants that define a role of this name themselves. */
export function tenantsDefining(catalog: Catalog, roleName: string): readonly string[] {
  return catalog.scopesDefining(roleName).filter((tenantId) => tenantId !== '');
}
