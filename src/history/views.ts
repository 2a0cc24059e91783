import type { DatabaseSync } from 'node:sqlite';
import { foundingTypeIds } from '../model/ids.ts';
import { userColumns } from '../answers/index-writer.ts';
import { resourceColumns } from '../answers/other-rows.ts';
import { defineMessageFunctions } from './message-functions.ts';
import { grantKinds, type VersionTable } from './schema.ts';

/** One sync by its numbers. */
export interface SyncNumbers {
  readonly project: number;
  readonly sync: number;
}

/** Which versions stood in a sync. The plus keeps the condition from being taken for an index. */
export function stoodIn({ project, sync }: SyncNumbers, alias: string): string {
  return `+${alias}.project = ${project} and +${alias}.since <= ${sync} and (${alias}.until is null or ${alias}.until > ${sync})`;
}

/**
 * The tables of an index, as one sync shows them: views of this connection, by which every question that an index answers
 * can be asked of the store. `hasDoubles`: a thing is held in several ways at once, which an index tells once.
 */
export function createIndexViews(
  { path, database }: { readonly path: string; readonly database: DatabaseSync },
  numbers: SyncNumbers,
  hasDoubles: boolean,
): void {
  const stood = (alias: string): string => stoodIn(numbers, alias);
  const of = (table: VersionTable): string => `from ${table} r where ${stood('r')}`;
  const thingTypes = foundingTypeIds.map((type) => `'${type}'`).join();
  const grants = (kind: keyof typeof grantKinds): string => `g.kind = ${grantKinds[kind]} and ${stood('g')}`;
  const once = (columns: string): string => (hasDoubles ? ` group by ${columns}` : '');
  const views: Readonly<Record<string, string>> = {
    user: `select r.n n, ${userColumns.map((name) => `r.${name} ${name}`).join(', ')} ${of('user_row')}`,
    login: `select r.n user, l.login login from user_row r join login_row l on l.v = r.v where ${stood('r')}`,
    tenant: `select r.id id, r.name name, r.parent parent, r.inheritance inheritance ${of('thing_row')} and r.kind = 'tenant'`,
    // crossed: SQLite may go through all messages first otherwise, and ask the function of those that are no resources
    last_login: `select n user, at from (select r.n n, last_login_of(m.data) at from user_row r cross join message m on m.v = r.v
      where ${stood('r')}) where at is not null`,
    profile: `select r.kind type, r.id id, profile_of(r.kind, m.data) profile from thing_row r cross join message m on m.v = r.v
      where ${stood('r')} and r.kind = 'tenant'
      union all select r.type, r.id, profile_of(r.type, m.data) from sso_row r cross join message m on m.v = r.v where ${stood('r')}`,
    thing: `select r.n n, r.kind kind, r.id id, r.name name, r.role role, r.tenant tenant,
      r.role_tenant role_tenant, r.is_system is_system ${of('thing_row')}`,
    holding: `select g.on_n thing, g.to_n user from grant_row g where ${grants('holding')}${once('g.on_n, g.to_n')}`,
    confers: `select g.on_n permission, g.to_n thing from grant_row g where ${grants('confers')}${once('g.on_n, g.to_n')}`,
    inherits: `select g.on_n thing, g.to_n source, e.ancestor ancestor, e.certainty certainty, e.keys keys, e.reason reason
      from grant_row g join edge e on e.v = g.v where ${grants('inherits')}${once('g.on_n, g.to_n')}`,
    maps: `select g.on_n thing, m.via via, p.type type, p.id id, m.sso_id sso_id, m.priority priority
      from grant_row g join mapping m on m.v = g.v join entity p on p.n = g.to_n
      where ${grants('maps')}${once('g.on_n, m.via, p.n, m.sso_id')}`,
    sso: `select r.n n, r.type type, r.id id, r.name name, r.tenant tenant, r.sso_id sso_id ${of('sso_row')}`,
    group_member: `select g.on_n sso, g.to_n user from grant_row g where ${grants('member')}${once('g.on_n, g.to_n')}`,
    other: `select r.n n, ${resourceColumns.map((name) => `r.${name} ${name}`).join(', ')} ${of('other_row')}`,
    other_grant: `select o.type on_type, o.id on_id, substr(s.text, iif(s.is_whole, length(o.type || o.id) + 3, 1)) slug,
      p.type to_type, p.id to_id,
      iif(o.type in (${thingTypes}) and o.type <> 'user', g.on_n, null) thing, coalesce(d.details, '{}') details
      from grant_row g join entity o on o.n = g.on_n join entity p on p.n = g.to_n join slug s on s.n = g.slug
      left join details d on d.v = g.v where ${grants('other')}${once('g.on_n, g.slug, g.to_n')}`,
  };
  defineMessageFunctions(path, database);
  for (const [name, sql] of Object.entries(views)) {
    database.exec(`create temp view ${name} as ${sql}`);
  }
}
