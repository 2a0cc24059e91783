/**
 * The tables of an index: who holds what, by numbers instead of ids. A `thing` is what can be held (a tenant's
 * membership, a role, a binding) or what follows from it (a permission). `login` is what a person types to be found.
 * `role_tenant` is whose role a derived binding is, and null for everything else. `inherits` says that whoever holds
 * `source` has `thing`, too, since the tenant of `thing` is below `ancestor`; its rows are never joined with each other.
 * `maps` says what the next login gives, and to whom: `sso` holds the configurations and groups. `other` and
 * `other_grant` keep what is of other types, with JSON in `profile` and `details`; `thing` is set where what is granted
 * is a tenant, a role or a permission. `last_login` has the users of whom the file tells when they last signed in, and
 * `profile` what it tells besides of a tenant, a configuration or a group, as JSON. The owner of a secret is as whom
 * it signs in; '' for what has none.
 */
export const indexSchema = `
create table user (
  n integer primary key,
  id text not null unique,
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
create table login (user integer not null, login text not null);
create table last_login (user integer primary key, at text not null);
create table profile (type text not null, id text not null, profile text not null, primary key (type, id)) without rowid;
create table tenant (id text primary key, name text not null, parent text not null, inheritance text not null) without rowid;
create table thing (
  n integer primary key,
  kind text not null,
  id text not null,
  name text not null,
  role text not null,
  tenant text not null,
  role_tenant text,
  is_system integer not null,
  unique (kind, id)
);
create table holding (thing integer not null, user integer not null, primary key (thing, user)) without rowid;
create table confers (permission integer not null, thing integer not null, primary key (permission, thing)) without rowid;
create table inherits (
  thing integer not null,
  source integer not null,
  ancestor text not null,
  certainty text not null,
  keys text not null,
  reason text not null,
  primary key (thing, source)
) without rowid;
create table maps (
  thing integer not null,
  via text not null,
  type text not null,
  id text not null,
  sso_id text not null,
  priority integer,
  primary key (thing, via, type, id, sso_id)
) without rowid;
create table sso (
  n integer primary key,
  type text not null,
  id text not null,
  name text not null,
  tenant text not null,
  sso_id text not null,
  unique (type, id)
);
create table group_member (sso integer not null, user integer not null, primary key (sso, user)) without rowid;
create table other (
  n integer primary key,
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
  profile text not null,
  unique (type, id)
);
create table other_grant (
  on_type text not null,
  on_id text not null,
  slug text not null,
  to_type text not null,
  to_id text not null,
  thing integer,
  details text not null,
  primary key (on_type, on_id, slug, to_type, to_id)
) without rowid;
`;

/** Created after all rows are in: that is several times as fast as updating them with each row. */
export const indexIndexes: readonly string[] = [
  'create index holding_by_user on holding (user, thing)',
  'create index confers_by_thing on confers (thing, permission)',
  'create index inherits_by_source on inherits (source)',
  'create index maps_by_giver on maps (type, id)',
  'create index group_member_by_user on group_member (user)',
  'create index other_grant_by_thing on other_grant (thing)',
  'create index other_grant_by_principal on other_grant (to_type, to_id)',
  'create index other_by_owner on other (owner_type, owner_id)',
];
