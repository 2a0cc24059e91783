import type { FileIndex } from './file-index.ts';
import { type AccessPath, pathColumns, toPath } from './access-path.ts';
import { countsIn } from './access-rules.ts';
import { find } from './find.ts';

export interface WhoCan {
  readonly permission: string;
  /** The tenant that was asked for. */
  readonly tenant: Named | undefined;
  /** Roles and bindings that confer the permission there, held or not. */
  readonly ways: number;
  /** Users who have it, each counted once, and ways in which they have it, one for each row. */
  counts(): { readonly users: number; readonly held: number };
  /** By where it holds (whole project first, then tenants by name), role and user. Read anew with every call. */
  paths(): Generator<AccessPath>;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Who has a permission, through what, and where. In a tenant, that is whoever holds it there, and whoever holds it in the
 * whole project. Both are found by name as `find` does it, with its errors.
 */
export function whoCan(index: FileIndex, permissionAsked: string, tenantAsked?: string): WhoCan {
  const { database } = index;
  const { n: found, id: permission } = find(index, 'permission', permissionAsked);
  const tenant = tenantAsked === undefined ? undefined : find(index, 'tenant', tenantAsked);
  const things = database
    .prepare(
      `select t.n n, nullif(t.tenant, '') place from confers c join thing t on t.n = c.thing left join tenant e on e.id = t.tenant
       where c.permission = ? order by t.tenant <> '', e.name, t.tenant, t.role, t.kind`,
    )
    .all(found)
    .filter(({ place }) => countsIn(place ?? undefined, tenant?.id))
    .map(({ n }) => Number(n));
  const holders = database.prepare(
    `select ${pathColumns}, ? permission from holding h join user u on u.n = h.user join thing t on t.n = h.thing left join tenant e on e.id = t.tenant
     where h.thing = ? order by u.name, u.id`,
  );
  return {
    permission,
    tenant,
    ways: things.length,
    counts: () => {
      const inThese = `from holding where thing in (${things.join(', ') || 'null'})`; // numbers of our own
      return {
        users: numberOf(database.prepare(`select count(distinct user) n ${inThese}`).get()),
        held: numberOf(database.prepare(`select count(*) n ${inThese}`).get()),
      };
    },
    *paths() {
      for (const thing of things) {
        for (const row of holders.iterate(permission, thing)) {
          yield toPath(row);
        }
      }
    },
  };
}

function numberOf(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(row?.['n'] ?? 0);
}
