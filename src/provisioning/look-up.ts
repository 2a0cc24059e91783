import { Catalog, readRows } from '../access/catalog.ts';
import { type CatalogList, listedRoles, listedTenants } from '../access/catalog-list.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';

/** How old the lists may be when they allow a change. Before they forbid one they are read again. */
const maxAgeMs = 60_000;

export type ListRead = Pick<DescopeClient, 'readList'>;

/** Reads tenants and roles (no permissions): `recent` reads them at most once a minute, `fresh` reads them now. */
export type LookUp = (freshness: 'recent' | 'fresh', call: CallOptions) => Promise<Catalog>;

export function createLookUp(lists: ListRead, now: () => number): LookUp {
  let last: { readonly catalog: Catalog; readonly at: number } | undefined;

  return async (freshness, call) => {
    if (freshness === 'recent' && last !== undefined && now() - last.at <= maxAgeMs) {
      return last.catalog;
    }
    const at = now();
    const needed: readonly CatalogList<unknown>[] = [listedTenants, listedRoles];
    const read = await Promise.all(needed.map(async (list) => readRows(list, await lists.readList(list.whole, call))));
    last = { catalog: new Catalog(read), at };
    return last.catalog;
  };
}
