import type { Catalog } from '../access/catalog.ts';
import { listedRoles, listedTenants } from '../access/catalog-list.ts';
import type { Tenant } from '../descope/tenants.ts';
import { partsOfId } from '../model/ids.ts';
import type { ResourceRow } from '../model/row.ts';
import type { ResourceType } from './resource-type.ts';
import { lateOfTenants } from './sync/late.ts';
import type { SyncSession } from './sync/sync-session.ts';
import type { TenantFamily } from './sync/tenant-family.ts';
import { tenantPage, tenantsBeneath } from './sync/tenant-page.ts';

type TenantRows = (
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
) => Promise<readonly ResourceRow[]>;

/**
 * How a type is read and listed whose resources are found tenant by tenant. Its ids have so many parts, the first of
 * which is the tenant's id.
 */
export function listedByTenant(
  typeId: string,
  partsInId: number,
  families: readonly TenantFamily<unknown>[],
  rowsOf: TenantRows,
): Pick<ResourceType, 'reads' | 'lists' | 'tenantFamilies' | 'parentTypeIds' | 'list' | 'get'> &
  Required<Pick<ResourceType, 'late'>> {
  return {
    reads: [listedTenants.whole.endpoint, ...families.flatMap(({ calls }) => calls().map(({ endpoint }) => endpoint))],
    lists: [listedTenants, listedRoles],
    tenantFamilies: families,
    parentTypeIds: ['tenant'],
    list: async (session, { parent, ...request }) => {
      const catalog = await session.beginListing(typeId, request.signal);
      return await tenantPage(session, request, {
        tenants: tenantsBeneath(catalog.tenants, parent),
        families,
        rowsOf: async (tenant, signal) => (await rowsOf(session, catalog, tenant, signal)).map((row) => [row.id, row]),
      });
    },
    get: async (session, id, signal) => {
      const catalog = await session.catalog(signal);
      const [tenantId = ''] = partsOfId(id, partsInId) ?? [];
      const tenant = catalog.tenant(tenantId);
      return tenant && (await rowsOf(session, catalog, tenant, signal)).find((row) => row.id === id);
    },
    late: lateOfTenants(typeId, rowsOf),
  };
}
