import { bindingResourceId, entitlementId, roleResourceId } from '../model/ids.ts';
import type { Catalog } from './catalog.ts';
import type { Holding } from './holding.ts';

/** A type whose resources are held by what a record shows: a membership or a role. */
export type HeldTypeId = 'tenant' | 'role' | 'role_binding';

/** The entitlement that stands for a holding: whoever is granted it holds exactly that. */
export interface Target extends Holding {
  readonly typeId: HeldTypeId;
  readonly resourceId: string;
  readonly slug: string;
}

/**
 * The entitlement by which a holding is listed: a role name inside a tenant is the tenant's own role of that name, else the
 * project's role in that tenant. Undefined where neither is defined.
 */
export function targetOf(catalog: Catalog, { tenantId, roleName }: Holding): Target | undefined {
  if (roleName === undefined) {
    return { typeId: 'tenant', resourceId: tenantId, slug: 'member', tenantId, roleName };
  }
  if (catalog.role(tenantId, roleName) !== undefined) {
    return { typeId: 'role', resourceId: roleResourceId({ tenantId, roleName }), slug: 'assigned', tenantId, roleName };
  }
  return catalog.role('', roleName) === undefined
    ? undefined
    : {
        typeId: 'role_binding',
        resourceId: bindingResourceId(tenantId, roleName),
        slug: 'assigned',
        tenantId,
        roleName,
      };
}

export function entitlementIdOf({ typeId, resourceId }: Pick<Target, 'typeId' | 'resourceId'>): string {
  return entitlementId(typeId, resourceId);
}
