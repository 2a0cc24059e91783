import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FileIndex } from './file-index.ts';
import { type AccessPath, pathColumns, thingColumns, toPath } from './access-path.ts';
import { countsIn } from './access-rules.ts';
import { find } from './find.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './unknown-rows.ts';

export interface WhoCan {
  readonly permission: string;
  /** The tenant that was asked for. */
  readonly tenant: Named | undefined;
  /** Roles and bindings that confer the permission there, held or not. */
  readonly ways: number;
  /** Users who have it, each counted once, and ways in which they have it, one for each row. */
  counts(): { readonly users: number; readonly held: number };
  /** The same of principals that are no users. */
  otherCounts(): { readonly principals: number; readonly held: number };
  /**
   * By where it holds (whole project first, then tenants by name), role and user; behind the users of a role those who
   * are no users, and last those who hold the permission without a role. Read anew with every call.
   */
  paths(): Generator<AccessPath>;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Who has a permission, through what, and where. In a tenant, that is whoever holds it there, and whoever holds it in
 * the whole project. Both are found by name as `find` does it, with its errors.
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
  const others = index.unknown === undefined ? undefined : otherHolders(database, { n: found, id: permission }, things);
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
    otherCounts: () => {
      let held = 0;
      const principals = new Set<string>();
      for (const { principal } of others?.all() ?? []) {
        held += 1;
        principals.add(JSON.stringify([principal?.type, principal?.id]));
      }
      return { principals: principals.size, held };
    },
    *paths() {
      for (const thing of things) {
        for (const row of holders.iterate(permission, thing)) {
          yield toPath(row);
        }
        yield* others?.of(thing) ?? [];
      }
      yield* others?.direct() ?? [];
    },
  };
}

/**
 * Holders who are no users: of a thing, of the permission itself where they hold nothing that confers it, and all of
 * them.
 */
interface OtherHolders {
  of(thing: number): Generator<AccessPath>;
  direct(): Generator<AccessPath>;
  all(): Generator<AccessPath>;
}

function otherHolders(
  database: DatabaseSync,
  { n, id }: { readonly n: number | string; readonly id: string },
  things: readonly number[],
): OtherHolders {
  const select = (condition: string): StatementSync =>
    database.prepare(
      `select g.to_type principal_type, g.to_id principal_id, o.name principal_name, ${thingColumns}
       from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant left join other o on o.type = g.to_type and o.id = g.to_id
       where g.thing = ? ${condition} order by g.to_type, o.name, g.to_id`,
    );
  const holders = select('');
  const withoutRole = select(
    `and not exists (select 1 from other_grant r join confers c on c.thing = r.thing where r.to_type = g.to_type and r.to_id = g.to_id and c.permission = g.thing)`,
  );
  function* pathsOf(statement: StatementSync, thing: number | string): Generator<AccessPath> {
    for (const row of statement.iterate(thing)) {
      const principal = typedThingIn(row, 'principal');
      yield { ...toPath({ ...row, permission: id }), user: thingInWords(principal), principal };
    }
  }
  return {
    of: (thing) => pathsOf(holders, thing),
    direct: () => pathsOf(withoutRole, n),
    *all() {
      for (const thing of things) {
        yield* pathsOf(holders, thing);
      }
      yield* pathsOf(withoutRole, n);
    },
  };
}

function numberOf(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(row?.['n'] ?? 0);
}
