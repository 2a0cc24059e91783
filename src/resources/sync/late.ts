import type { Catalog } from '../../access/catalog.ts';
import type { CatalogList } from '../../access/catalog-list.ts';
import type { ResourceRow } from '../../model/row.ts';
import type { CutCounter } from '../../model/text.ts';
import type { LateResources } from './sync-session.ts';

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
