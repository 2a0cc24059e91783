import type { VersionTable } from '../schema.ts';
import { noStore } from '../faults.ts';
import type { Connection } from './connection.ts';
import { publicViews } from './public-views.ts';

/** Where everything of a store lies in its database. */
export const schema = 'baton_descope';

/**
 * What every version has: its number, in which syncs it stood, what it says as bytes, and their hash; both null for a
 * grant that says nothing but who holds what.
 */
const version = `
  v bigint primary key,
  project integer not null,
  since integer not null,
  until integer,
  hash bytea,
  data bytea`;

/**
 * The tables of a store, a step a version, as in `../schema.ts`, with these differences: a message lies beside its row,
 * and so do the logins of a user (a list in JSON) and what a grant says of itself. A step that was released is never
 * changed.
 */
export const steps: readonly string[] = [
  `
create table project (n integer primary key generated always as identity, id text not null unique, has_doubles integer not null default 0);
create table sync (
  n integer primary key,
  project integer not null references project (n),
  sync_id text not null,
  started_at text not null,
  finished_at text not null,
  finished_ms bigint not null,
  summary text not null,
  digest bytea not null,
  sizes text not null,
  added integer not null,
  ended integer not null
);
create index sync_by_project on sync (project, n);
create table audit (n integer primary key generated always as identity, project integer not null, at text not null, what text not null);
create table entity (n integer primary key, project integer not null, type text not null, id text not null);
create unique index entity_by_name on entity (project, type, id);
create sequence sync_number as integer;
create sequence entity_block as integer;

create table type_row (${version}, n integer not null);
create table entitlement_row (${version}, n integer not null, slug integer not null);
create table user_row (
  ${version},
  n integer not null,
  id text not null,
  name text not null,
  login text not null,
  email text not null,
  is_email_verified integer not null,
  phone text not null,
  is_phone_verified integer not null,
  status text not null,
  is_test integer not null,
  is_scim integer not null,
  has_mfa integer not null,
  has_sso integer not null,
  created_at text not null,
  logins text not null
);
create table thing_row (
  ${version},
  n integer not null,
  kind text not null,
  id text not null,
  name text not null,
  role text not null,
  tenant text not null,
  role_tenant text,
  is_system integer not null,
  parent text not null,
  inheritance text not null
);
create table sso_row (
  ${version},
  n integer not null,
  type text not null,
  id text not null,
  name text not null,
  tenant text not null,
  sso_id text not null
);
create table other_row (
  ${version},
  n integer not null,
  type text not null,
  id text not null,
  name text not null,
  status text not null,
  created_at text not null,
  expires_at text not null,
  owner_type text not null,
  owner_id text not null,
  creator_type text not null,
  creator_id text not null,
  is_non_human integer not null,
  profile text not null
);
create table grant_row (
  ${version},
  on_n integer not null,
  slug integer not null,
  to_n integer not null,
  variant integer not null,
  kind integer not null,
  ancestor text,
  certainty text,
  keys text,
  reason text,
  via text,
  sso_id text,
  priority integer,
  details text
);
create index type_by_n on type_row (n);
create index entitlement_by_n on entitlement_row (n, slug);
create index user_by_n on user_row (n);
create index thing_by_n on thing_row (n);
create index sso_by_n on sso_row (n);
create index other_by_n on other_row (n);
create index grant_by_thing on grant_row (on_n, to_n);
create index grant_by_principal on grant_row (to_n);
`,
  // by which questions find what they reach: users by any name, folded (the first one is the name), and grants that are few
  `
alter table user_row add column texts text[];
create index user_by_text on user_row using gin (texts);
create index user_by_first_text on user_row ((texts[1]) collate "C");
create index user_without_texts on user_row (project) where texts is null;
create index grant_of_model on grant_row (project) where kind in (2, 3, 4);
create index grant_other on grant_row (project, on_n) where kind = 6;
`,
  // the views of changes compare what not every sync reads between those that did
  `
comment on table sync is 'one row for each sync that is kept';
`,
];

/** What tells the things of a table apart within one sync. */
export const keysOf: Readonly<Record<VersionTable, readonly string[]>> = {
  type_row: ['n'],
  user_row: ['n'],
  thing_row: ['n'],
  sso_row: ['n'],
  other_row: ['n'],
  entitlement_row: ['n', 'slug'],
  grant_row: ['on_n', 'slug', 'to_n', 'variant'],
};

/** Room for the versions of one sync: their numbers begin with the number of the sync. */
export const versionsPerSync = 2 ** 32;

/** How many entities a writer numbers before it asks for more numbers. */
export const entitiesPerBlock = 1_000;

/** The layout that a database holds; 0 where there is none. A newer one than ours is refused. */
export async function layoutOf(connection: Connection): Promise<number> {
  const [there] = await connection.rows<{ readonly is_there: boolean }>(
    `select to_regclass('${schema}.layout') is not null is_there`,
  );
  const [row] =
    there?.is_there === true
      ? await connection.rows<{ readonly version: number }>(`select version from ${schema}.layout`)
      : [];
  const found = row?.version ?? 0;
  if (found > steps.length) {
    throw noStore(
      connection.name,
      `a newer version of baton-descope made it (its layout is ${found}, ours ${steps.length})`,
    );
  }
  return found;
}

/** Takes the steps that a database lacks, in a transaction of their own; one at a time. */
export async function migrate(connection: Connection): Promise<void> {
  if ((await layoutOf(connection)) === steps.length) {
    return;
  }
  await connection.run('begin');
  await connection.run(`select pg_advisory_xact_lock(hashtextextended('${schema} layout', 0))`);
  const found = await layoutOf(connection); // another one may have been here first
  if (found < steps.length) {
    await connection.run(`create schema if not exists ${schema}`);
    await connection.run(`set local search_path = ${schema}`);
    await connection.run('create table if not exists layout (version integer not null)');
    for (const step of steps.slice(found)) {
      await connection.run(step);
    }
    await connection.run('delete from layout');
    await connection.run('insert into layout (version) values ($1)', [steps.length]);
    await connection.run(publicViews()); // what changes them is a step, too
  }
  await connection.run('commit');
}
