import {
  bindingResourceId,
  entitlementId,
  parseBindingResourceId,
  parseRoleResourceId,
  roleResourceId,
} from '../model/ids.ts';
import type { Catalog } from './catalog.ts';
import type { Holding } from './holding.ts';

/** A type whose resources are held by what a record shows: a membership or a role. */
export type HeldTypeId = 'tenant' | 'role' | 'role_binding';

/** The resource whose entitlement stands for a holding. */
export interface Target extends Holding {
  readonly typeId: HeldTypeId;
  readonly resourceId: string;
}

/** What a resource id says is held, by its form alone; undefined for an id that no resource of the type can have. */
export function holdingOf(typeId: HeldTypeId, resourceId: string): Holding | undefined {
  switch (typeId) {
    case 'tenant':
      return { tenantId: resourceId, roleName: undefined };
    case 'role':
      return parseRoleResourceId(resourceId);
    case 'role_binding':
      return parseBindingResourceId(resourceId);
  }
}

/**
 * The resource that a holding is listed under: a role name inside a tenant is the tenant's own role of that name, else the
 * project's role in that tenant. Undefined where neither is defined.
 */
export function targetOf(catalog: Catalog, { tenantId, roleName }: Holding): Target | undefined {
  if (roleName === undefined) {
    return { typeId: 'tenant', resourceId: tenantId, tenantId, roleName };
  }
  if (catalog.role(tenantId, roleName) !== undefined) {
    return { typeId: 'role', resourceId: roleResourceId({ tenantId, roleName }), tenantId, roleName };
  }
  return catalog.role('', roleName) === undefined
    ? undefined
    : { typeId: 'role_binding', resourceId: bindingResourceId(tenantId, roleName), tenantId, roleName };
}

/** The id of the entitlement that stands for the holding. */
export function entitlementIdOf({ typeId, resourceId }: Pick<Target, 'typeId' | 'resourceId'>): string {
  return entitlementId(typeId, resourceId);
}
