import type { Catalog } from '../../access/catalog.ts';
import type { CatalogList } from '../../access/catalog-list.ts';
import type { ResourceRow } from '../../model/row.ts';
import type { CutCounter } from '../../model/text.ts';
import type { Tenant } from '../../descope/tenants.ts';
import type { LateResources, SyncSession } from './sync-session.ts';

/** What a second look adds to a type whose resources are the rows of one list. */
export function lateRows<Row>(
  list: CatalogList<Row>,
  toRow: (row: Row, cuts: CutCounter, catalog: Catalog) => ResourceRow,
): LateResources {
  return ({ listedEarly, cuts }, { catalog, firstCatalog }) =>
    (listedEarly.has(list.typeId) ? catalog.rows(list) : [])
      .filter((row) => firstCatalog.row(list, list.idOf(row)) === undefined)
      .map((row) => toRow(row, cuts, catalog));
}

/** The same for a type whose resources are made tenant by tenant: those of the tenants that a second look adds. */
export function lateOfTenants(
  typeId: string,
  rowsOf: (
    session: SyncSession,
    catalog: Catalog,
    tenant: Tenant,
    signal?: AbortSignal,
  ) => Promise<readonly ResourceRow[]>,
): LateResources {
  return async (session, { catalog, firstCatalog }, signal) => {
    const added = session.listedEarly.has(typeId)
      ? catalog.tenants.filter(({ id }) => firstCatalog.tenant(id) === undefined)
      : [];
    return (await Promise.all(added.map((tenant) => rowsOf(session, catalog, tenant, signal)))).flat();
  };
}
