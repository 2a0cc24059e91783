import { edgeRow } from './edge-row.ts';
import { type EntitledTypeId, entitlementId, entitlementRef, type ResourceRef } from './ids.ts';
import type { GrantRow } from './row.ts';

/** A role, or a role inside a tenant: what confers a permission. */
export interface ConferringRef extends ResourceRef {
  readonly typeId: Extract<EntitledTypeId, 'role' | 'role_binding'>;
  /** Where it counts; '' for the whole project. */
  readonly tenantId: string;
}

/**
 * A permission granted to a role or a binding, passed on to those of the named types who hold that directly. Where it
 * holds in one tenant only, the tenant is said in GrantMetadata: an expanded grant tells that somebody can, not where.
 */
export function conferringGrantRow(
  permissionName: string,
  by: ConferringRef,
  holderTypeIds: readonly string[],
): GrantRow {
  const entitlement = entitlementRef('permission', permissionName);
  const passedOn = { entitlementId: entitlementId(by.typeId, by.id), typeIds: holderTypeIds };
  // Two calls instead of a spread: there are up to millions of these rows.
  return by.tenantId === ''
    ? edgeRow({ entitlement, principal: by, passedOn })
    : edgeRow({ entitlement, principal: by, passedOn, metadata: { tenant_id: by.tenantId } });
}
