import type { DatabaseSync } from 'node:sqlite';
import { gapsOf, type ReadBy, type SyncExpressions } from './change-gaps.ts';
import { grantKinds } from './schema.ts';
import type { SyncNumbers } from './views.ts';

/** What a change is about, by what a grant is for questions. */
const areas: Readonly<Record<number, string>> = {
  [grantKinds.holding]: 'access',
  [grantKinds.confers]: 'role',
  [grantKinds.inherits]: 'inheritance',
  [grantKinds.maps]: 'next_login',
  [grantKinds.member]: 'group',
  [grantKinds.other]: 'access',
};

/** The name of a thing, by its number: the newest one that the sync knows, and no later one. */
const nameOf = (n: string, sync: string | number): string =>
  `coalesce(${['user_row', 'thing_row', 'other_row', 'sso_row']
    .map(
      (table) =>
        `(select nullif(x.name, '') from ${table} x where x.n = ${n} and x.since <= ${sync} order by x.v desc limit 1)`,
    )
    .join(', ')}, '')`;

/** What changed of a user, in words; g is the new version, o the one before. */
const changedOfUser = ['name', 'login', 'email', 'status']
  .map(
    (column) =>
      `case when g.${column} <> o.${column} then '; ${column} ' || o.${column} || ' -> ' || g.${column} else '' end`,
  )
  .join(' || ');

/** What is told of each version of a thing. */
const columnsOf = {
  user_row: ['n', 'name', 'login', 'email', 'status'],
  thing_row: ['n', 'name'],
  sso_row: ['n', 'type', 'name'],
  other_row: ['n', 'type', 'name'],
} as const;

/** Where a version is looked at: its table by which alias, its sync, and what tells it from others of the same thing. */
interface Versions {
  readonly table: string;
  /** What is told of it, besides since when and until when it stood. */
  readonly columns: readonly string[];
  /** Whether it stands for the same thing as another one, `x`. */
  readonly isSame: (row: string) => string;
  /** More tables that say what is to be known of it. */
  readonly joins: string;
  /** Which rows of the table, `r`, are meant. */
  readonly only: string;
  /** Undefined for what every sync reads. */
  readonly read: ReadBy | undefined;
}

/**
 * The views of a store's past, as far as one sync knows: `syncs`, and `changes` of what came, went, or became another.
 * Each change lies between two times: when the sync before began to read, and when the one that shows it had read.
 * Without a lower bound it is what the first sync found: those rows are in `all_changes` alone. What not every sync reads
 * is compared between those that did: that one did not is no change. In the order in which they are made; SQLite and
 * PostgreSQL both understand them.
 */
export function changeViews({ project, sync, first }: SyncExpressions): Readonly<Record<string, string>> {
  const gaps = gapsOf({ project, sync });
  /** Of what stood before the first sync that is kept, it is known that it stood then. */
  const since = `case when r.since < ${first} then ${first} else r.since end`;
  const toldOf = (columns: readonly string[]): string =>
    ['since', 'until', ...columns].map((name) => `r.${name}`).join(', ');
  /**
   * Versions that began, or ended, each with the sync that shows it (`seen`), the last one before that could have shown it
   * (`lower`), and whether there was another version of the thing up to this one (`is_next`).
   */
  const begun = ({ table, columns, isSame, joins, only, read }: Versions): string => {
    const told = toldOf(columns);
    const is = `exists (select 1 from ${table} x where ${isSame('r')} and x.until = r.since)`;
    const all = `select ${told}, ${since} seen, case when ${is} then 1 else 0 end is_next from ${table} r
      where r.project = ${project} and ${only}`;
    if (read === undefined) {
      return `select c.*, b.not_before, b.not_after from (${all}) c join sync_bounds b on b.n = c.seen`;
    }
    const stood = `exists (select 1 from ${table} x where ${isSame('c')} and x.since <= c.lower and x.until > c.lower)`;
    return `select c.*, l.started_at not_before, u.finished_at not_after
      from (select ${told}, r.seen, r.is_next, ${gaps.lastBefore('r.seen', read)} lower from (${all}) r ${joins}) c
        join sync u on u.n = c.seen and u.n <= ${sync} left join sync l on l.n = c.lower
      where c.lower is null or c.is_next = 1 or not ${stood}`;
  };
  const ended = ({ table, columns, isSame, joins, only, read }: Versions): string => {
    const told = toldOf(columns);
    const goesOn = (row: string, at: string): string =>
      `exists (select 1 from ${table} x where ${isSame(row)} and x.since <= ${at} and (x.until is null or x.until > ${at}))`;
    if (read === undefined) {
      return `select ${told}, r.until seen, 0 is_next, b.not_before, b.not_after from ${table} r join sync_bounds b on b.n = r.until
        where r.project = ${project} and ${only} and not exists (select 1 from ${table} x where ${isSame('r')} and x.since = r.until)`;
    }
    return `select c.*, 0 is_next, l.started_at not_before, u.finished_at not_after
      from (select ${told}, r.seen, ${gaps.lastBefore('r.seen', read)} lower
          from (select ${told}, ${gaps.firstFrom('r.until', read)} seen from ${table} r ${joins}
            where r.project = ${project} and ${only} and r.until is not null) r ${joins}) c
        join sync u on u.n = c.seen left join sync l on l.n = c.lower
      where not ${goesOn('c', 'c.seen')}`;
  };
  const became = (other: string): string =>
    `case when g.not_before is null then 'first' when g.is_next = 1 then 'changed' else '${other}' end`;
  const areaOf = `case g.kind ${Object.entries(areas)
    .map(([kind, area]) => `when ${kind} then '${area}'`)
    .join(' ')} end`;
  const grant = (change: string, versions: string): string => `
    select g.seen sync, ${change} change, ${areaOf} area, p.type principal_type, p.id principal_id, ${nameOf('g.to_n', sync)} principal,
      o.type held_type, o.id held_id, ${nameOf('g.on_n', sync)} held, '' detail, g.not_before, g.not_after, g.to_n principal_n, g.on_n held_n
    from (${versions}) g join entity p on p.n = g.to_n join entity o on o.n = g.on_n`;
  const thing = (table: string, change: string, versions: string, detail = "''"): string => {
    const isPrincipal = table === 'user_row' || table === 'other_row';
    const [area, own, none] = [isPrincipal ? 'people' : 'model', 'e.type, e.id, g.name', "'', '', ''"];
    return `
    select g.seen, ${change}, '${area}', ${isPrincipal ? `${own}, ${none}` : `${none}, ${own}`}, ${detail},
      g.not_before, g.not_after, ${isPrincipal ? 'g.n, null' : 'null, g.n'}
    from (${versions}) g join entity e on e.n = g.n`;
  };
  const { holding, confers, inherits, maps, member, other } = grantKinds;
  const grants = (kinds: readonly number[], read?: ReadBy): Versions => ({
    table: 'grant_row',
    columns: ['on_n', 'slug', 'to_n', 'variant', 'kind'],
    isSame: (row) =>
      `x.on_n = ${row}.on_n and x.slug = ${row}.slug and x.to_n = ${row}.to_n and x.variant = ${row}.variant`,
    joins: 'join entity p on p.n = r.to_n join entity o on o.n = r.on_n',
    only: `r.kind in (${kinds.join(', ')})`,
    read,
  });
  const [plain, optional] = [
    grants([holding, confers]),
    grants([inherits, maps, member, other], gaps.grantRead({ kind: 'r.kind', onType: 'o.type', toType: 'p.type' })),
  ];
  const things = (['user_row', 'thing_row', 'sso_row', 'other_row'] as const).flatMap((table) => {
    const versions: Versions = {
      table,
      columns: columnsOf[table],
      isSame: (row) => `x.n = ${row}.n`,
      joins: '',
      only: 'true',
      read: table === 'user_row' || table === 'thing_row' ? undefined : gaps.typeRead('r.type'),
    };
    const changed =
      table === 'user_row' ? `coalesce(nullif(substr(${changedOfUser}, 3), ''), 'attributes')` : "'attributes'";
    const before =
      table === 'user_row' ? `(select ${changed} from user_row o where o.n = g.n and o.until = g.since)` : changed;
    return [
      thing(table, became('appeared'), begun(versions), `case when g.is_next = 1 then ${before} else '' end`),
      thing(table, "'gone'", ended(versions)),
    ];
  });
  return {
    syncs: `select n sync, sync_id, started_at, finished_at, added, ended from sync where project = ${project} and n <= ${sync}`,
    sync_bounds: `select n, lag(started_at) over (order by n) not_before, finished_at not_after
      from sync where project = ${project} and n <= ${sync}`,
    all_changes: [
      ...[plain, optional].flatMap((versions) => [
        grant(became('gained'), begun(versions)),
        grant("'lost'", ended(versions)),
      ]),
      ...things,
    ].join('\n    union all '),
    changes: `select sync, change, area, principal_type, principal_id, principal, held_type, held_id, held, detail, not_before, not_after
      from all_changes where change <> 'first'`,
  };
}

/** Makes the views of the past in this connection to a store in a file. */
export function createChangeViews(database: DatabaseSync, numbers: SyncNumbers): void {
  const first = Number(
    database.prepare('select min(n) n from sync where project = ?').get(numbers.project)?.['n'] ?? 0,
  );
  for (const [name, sql] of Object.entries(changeViews({ ...numbers, first }))) {
    database.exec(`create temp view ${name} as ${sql}`);
  }
}
