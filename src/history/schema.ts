/**
 * The tables of a store, a step a version: a store of an older version is brought to the newest one by the steps that it
 * lacks. A step that was released is never changed.
 *
 * Everything is filed by numbers: an `entity` is a type and an id within a project. Rows of the other tables are versions
 * of one thing, numbered by `v` across all tables: valid from the sync `since` on, up to the sync `until`, in which it was
 * no longer there or was another; null while it stands. `message` holds the protobuf message of a version; a grant that
 * says nothing but who holds what has none, and is not `told`. Questions read the other columns: see `views.ts`.
 */
export const steps: readonly string[] = [
  `
create table project (n integer primary key, id text not null unique, has_doubles integer not null default 0);
create table sync (
  n integer primary key,
  project integer not null,
  sync_id text not null,
  started_at text not null,
  finished_at text not null,
  finished_ms integer not null,
  summary text not null,
  digest blob not null,
  sizes text not null,
  added integer not null,
  ended integer not null
);
create index sync_by_project on sync (project, n);
create table audit (n integer primary key, project integer not null, at text not null, what text not null);
create table entity (
  n integer primary key,
  project integer not null,
  type text not null,
  id text not null,
  unique (project, type, id)
);
create table slug (n integer primary key, is_whole integer not null, text text not null, unique (is_whole, text));
create table message (v integer primary key, data blob not null);

create table type_row (v integer primary key, project integer not null, n integer not null, since integer not null, until integer);
create table entitlement_row (
  v integer primary key,
  project integer not null,
  n integer not null,
  slug integer not null,
  since integer not null,
  until integer
);
create table user_row (
  v integer primary key,
  project integer not null,
  n integer not null,
  since integer not null,
  until integer,
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
  created_at text not null
);
create table login_row (v integer not null, login text not null);
create table thing_row (
  v integer primary key,
  project integer not null,
  n integer not null,
  since integer not null,
  until integer,
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
  v integer primary key,
  project integer not null,
  n integer not null,
  since integer not null,
  until integer,
  type text not null,
  id text not null,
  name text not null,
  tenant text not null,
  sso_id text not null
);
create table other_row (
  v integer primary key,
  project integer not null,
  n integer not null,
  since integer not null,
  until integer,
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
  on_n integer not null,
  slug integer not null,
  to_n integer not null,
  variant integer not null,
  since integer not null,
  until integer,
  kind integer not null,
  project integer not null,
  v integer not null,
  told integer not null,
  primary key (on_n, slug, to_n, variant, since)
) without rowid;
create table edge (v integer primary key, ancestor text not null, certainty text not null, keys text not null, reason text not null);
create table mapping (v integer primary key, via text not null, sso_id text not null, priority integer);
create table details (v integer primary key, details text not null);
create index type_by_n on type_row (n);
create index entitlement_by_n on entitlement_row (n, slug);
create index user_by_n on user_row (n);
create index thing_by_n on thing_row (n);
create index thing_by_id on thing_row (id, kind);
create index thing_by_place on thing_row (tenant, role);
create index sso_by_n on sso_row (n);
create index sso_by_id on sso_row (id);
create index other_by_n on other_row (n);
create index other_by_id on other_row (id);
create index other_by_owner on other_row (owner_id);
`,
];

/** What a row in `grant_row` is for questions; 0 for what they do not need. */
export const grantKinds = { rest: 0, holding: 1, confers: 2, inherits: 3, maps: 4, member: 5, other: 6 } as const;

/** Marks a file of ours among databases of SQLite: "bdhs". */
export const applicationId = 0x62646873;

/** The tables whose rows are versions, and how the counts of a sync name them. */
export const versionTables = [
  'type_row',
  'user_row',
  'thing_row',
  'sso_row',
  'other_row',
  'entitlement_row',
  'grant_row',
] as const;
export type VersionTable = (typeof versionTables)[number];
