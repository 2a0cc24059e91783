import type { DatabaseSync } from 'node:sqlite';
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

/** What became of a version: the one before it ended in the sync that began it, or it is the first. */
const begun = (before: string): string =>
  `case when b.not_before is null then 'first' when ${before} then 'changed' else`;

/** What changed of a user, in words; n is the new version, o the one before. */
const changedOfUser = ['name', 'login', 'email', 'status']
  .map(
    (column) =>
      `case when n.${column} <> o.${column} then '; ${column} ' || o.${column} || ' -> ' || n.${column} else '' end`,
  )
  .join(' || ');

/** The numbers of a project, of a sync and of the first one that is kept, or expressions for them. */
export type SyncExpressions = Readonly<Record<keyof SyncNumbers | 'first', string | number>>;

/**
 * The views of a store's past, as far as one sync knows: `syncs`, and `changes` of what came, went, or became another.
 * Each change lies between two times: when the sync before began to read, and when the one that shows it had read.
 * Without a lower bound it is what the first sync found: those rows are in `all_changes` alone. In the order in which
 * they are made; SQLite and PostgreSQL both understand them.
 */
export function changeViews({ project, sync, first }: SyncExpressions): Readonly<Record<string, string>> {
  /** Of what stood before the first sync that is kept, it is known that it stood then. */
  const since = (row: string): string => `case when ${row}.since < ${first} then ${first} else ${row}.since end`;
  const areaOf = `case g.kind ${Object.entries(areas)
    .map(([kind, area]) => `when ${kind} then '${area}'`)
    .join(' ')} end`;
  const bounds = (n: string): string => `join sync_bounds b on b.n = ${n}`;
  const sameGrant = 'x.on_n = g.on_n and x.slug = g.slug and x.to_n = g.to_n and x.variant = g.variant';
  const grant = (change: string, at: string, condition: string): string => `
    select ${at} sync, ${change} change, ${areaOf} area, p.type principal_type, p.id principal_id, ${nameOf('g.to_n', sync)} principal,
      o.type held_type, o.id held_id, ${nameOf('g.on_n', sync)} held, '' detail, b.not_before, b.not_after, g.to_n principal_n, g.on_n held_n
    from grant_row g ${bounds(at)} join entity p on p.n = g.to_n join entity o on o.n = g.on_n
    where g.project = ${project} and g.kind <> ${grantKinds.rest} and ${condition}`;
  const thing = (
    table: string,
    {
      change,
      at,
      condition,
      detail = "''",
    }: Readonly<Record<'change' | 'at' | 'condition', string>> & { detail?: string },
  ): string => {
    const isPrincipal = table === 'user_row' || table === 'other_row';
    const [area, own, none] = [isPrincipal ? 'people' : 'model', 'e.type, e.id, n.name', "'', '', ''"];
    return `
    select ${at} sync, ${change} change, '${area}' area, ${isPrincipal ? `${own}, ${none}` : `${none}, ${own}`}, ${detail} detail,
      b.not_before, b.not_after, ${isPrincipal ? 'n.n, null' : 'null, n.n'}
    from ${table} n ${bounds(at)} join entity e on e.n = n.n left join ${table} o on o.n = n.n and o.until = n.since
    where n.project = ${project} and ${condition}`;
  };
  const things = ['user_row', 'thing_row', 'sso_row', 'other_row'].flatMap((table) => [
    thing(table, {
      change: `${begun('o.v is not null')} 'appeared' end`,
      at: since('n'),
      condition: 'true',
      detail:
        `case when o.v is null then '' else ` +
        `${table === 'user_row' ? `coalesce(nullif(substr(${changedOfUser}, 3), ''), 'attributes')` : "'attributes'"} end`,
    }),
    thing(table, {
      change: "'gone'",
      at: 'n.until',
      condition: `not exists (select 1 from ${table} x where x.n = n.n and x.since = n.until)`,
    }),
  ]);
  return {
    syncs: `select n sync, sync_id, started_at, finished_at, added, ended from sync where project = ${project} and n <= ${sync}`,
    sync_bounds: `select n, lag(started_at) over (order by n) not_before, finished_at not_after
      from sync where project = ${project} and n <= ${sync}`,
    all_changes: [
      grant(
        `${begun(`exists (select 1 from grant_row x where ${sameGrant} and x.until = g.since)`)} 'gained' end`,
        since('g'),
        'true',
      ),
      grant("'lost'", 'g.until', `not exists (select 1 from grant_row x where ${sameGrant} and x.since = g.until)`),
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
