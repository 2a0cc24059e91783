import { Catalog, type ReadRows, readRows } from '../access/catalog.ts';
import { type CatalogList, listedRoles, listedTenants } from '../access/catalog-list.ts';
import { Inheritance, type InheritanceMode } from '../access/inheritance.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';

/** How old the lists may be when they allow a change. Before they forbid one they are read again. */
const maxAgeMs = 60_000;

export type ListRead = Pick<DescopeClient, 'readList'>;

/** What the changes of most types are judged by. */
export const standardLists: readonly CatalogList<unknown>[] = [listedTenants, listedRoles];

/** The lists that a change is judged by, and what flows down the tree that the tenants among them make. */
export interface Lists {
  readonly catalog: Catalog;
  readonly inheritance: Inheritance;
}

/** Reads the lists: `recent` reads them at most once a minute, `fresh` reads them now. */
export type LookUp = (freshness: 'recent' | 'fresh', call: CallOptions) => Promise<Lists>;

/** One for each set of lists, so that a change reads no list that says nothing about it; sets share what they read. */
export function createLookUps(
  reader: ListRead,
  now: () => number,
  mode: InheritanceMode,
): (lists?: readonly CatalogList<unknown>[]) => LookUp {
  const lookUps = new Map<readonly CatalogList<unknown>[], LookUp>();
  const lastReads = new Map<CatalogList<unknown>, LastRead>();
  return (lists = standardLists) => {
    const lookUp = lookUps.get(lists) ?? createLookUp(reader, now, mode, lists, lastReads);
    lookUps.set(lists, lookUp);
    return lookUp;
  };
}

interface LastRead {
  readonly read: ReadRows;
  readonly at: number;
}

function createLookUp(
  reader: ListRead,
  now: () => number,
  mode: InheritanceMode,
  needed: readonly CatalogList<unknown>[],
  lastReads: Map<CatalogList<unknown>, LastRead>,
): LookUp {
  let made: { readonly from: readonly ReadRows[]; readonly lists: Lists } | undefined;

  async function readNow(list: CatalogList<unknown>, call: CallOptions): Promise<ReadRows> {
    const at = now();
    let isUntold = false;
    const rows = await reader.readList(list.whole, { ...call, onNotOffered: () => void (isUntold = true) });
    const read = readRows(list, rows, isUntold);
    lastReads.set(list, { read, at });
    return read;
  }

  return async (freshness, call) => {
    const from = await Promise.all(
      needed.map(async (list) => {
        const last = lastReads.get(list);
        return freshness === 'recent' && last !== undefined && now() - last.at <= maxAgeMs
          ? last.read
          : await readNow(list, call);
      }),
    );
    if (made === undefined || from.some((read, place) => read !== made?.from[place])) {
      const catalog = new Catalog(from);
      made = { from, lists: { catalog, inheritance: new Inheritance(catalog.tenants, mode) } };
    }
    return made.lists;
  };
}
