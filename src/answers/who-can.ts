import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { isFoundingType } from '../model/ids.ts';
import { Marks } from '../model/marks.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import type { FileIndex } from './file-index.ts';
import { type AccessPath, pathColumns, textIn, thingColumns, toPath } from './access-path.ts';
import { countsIn } from './access-rules.ts';
import { find, type Found } from './find.ts';
import { findHeld } from './find-held.ts';
import { createWayPaths, gainersSql, heirsSql } from './inherited-paths.ts';
import { type TypedThing, thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';
import { hasPermission, hasThing } from './ways.ts';
import { holdersOf, isKey, notesOf, type ThingNotes } from './who-holds.ts';

export interface WhoCan {
  /** What was asked about. */
  readonly asked: TypedThing;
  /** Others of the same name, as `type:id`. */
  readonly also: readonly string[];
  /** The permission that was asked about; '' for anything else. */
  readonly permission: string;
  /** The tenant that was asked for. */
  readonly tenant: Named | undefined;
  /** Roles and bindings that confer the permission there, held or not; 1 for what is held itself. */
  readonly ways: number;
  /** What is to be said besides of a thing of another type. */
  readonly notes: ThingNotes | undefined;
  /** Users who have it, each counted once, and ways in which they have it, one for each row. */
  counts(): { readonly users: number; readonly held: number };
  /** The same of principals that are no users. */
  otherCounts(): { readonly principals: number; readonly held: number };
  /** How many of these principals are of each type. */
  othersByType(): Readonly<Record<string, number>>;
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

/** Something that confers the permission, or is what was asked about itself, and which ways there are to it. */
interface Conferring {
  readonly n: number;
  readonly isInherited: boolean;
  readonly isMapped: boolean;
}

/**
 * Who has something, through what, and where: a permission, a role, a membership, an application. In a tenant, that is
 * whoever holds it there, whoever inherits it from a tenant above, and whoever holds it in the whole project. All are
 * found by name as `find` does it, with its errors; a role inside a tenant by the id that grants have, `acme/Editor`.
 */
export function whoCan(
  index: FileIndex,
  wordsAsked: string,
  tenantNamed?: string,
  options: WhoCanOptions = {},
): WhoCan {
  const [found, tenantAsked] = findHeld(index, wordsAsked, tenantNamed);
  const asked = { type: found.type, id: found.id, name: found.name };
  if (!isFoundingType(found.type)) {
    if (tenantAsked !== undefined) {
      const what = typeInWords(found.type);
      throw new ConnectorError(
        'config',
        `--tenant is for permissions and roles: ${what} ${found.name} belongs to no tenant`,
      );
    }
    return { ...whoHolds(index, asked), also: found.also };
  }
  return { ...whoHasThing(index, found, asked, tenantAsked, options), also: found.also };
}

/** Who holds a thing of another type. */
function whoHolds({ database, usersWithout }: FileIndex, asked: TypedThing): Omit<WhoCan, 'also'> {
  const paths = (): Generator<AccessPath> => holdersOf(database, asked);
  return {
    asked,
    permission: '',
    tenant: undefined,
    ways: 1,
    notes: notesOf(database, asked, usersWithout),
    counts: () => {
      let held = 0;
      const users = new Set<string>();
      for (const { principal, userId } of paths()) {
        if (principal === undefined) {
          held += 1;
          users.add(userId);
        }
      }
      return { users: users.size, held };
    },
    ...countOthers(paths),
    paths,
    *gains() {
      // no login gives anything of another type
    },
  };
}

function whoHasThing(
  index: FileIndex,
  { n: found }: Found,
  asked: TypedThing,
  tenantAsked: string | undefined,
  { directOnly = false }: WhoCanOptions,
): Omit<WhoCan, 'also'> {
  const { database } = index;
  const permission = asked.type === 'permission' ? asked.id : '';
  const tenant = tenantAsked === undefined ? undefined : find(index, 'tenant', tenantAsked);
  const conferring = givingSql(database, asked.type, found);
  const things = conferringThings(database, conferring, tenant?.id);
  const hasHeirs = !directOnly && things.some(({ isInherited }) => isInherited);
  const holders = holdersIn(index, permission);
  const heirs = hasHeirs ? heirsOf(database, permission) : undefined;
  const keysOf = boundKeysIn(index);
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
    asked,
    permission,
    tenant,
    ways: things.length,
    notes: undefined,
    counts: () => countUsers(database, conferring, tenant?.id, hasHeirs),
    ...countOthers(otherPaths),
    *paths() {
      for (const { n, isInherited } of things) {
        for (const row of holders(n)) {
          yield keysOf(toPath(row));
        }
        yield* others?.of(n) ?? [];
        if (isInherited && heirs !== undefined) {
          for (const path of heirs.users(n)) {
            yield keysOf(path);
          }
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
      const hasIt = asked.type === 'permission' ? hasPermission(found) : hasThing;
      const { members, others: everyone } = gainersSql(`not ${hasIt}`);
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

/** Of so many holders the first ones are found by going through all users in the order of their names. */
const manyHolders = 5_000;
const firstHolders = 200;

/** The holders of a thing, by name: rows of `pathColumns`. */
function holdersIn(
  { database, isByName = false }: FileIndex,
  permission: string,
): (thing: number) => Generator<Readonly<Record<string, unknown>>> {
  const select = (from: string): StatementSync =>
    database.prepare(
      `select ${pathColumns}, ?1 permission from ${from} join thing t on t.n = h.thing left join tenant e on e.id = t.tenant
       where h.thing = ?2 order by u.name, u.id limit ?3 offset ?4`,
    );
  const sorted = select('holding h join user u on u.n = h.user');
  const walked = isByName ? select('user u cross join holding h on h.user = u.n') : undefined;
  const count = database.prepare('select count(*) n from (select 1 from holding where thing = ? limit ?)');
  return function* holdersOfThing(thing) {
    let told = 0;
    if (walked !== undefined && Number(count.get(thing, manyHolders)?.['n']) === manyHolders) {
      told = firstHolders;
      yield* walked.iterate(permission, thing, firstHolders, 0);
    }
    yield* sorted.iterate(permission, thing, -1, told);
  };
}

/** Counts principals that are no users. */
function countOthers(paths: () => Iterable<AccessPath>): Pick<WhoCan, 'otherCounts' | 'othersByType'> {
  function count(): { readonly held: number; readonly byType: ReadonlyMap<string, ReadonlySet<string>> } {
    let held = 0;
    const byType = new Map<string, Set<string>>();
    for (const { principal } of paths()) {
      if (principal !== undefined) {
        held += 1;
        byType.set(principal.type, (byType.get(principal.type) ?? new Set()).add(principal.id));
      }
    }
    return { held, byType };
  }
  return {
    otherCounts: () => {
      const { held, byType } = count();
      return { principals: byType.values().reduce((sum, ids) => sum + ids.size, 0), held };
    },
    othersByType: () => Object.fromEntries(Array.from(count().byType, ([type, ids]) => [type, ids.size])),
  };
}

/**
 * The numbers, as SQL, of what gives somebody a thing of the access model: what confers a permission, or the thing itself
 * and a role wherever it is held or inherited.
 */
export function givingSql(database: DatabaseSync, type: string, n: number): string {
  return type === 'permission' ? conferringSql(n) : sameThingSql(database, n);
}

/** The numbers of what confers a permission. */
function conferringSql(permission: number): string {
  return `select thing from confers where permission = ${permission}`;
}

/** The numbers of a thing itself, and of a role wherever it is held or inherited: a tenant's own role is another one. */
function sameThingSql(database: DatabaseSync, n: number): string {
  const isRole = database.prepare("select 1 from thing where n = ? and kind = 'role'").get(n) !== undefined;
  const bindings =
    `select b.n from thing b join thing r on r.n = ${n} where b.kind = 'binding' and b.role = r.role and ` +
    `coalesce(b.role_tenant, '') = r.tenant`;
  return `select ${n}${isRole ? ` union all ${bindings}` : ''}`;
}

/** What confers a permission where it was asked for, by place. */
function conferringThings(database: DatabaseSync, conferring: string, tenantId?: string): readonly Conferring[] {
  return database
    .prepare(
      `select t.n n, nullif(t.tenant, '') place, exists (select 1 from inherits where thing = t.n) inherited, exists (select 1 from maps where thing = t.n) mapped
       from thing t left join tenant e on e.id = t.tenant
       where t.n in (${conferring}) order by t.tenant <> '', e.name, t.tenant, t.role, t.kind, t.id`,
    )
    .all()
    .filter(({ place }) => countsIn(place ?? undefined, tenantId))
    .map(({ n, inherited, mapped }) => ({ n: Number(n), isInherited: inherited === 1, isMapped: mapped === 1 }));
}

function countUsers(
  database: DatabaseSync,
  conferring: string,
  tenantId: string | undefined,
  hasHeirs: boolean,
): { readonly users: number; readonly held: number } {
  const there =
    tenantId === undefined ? conferring : `select n from thing where n in (${conferring}) and tenant in ('', ?)`;
  const heirs =
    'union all select h.user from inherits i join holding h on h.thing = i.source where i.thing in (select thing ' +
    'from conferring)';
  addCountOfNumbers(database);
  const row = database
    .prepare(
      `with conferring(thing) as (${there}), had(user) as (select user from holding where thing in (select thing from conferring) ${hasHeirs ? heirs : ''})
       select count_of_numbers(user) users, count(*) held from had`,
    )
    .get(...(tenantId === undefined ? [] : [tenantId]));
  return { users: Number(row?.['users'] ?? 0), held: Number(row?.['held'] ?? 0) };
}

/**
 * Makes `count_of_numbers` known to the database: how many different numbers there are. SQLite's own `count(distinct)` sorts
 * them, which takes longer than to find them.
 */
function addCountOfNumbers(database: DatabaseSync): void {
  let marks = new Marks();
  database.aggregate('count_of_numbers', {
    start: () => {
      marks = new Marks();
      return 0;
    },
    step: (count, n) => Number(count) + Number(marks.mark(Number(n))),
  });
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
  { n, id }: { readonly n: number; readonly id: string },
  things: readonly number[],
): OtherHolders {
  const select = (condition: string): StatementSync =>
    database.prepare(
      `select g.to_type principal_type, g.to_id principal_id, o.name principal_name, o.status status, ${thingColumns}
       from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant left join other o on o.type = g.to_type and o.id = g.to_id
       where g.thing = ? ${condition} order by g.to_type, o.name, g.to_id`,
    );
  const holders = select('');
  const withoutRole = select(
    'and not exists (select 1 from other_grant r join confers c on c.thing = r.thing where r.to_type = g.to_type and ' +
      'r.to_id = g.to_id and c.permission = g.thing)',
  );
  function* pathsOf(statement: StatementSync, thing: number | string): Generator<AccessPath> {
    for (const row of statement.iterate(thing)) {
      const principal = typedThingIn(row, 'principal');
      const way = isKey(principal.type) ? 'key' : 'direct';
      yield { ...toPath({ ...row, permission: id }), user: thingInWords(principal), principal, way };
    }
  }
  return {
    of: (thing) => pathsOf(holders, thing),
    direct: () => (id === '' ? empty() : pathsOf(withoutRole, n)),
    *all() {
      for (const thing of things) {
        yield* pathsOf(holders, thing);
      }
      yield* id === '' ? [] : pathsOf(withoutRole, n);
    },
  };
}

function* empty(): Generator<AccessPath> {
  // of a role, whoever holds it is all there is
}

/** Adds to a user's path the keys that act as the user and may be used. */
function boundKeysIn({ database, hasOthers }: FileIndex): (path: AccessPath) => AccessPath {
  const find = database.prepare(
    "select id, name from other where owner_type = 'user' and owner_id = ? and status in ('', 'active') order by name, id",
  );
  const hasAny =
    hasOthers && database.prepare("select 1 from other where owner_type = 'user' limit 1").get() !== undefined;
  return (path) => {
    const keys = hasAny
      ? find.all(path.userId).map((row) => ({ id: textIn(row, 'id'), name: textIn(row, 'name') }))
      : [];
    return keys.length === 0 ? path : { ...path, boundKeys: keys };
  };
}
