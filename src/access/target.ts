import { bindingResourceId, type EntitlementRef, entitlementRef, roleResourceId } from '../model/ids.ts';
import type { Catalog } from './catalog.ts';
import type { Holding } from './holding.ts';

/**
 * The entitlement that stands for a holding: whoever is granted it holds exactly that. One of a derived binding says
 * besides who defines the role that came down, '' for the project: it is held by inheritance alone.
 */
export interface Target extends EntitlementRef, Holding {
  readonly roleTenantId?: string;
}

/**
 * The entitlement by which a holding is listed: a role name inside a tenant is the tenant's own role of that name, else
 * the project's role in that tenant. Undefined where neither is defined.
 */
export function targetOf(catalog: Catalog, { tenantId, roleName, appId }: Holding): Target | undefined {
  if (appId !== undefined) {
    return { typeId: 'application', resourceId: appId, slug: 'access', tenantId, roleName, appId };
  }
  const entitlement = refOf(catalog, { tenantId, roleName });
  return entitlement && { ...entitlement, tenantId, roleName };
}

function refOf(catalog: Catalog, { tenantId, roleName }: Holding): EntitlementRef | undefined {
  if (roleName === undefined) {
    return entitlementRef('tenant', tenantId);
  }
  if (catalog.role(tenantId, roleName) !== undefined) {
    return entitlementRef('role', roleResourceId({ tenantId, roleName }));
  }
  return catalog.role('', roleName) === undefined
    ? undefined
    : entitlementRef('role_binding', bindingResourceId(tenantId, roleName));
}
