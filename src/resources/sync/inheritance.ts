import type { Catalog } from '../../access/catalog.ts';

/**
 * The tenants above a tenant from which it may inherit, nearest first. A loop of parents ends where it would begin
 * anew.
 */
export function ancestorsOf(catalog: Catalog, tenantId: string): readonly string[] {
  const chain: string[] = [];
  let tenant = catalog.tenant(tenantId);
  while (
    tenant !== undefined &&
    tenant.parent !== '' &&
    tenant.roleInheritance !== 'none' &&
    !chain.includes(tenant.parent) &&
    tenant.parent !== tenantId
  ) {
    chain.push(tenant.parent);
    tenant = catalog.tenant(tenant.parent);
  }
  return chain;
}
