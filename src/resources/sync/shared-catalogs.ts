import { isDeepStrictEqual } from 'node:util';
import { Catalog, readRows } from '../../access/catalog.ts';
import type { CatalogList } from '../../access/catalog-list.ts';

/** Lets syncs that are under way at the same time hold what they read of the lists once. */
export interface Catalogs {
  /** The catalog, in the rows of the one before as far as they say the same; that one itself when all do. */
  share(catalog: Catalog): Catalog;
}

/**
 * Each sync reads the lists for itself: what another one read a minute ago may lack what is there now. Only what turns
 * out to be equal is kept once. `isWorthIt` tells whether there is anybody to share with: to compare takes time.
 */
export function createCatalogs(isWorthIt: () => boolean): Catalogs {
  let last: WeakRef<Catalog> | undefined;

  return {
    share: (catalog) => {
      const before = isWorthIt() ? last?.deref() : undefined;
      const shared = before === undefined ? catalog : inRowsOf(before, catalog);
      last = new WeakRef(shared);
      return shared;
    },
  };
}

function inRowsOf(before: Catalog, catalog: Catalog): Catalog {
  const shared = [...catalog.lists].map((list) =>
    readRows(list, rowsShared(before.rows(list), catalog.rows(list), list)),
  );
  const isSame = shared.every(({ list, rows }) => isSameList(rows, before.rows(list)));
  return isSame ? before : new Catalog(shared);
}

/** Rows with those of the list before in place of their equals; both are sorted by id. */
function rowsShared<Row>(before: readonly Row[], rows: readonly Row[], list: CatalogList<Row>): readonly Row[] {
  let place = 0;
  return rows.map((row) => {
    const id = list.idOf(row);
    let candidate = before[place];
    while (candidate !== undefined && list.idOf(candidate) < id) {
      place += 1;
      candidate = before[place];
    }
    return candidate !== undefined && isDeepStrictEqual(candidate, row) ? candidate : row;
  });
}

/** Both are sorted by the same key. */
function isSameList<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((row, place) => row === other[place]);
}
