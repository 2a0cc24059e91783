import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FileIndex } from './file-index.ts';
import { type AccessPath, pathColumns, thingColumns, toPath } from './access-path.ts';
import { countsIn } from './access-rules.ts';
import { find } from './find.ts';
import { createWayPaths, gainersSql, heirsSql } from './inherited-paths.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';
import { hasPermission } from './ways.ts';

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
   * are no users, then who inherits it, and last those who hold the permission without a role. Read anew with every
   * call.
   */
  paths(): Generator<AccessPath>;
  /** Who will have it after the next login, and has it in no way yet. They are no holders, and counted nowhere. */
  gains(): Generator<AccessPath>;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface WhoCanOptions {
  /** Only what is held as it stands: nothing inherited, and nothing that the next login gives. */
  readonly directOnly?: boolean | undefined;
}

/** Something that confers the permission, and which ways there are to it. */
interface Conferring {
  readonly n: number;
  readonly isInherited: boolean;
  readonly isMapped: boolean;
}

/**
 * Who has a permission, through what, and where. In a tenant, that is whoever holds it there, whoever inherits it from a
 * tenant above, and whoever holds it in the whole project. Both are found by name as `find` does it, with its errors.
 */
export function whoCan(
  index: FileIndex,
  permissionAsked: string,
  tenantAsked?: string,
  { directOnly = false }: WhoCanOptions = {},
): WhoCan {
  const { database } = index;
  const { n: found, id: permission } = find(index, 'permission', permissionAsked);
  const tenant = tenantAsked === undefined ? undefined : find(index, 'tenant', tenantAsked);
  const things = conferringThings(database, Number(found), tenant?.id);
  const hasHeirs = !directOnly && things.some(({ isInherited }) => isInherited);
  const holders = database.prepare(
    `select ${pathColumns}, ? permission from holding h join user u on u.n = h.user join thing t on t.n = h.thing left join tenant e on e.id = t.tenant
     where h.thing = ? order by u.name, u.id`,
  );
  const heirs = hasHeirs ? heirsOf(database, permission) : undefined;
  const others = !index.hasOtherGrants
    ? undefined
    : otherHolders(
        database,
        { n: found, id: permission },
        things.map(({ n }) => n),
      );

  function* otherPaths(): Generator<AccessPath> {
    yield* others?.all() ?? [];
    for (const { n } of things.filter(({ isInherited }) => isInherited)) {
      yield* heirs?.keys(n) ?? [];
    }
  }

  return {
    permission,
    tenant,
    ways: things.length,
    counts: () => countUsers(database, Number(found), tenant?.id, hasHeirs),
    otherCounts: () => {
      let held = 0;
      const principals = new Set<string>();
      for (const { principal } of otherPaths()) {
        held += 1;
        principals.add(JSON.stringify([principal?.type, principal?.id]));
      }
      return { principals: principals.size, held };
    },
    *paths() {
      for (const { n, isInherited } of things) {
        for (const row of holders.iterate(permission, n)) {
          yield toPath(row);
        }
        yield* others?.of(n) ?? [];
        if (isInherited && heirs !== undefined) {
          yield* heirs.users(n);
          yield* heirs.keys(n);
        }
      }
      yield* others?.direct() ?? [];
    },
    *gains() {
      const mapped = directOnly ? [] : things.filter(({ isMapped }) => isMapped);
      if (mapped.length === 0) {
        return;
      }
      const ways = createWayPaths(database);
      const { members, others: everyone } = gainersSql(`not ${hasPermission(Number(found))}`);
      for (const { n } of mapped) {
        for (const statement of [members, everyone].map((sql) => database.prepare(sql))) {
          for (const row of statement.iterate(permission, n)) {
            yield ways.gained(row);
          }
        }
      }
    },
  };
}

/** What confers a permission where it was asked for, by place. */
function conferringThings(database: DatabaseSync, permission: number, tenantId?: string): readonly Conferring[] {
  return database
    .prepare(
      `select t.n n, nullif(t.tenant, '') place, exists (select 1 from inherits where thing = t.n) inherited, exists (select 1 from maps where thing = t.n) mapped
       from confers c join thing t on t.n = c.thing left join tenant e on e.id = t.tenant
       where c.permission = ? order by t.tenant <> '', e.name, t.tenant, t.role, t.kind, t.id`,
    )
    .all(permission)
    .filter(({ place }) => countsIn(place ?? undefined, tenantId))
    .map(({ n, inherited, mapped }) => ({ n: Number(n), isInherited: inherited === 1, isMapped: mapped === 1 }));
}

function countUsers(
  database: DatabaseSync,
  permission: number,
  tenantId: string | undefined,
  hasHeirs: boolean,
): { readonly users: number; readonly held: number } {
  const conferring = `select c.thing from confers c join thing t on t.n = c.thing where c.permission = ${permission}${tenantId === undefined ? '' : " and t.tenant in ('', ?)"}`;
  const heirs = `union all select h.user from inherits i join holding h on h.thing = i.source where i.thing in (select thing from conferring)`;
  const row = database
    .prepare(
      `with conferring(thing) as (${conferring}), had(user) as (select user from holding where thing in (select thing from conferring) ${hasHeirs ? heirs : ''})
       select count(distinct user) users, count(*) held from had`,
    )
    .get(...(tenantId === undefined ? [] : [tenantId]));
  return { users: Number(row?.['users'] ?? 0), held: Number(row?.['held'] ?? 0) };
}

/** Who inherits a thing. */
function heirsOf(
  database: DatabaseSync,
  permission: string,
): {
  readonly users: (thing: number) => Generator<AccessPath>;
  readonly keys: (thing: number) => Generator<AccessPath>;
} {
  const ways = createWayPaths(database);
  function* pathsOf(statement: StatementSync, thing: number): Generator<AccessPath> {
    for (const row of statement.iterate(permission, thing)) {
      yield ways.inherited(row);
    }
  }
  const [users, keys] = [database.prepare(heirsSql.users), database.prepare(heirsSql.keys)];
  return { users: (thing) => pathsOf(users, thing), keys: (thing) => pathsOf(keys, thing) };
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
      const way = principal.type === 'access_key' ? 'key' : 'direct';
      yield { ...toPath({ ...row, permission: id }), user: thingInWords(principal), principal, way };
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
