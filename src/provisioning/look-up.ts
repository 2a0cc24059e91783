import { Catalog, readRows } from '../access/catalog.ts';
import { type CatalogList, listedRoles, listedTenants } from '../access/catalog-list.ts';
import { Inheritance, type InheritanceMode } from '../access/inheritance.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';

/** How old the lists may be when they allow a change. Before they forbid one they are read again. */
const maxAgeMs = 60_000;

export type ListRead = Pick<DescopeClient, 'readList'>;

/** What the changes of most types are judged by. */
const standardLists: readonly CatalogList<unknown>[] = [listedTenants, listedRoles];

/** The lists that a change is judged by, and what flows down the tree that the tenants among them make. */
export interface Lists {
  readonly catalog: Catalog;
  readonly inheritance: Inheritance;
}

/** Reads the lists: `recent` reads them at most once a minute, `fresh` reads them now. */
export type LookUp = (freshness: 'recent' | 'fresh', call: CallOptions) => Promise<Lists>;

/** One for each set of lists, so that a change reads no list that says nothing about it. */
export function createLookUps(
  reader: ListRead,
  now: () => number,
  mode: InheritanceMode,
): (lists?: readonly CatalogList<unknown>[]) => LookUp {
  const lookUps = new Map<readonly CatalogList<unknown>[], LookUp>();
  return (lists = standardLists) => {
    const lookUp = lookUps.get(lists) ?? createLookUp(reader, now, mode, lists);
    lookUps.set(lists, lookUp);
    return lookUp;
  };
}

function createLookUp(
  reader: ListRead,
  now: () => number,
  mode: InheritanceMode,
  needed: readonly CatalogList<unknown>[],
): LookUp {
  let last: { readonly lists: Lists; readonly at: number } | undefined;

  return async (freshness, call) => {
    if (freshness === 'recent' && last !== undefined && now() - last.at <= maxAgeMs) {
      return last.lists;
    }
    const at = now();
    const read = await Promise.all(needed.map(async (list) => readRows(list, await reader.readList(list.whole, call))));
    const catalog = new Catalog(read);
    last = { lists: { catalog, inheritance: new Inheritance(catalog.tenants, mode) }, at };
    return last.lists;
  };
}
