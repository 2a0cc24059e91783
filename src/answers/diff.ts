import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sortIn } from '../sync-format/sort-in.ts';
import type { FileIndex } from './file-index.ts';
import { textIn } from './access-path.ts';
import type { Change } from './change.ts';
import { flagChanges, flagsIn } from './change-flags.ts';
import { countOtherChanges, findOtherChanges, flagOtherChanges, otherChangesIn } from './diff-others.ts';
import {
  countEdgeChanges,
  type EdgeOptions,
  findEdgeChanges,
  inheritanceChanges,
  inheritedAccessChanges,
  mappingChanges,
} from './diff-edges.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import { type Namesakes, namesakesIn } from './namesakes.ts';

/**
 * What changed between two indexes. It opens both databases itself. Changes come area by area and grouped by tenant; in
 * each group the flagged ones come first.
 */
export interface Diff extends Disposable {
  readonly counts: Readonly<
    Record<
      'gained' | 'lost' | 'usersAppeared' | 'usersGone' | 'usersChanged' | 'model' | 'tenants' | 'flagged',
      number
    > & {
      /**
       * Changes of what is of other types, and of who holds it: all of them, and by type. Absent when there are none. The
       * other numbers do not contain them.
       */
      others?: number;
      byType?: Readonly<Record<string, number>>;
      /** What users gained or lost by inheritance; inheritances that changed by themselves; changes of the next login. */
      inherited?: number;
      inheritance?: number;
      mappings?: number;
    }
  >;
  readonly isSame: boolean;
  /** What could not be compared, since one of the files does not tell it: sentences without an end. */
  readonly notCompared: readonly string[];
  changes(): Generator<Change>;
  /** Those to be looked at first, in the same order. */
  flagged(): Generator<Change>;
  /** All of them once, the flagged ones before all others. */
  flaggedFirst(): Generator<Change>;
  /** Inheritances that came or went since the tree changed, or of which it is no longer as sure as it was. */
  inheritance(): Generator<Change>;
  /** What the next login gives: mappings, defaults, groups and their members. */
  mappings(): Generator<Change>;
  /** Everything that users gained or lost by inheritance, a row each. */
  inheritedAccess(): Generator<Change>;
  /** Which names belong to several things in the two files together. Computed at the first call. */
  namesakes(): Namesakes;
}

/** Access first, by tenant and then by what is held and who; then people; then tenants, roles and what roles allow. */
export function diffOf(before: FileIndex, after: FileIndex): Diff {
  const database = new DatabaseSync(':memory:');
  database.exec('pragma temp_store = file; pragma cache_size = -65536;');
  sortIn(database, dirname(after.databasePath));
  database.prepare('attach ? as old').run(before.databasePath);
  database.prepare('attach ? as new').run(after.databasePath);
  database.exec(prepared);
  const comparable = comparableIn(before, after);
  findEdgeChanges(database, comparable);
  const hasOthers = before.hasOthers || after.hasOthers;
  if (hasOthers) {
    findOtherChanges(database, before.types.intersection(after.types));
  }
  flagChanges(database, hasOthers ? flagOtherChanges : undefined);
  const byType = hasOthers ? countOtherChanges(database) : new Map<string, number>();
  const others = byType.values().reduce((sum, count) => sum + count, 0);

  const numberOf = (sql: string): number => Number(database.prepare(sql).get()?.['n'] ?? 0);
  const { follows, inheritance, mappings } = countEdgeChanges(database);
  const counts = {
    gained: numberOf("select count(*) n from access_change where change = 'gained'"),
    lost: numberOf("select count(*) n from access_change where change = 'lost'"),
    usersAppeared: numberOf("select count(*) n from people_change where change = 'appeared'"),
    usersGone: numberOf("select count(*) n from people_change where change = 'gone'"),
    usersChanged: numberOf("select count(*) n from people_change where change = 'changed'"),
    model: numberOf('select count(*) n from model_change'),
    tenants: numberOf('select count(distinct tenant_id) n from access_change'),
    flagged: numberOf(
      'select sum(n) n from ' +
        `(${[...tables, 'edge_change', 'mapping_change', ...(hasOthers ? ['other_change'] : [])].map((table) => `select count(*) n from temp.${table} where flags <> 0`).join(' union all ')})`,
    ),
    ...(others > 0 && { others, byType: Object.fromEntries(byType) }),
    ...(follows > 0 && { inherited: follows }),
    ...(inheritance > 0 && { inheritance }),
    ...(mappings > 0 && { mappings }),
  };
  let namesakes: Namesakes | undefined;
  return {
    counts,
    namesakes: () =>
      (namesakes ??= namesakesIn(
        database,
        ['old', 'new'],
        'select user_name name from temp.access_change union all select user_name from temp.people_change',
      )),
    isSame:
      counts.gained +
        counts.lost +
        counts.usersAppeared +
        counts.usersGone +
        counts.usersChanged +
        counts.model +
        others +
        inheritance +
        mappings ===
      0,
    notCompared: comparable.notCompared,
    changes: () => changesIn(database, '', others > 0),
    inheritance: () => inheritanceChanges(database),
    mappings: () => mappingChanges(database),
    inheritedAccess: () => inheritedAccessChanges(database, hasOthers),
    *flagged() {
      yield* changesIn(database, 'flags <> 0', others > 0);
      yield* inheritanceChanges(database, 'where flags <> 0');
      yield* mappingChanges(database, 'where flags <> 0');
    },
    *flaggedFirst() {
      yield* changesIn(database, 'flags <> 0', others > 0);
      yield* inheritanceChanges(database, 'where flags <> 0');
      yield* mappingChanges(database, 'where flags <> 0');
      yield* changesIn(database, 'flags = 0', others > 0);
      yield* inheritanceChanges(database, 'where flags = 0');
      yield* mappingChanges(database, 'where flags = 0');
    },
    [Symbol.dispose]: () => database.close(),
  };
}

/** What can be compared: a file that does not tell something says nothing about whether it changed. */
function comparableIn(before: FileIndex, after: FileIndex): EdgeOptions & { readonly notCompared: readonly string[] } {
  const tells = ({ inheritance, gap }: FileIndex): boolean => inheritance.isDerived || gap.inheritingTenants === 0;
  const reads = ({ types }: FileIndex): boolean => types.has('sso_configuration');
  // What a deployment did not tell, or told of the default configurations only, did not change because it does now.
  const parts = ({ types, summary: { sso } }: FileIndex): string =>
    [types.has('idp_group'), sso?.settings ?? 'offered', sso?.groups ?? 'offered'].join();
  const [older, newer] = [before.inheritance.mode, after.inheritance.mode];
  // Another reading is no change of the project.
  const isOneReading = older === newer || !before.inheritance.isDerived || !after.inheritance.isDerived;
  const hasInheritance = tells(before) && tells(after) && isOneReading;
  const hasMappings = reads(before) && reads(after) && parts(before) === parts(after);
  return {
    hasInheritance,
    hasMappings,
    notCompared: [
      ...(isOneReading
        ? []
        : [
            `inherited access is not compared: the older file was made with --inheritance ${older}, the newer with ${newer}`,
          ]),
      ...(hasInheritance || !isOneReading
        ? []
        : ['inherited access is not compared: one of the files does not tell it']),
      ...(hasMappings || !(reads(before) || reads(after))
        ? []
        : ['what the next login gives is not compared: only one of the files tells all of it']),
      ...typesNotCompared(before, after),
    ],
  };
}

/** Types that only one of the files tells of: what is new in the other says nothing. */
function typesNotCompared(before: FileIndex, after: FileIndex): string[] {
  const others = before.types
    .symmetricDifference(after.types)
    .difference(new Set(['sso_configuration', 'idp_group']))
    .values()
    .filter((type) => !type.endsWith('_secret'))
    .map((type) => typeInWords(type, 2))
    .toArray();
  return others.length === 0 ? [] : [`${others.join(', ')} are not compared: only one of the files has them`];
}

const tables = ['access_change', 'people_change', 'model_change'] as const;

/** What is flagged comes first in its group: a tenant's for access, else all of the area. */
function orderOf(table: (typeof tables)[number]): string {
  const place = "tenant_id <> '', tenant, tenant_id";
  const groups = table === 'access_change' ? `${place}, flags = 0` : `flags = 0, ${place}`;
  return `${groups}, sort, held_id, kind, permission, change, user_name, user_id`;
}

function* changesIn(database: DatabaseSync, which: string, hasOthers: boolean): Generator<Change> {
  const condition = which === '' ? '' : `where ${which}`;
  for (const table of tables) {
    for (const row of database
      .prepare(`select * from temp.${table} ${condition} order by ${orderOf(table)}`)
      .iterate()) {
      yield toChange(row);
    }
    if (hasOthers && table !== 'people_change') {
      yield* otherChangesIn(database, table === 'access_change' ? 'access' : 'model', which);
    }
  }
}

function toChange(row: Readonly<Record<string, unknown>>): Change {
  return {
    // the database holds only the words that are written below
    area: textIn(row, 'area') as Change['area'],
    change: textIn(row, 'change') as Change['change'],
    kind: textIn(row, 'kind') as Change['kind'],
    because: textIn(row, 'because') as Change['because'],
    tenantId: textIn(row, 'tenant_id'),
    tenant: textIn(row, 'tenant'),
    userId: textIn(row, 'user_id'),
    user: textIn(row, 'user_name'),
    login: textIn(row, 'login'),
    heldId: textIn(row, 'held_id'),
    role: textIn(row, 'role'),
    permission: textIn(row, 'permission'),
    before: textIn(row, 'before'),
    after: textIn(row, 'after'),
    holders: Number(row['holders'] ?? 0),
    flags: flagsIn(Number(row['flags'])),
    ...(Number(row['follows']) > 0 && { follows: Number(row['follows']) }),
  };
}

/**
 * Holdings of one side that the other does not have. Row numbers differ between files, so things and users are matched
 * by id first.
 */
function accessChange(change: 'gained' | 'lost', here: 'old' | 'new', there: 'old' | 'new'): string {
  return `
insert into temp.access_change
select 'access', '${change}', t.tenant, coalesce(e.name, t.tenant), u.id, u.name, u.login, t.kind, t.id, t.role, '',
  case when um.${there} is null then 'user'
       when t.tenant <> '' and not exists (select 1 from ${there}.tenant x where x.id = t.tenant) then 'tenant'
       when t.kind <> 'tenant' and tm.${there} is null and not exists
         (select 1 from ${there}.thing x where x.kind in ('role', 'binding') and x.tenant = t.tenant and x.role = t.role) then 'role'
       else '' end,
  '', '', 0, (t.kind <> 'tenant') || t.role, 0, (select count(*) from ${here}.inherits i where i.source = h.thing)
from ${here}.holding h
  left join temp.thing_match tm on tm.${here} = h.thing
  left join temp.user_match um on um.${here} = h.user
  join ${here}.thing t on t.n = h.thing
  join ${here}.user u on u.n = h.user
  left join ${here}.tenant e on e.id = t.tenant
where tm.${there} is null or um.${there} is null
  or not exists (select 1 from ${there}.holding o where o.thing = tm.${there} and o.user = um.${there});`;
}

/** Roles, tenants and permissions of one side only. Bindings are left out: they follow from roles and tenants. */
function modelChange(change: 'appeared' | 'gone', here: 'old' | 'new', there: 'old' | 'new'): string {
  return `
insert into temp.model_change
select 'model', '${change}', t.tenant, coalesce(e.name, t.tenant), '', '', '', t.kind, t.id, t.role, case t.kind when 'permission' then t.id else '' end, '', '', '', 0,
  case t.kind when 'tenant' then '0' when 'role' then '1' else '2' end, 0, 0
from ${here}.thing t left join ${here}.tenant e on e.id = t.tenant
where t.kind in ('tenant', 'role', 'permission') and not exists (select 1 from ${there}.thing o where o.kind = t.kind and o.id = t.id);

insert into temp.model_change
select 'model', '${change === 'appeared' ? 'gained' : 'lost'}', r.tenant, coalesce(e.name, r.tenant), '', '', '', 'role-permission', r.id, r.role, p.id, '', '', '',
  (select count(distinct h.user) from ${here}.thing b join ${here}.holding h on h.thing = b.n
    where b.role = r.role and ((b.kind = 'role' and b.id = r.id) or (r.tenant = '' and b.kind = 'binding'))),
  '3' || r.role, 0, 0
from ${here}.confers c join ${here}.thing r on r.n = c.thing and r.kind = 'role' join ${here}.thing p on p.n = c.permission
  left join ${here}.tenant e on e.id = r.tenant
where not exists (
  select 1 from ${there}.confers o join ${there}.thing x on x.n = o.thing and x.kind = 'role' and x.id = r.id
    join ${there}.thing y on y.n = o.permission and y.id = p.id);`;
}

function peopleChange(change: 'appeared' | 'gone', here: 'old' | 'new'): string {
  return `
insert into temp.people_change
select 'people', '${change}', '', '', u.id, u.name, u.login, 'user', '', '', '', '',
  ${change === 'gone' ? "u.status, ''" : "'', u.status"}, 0, '${change === 'appeared' ? 0 : 1}', 0, 0
from ${here}.user u where not exists (select 1 from temp.user_match m where m.${here} = u.n);`;
}

const columns =
  'area, change, tenant_id, tenant, user_id, user_name, login, kind, held_id, role, permission, because, before, ' +
  'after, holders, sort, flags, follows';

const prepared = `
create temp table thing_match (old integer primary key, new integer unique);
insert into temp.thing_match select o.n, n.n from old.thing o join new.thing n on n.kind = o.kind and n.id = o.id;
create temp table user_match (old integer primary key, new integer unique);
insert into temp.user_match select o.n, n.n from old.user o join new.user n on n.id = o.id;
create temp table access_change (${columns});
create temp table people_change (${columns});
create temp table model_change (${columns});
${accessChange('gained', 'new', 'old')}
${accessChange('lost', 'old', 'new')}
${peopleChange('appeared', 'new')}
${peopleChange('gone', 'old')}
insert into temp.people_change
select 'people', 'changed', '', '', n.id, n.name, n.login, 'user', '', '', '', '', o.status, n.status, 0, '2', 0, 0
from temp.user_match m join old.user o on o.n = m.old join new.user n on n.n = m.new where o.status <> n.status;
${modelChange('appeared', 'new', 'old')}
${modelChange('gone', 'old', 'new')}
`;
