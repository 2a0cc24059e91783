import { isDeepStrictEqual } from 'node:util';
import { Catalog } from '../access/catalog.ts';

/** Lets syncs that are under way at the same time hold what they read of the three lists once. */
export interface Catalogs {
  /** The catalog, in the rows of the one before as far as they say the same; that one itself when all do. */
  share(catalog: Catalog): Catalog;
}

/**
 * Each sync reads the lists for itself: what another one read a minute ago may lack what is there now. Only what turns out
 * to be equal is kept once. `isWorthIt` tells whether there is anybody to share with: to compare takes time.
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

function inRowsOf(before: Catalog, { tenants, roles, permissions }: Catalog): Catalog {
  const shared = {
    tenants: rowsOf(tenants, ({ id }) => before.tenant(id)),
    roles: rowsOf(roles, ({ tenantId, name }) => before.role(tenantId, name)),
    permissions: rowsOf(permissions, ({ name }) => before.permission(name)),
  };
  const isSame =
    isSameList(shared.tenants, before.tenants) &&
    isSameList(shared.roles, before.roles) &&
    isSameList(shared.permissions, before.permissions);
  return isSame ? before : new Catalog(shared.tenants, shared.roles, shared.permissions);
}

function rowsOf<T>(rows: readonly T[], rowBefore: (row: T) => T | undefined): readonly T[] {
  return rows.map((row) => {
    const before = rowBefore(row);
    return before !== undefined && isDeepStrictEqual(before, row) ? before : row;
  });
}

/** Both are sorted by the same key. */
function isSameList<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((row, place) => row === other[place]);
}
