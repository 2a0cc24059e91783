import { Catalog, readRows } from '../access/catalog.ts';
import { type CatalogList, listedRoles, listedTenants } from '../access/catalog-list.ts';
import { Inheritance, type InheritanceMode } from '../access/inheritance.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';

/** How old the lists may be when they allow a change. Before they forbid one they are read again. */
const maxAgeMs = 60_000;

export type ListRead = Pick<DescopeClient, 'readList'>;

/** Tenants and roles (no permissions), and what flows down the tree that the tenants make. */
export interface Lists {
  readonly catalog: Catalog;
  readonly inheritance: Inheritance;
}

/** Reads the lists: `recent` reads them at most once a minute, `fresh` reads them now. */
export type LookUp = (freshness: 'recent' | 'fresh', call: CallOptions) => Promise<Lists>;

export function createLookUp(reader: ListRead, now: () => number, mode: InheritanceMode): LookUp {
  let last: { readonly lists: Lists; readonly at: number } | undefined;

  return async (freshness, call) => {
    if (freshness === 'recent' && last !== undefined && now() - last.at <= maxAgeMs) {
      return last.lists;
    }
    const at = now();
    const needed: readonly CatalogList<unknown>[] = [listedTenants, listedRoles];
    const read = await Promise.all(needed.map(async (list) => readRows(list, await reader.readList(list.whole, call))));
    const catalog = new Catalog(read);
    last = { lists: { catalog, inheritance: new Inheritance(catalog.tenants, mode) }, at };
    return last.lists;
  };
}
