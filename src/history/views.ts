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

/** A view in parts. `once` names the columns that tell its rows apart where a thing may be held in several ways. */
export interface ViewParts {
  readonly select: string;
  readonly from: string;
  readonly where: string;
  readonly once?: string;
}

/** What is not the same in every store. */
export interface ViewDialect {
  /** Which versions of a table stood. */
  readonly stood: (alias: string) => string;
  /** Where a grant, `g`, has what it says of itself: as columns of which alias, and how that is joined. */
  readonly notes: Readonly<Record<'edge' | 'mapping' | 'details', { readonly alias: string; readonly join: string }>>;
}

/**
 * The tables of an index, as one sync shows them: every question that an index answers can be asked of a store by such
 * views. What logins and messages tell is left to each kind of store.
 */
export function indexViews({ stood, notes }: ViewDialect): Readonly<Record<string, ViewParts>> {
  const of = (table: VersionTable, select: string, condition = 'true'): ViewParts => ({
    select,
    from: `${table} r`,
    where: `${stood('r')} and ${condition}`,
  });
  const thingTypes = foundingTypeIds.map((type) => `'${type}'`).join();
  const grants = (kind: keyof typeof grantKinds, select: string, joins: string, once: string): ViewParts => ({
    select,
    from: `grant_row g ${joins}`,
    where: `g.kind = ${grantKinds[kind]} and ${stood('g')}`,
    once,
  });
  const { edge, mapping, details } = notes;
  return {
    user: of('user_row', `r.n n, ${userColumns.map((name) => `r.${name} ${name}`).join(', ')}`),
    tenant: of('thing_row', 'r.id id, r.name name, r.parent parent, r.inheritance inheritance', "r.kind = 'tenant'"),
    thing: of(
      'thing_row',
      'r.n n, r.kind kind, r.id id, r.name name, r.role role, r.tenant tenant, r.role_tenant role_tenant, r.is_system is_system',
    ),
    holding: grants('holding', 'g.on_n thing, g.to_n "user"', '', 'g.on_n, g.to_n'),
    confers: grants('confers', 'g.on_n permission, g.to_n thing', '', 'g.on_n, g.to_n'),
    inherits: grants(
      'inherits',
      `g.on_n thing, g.to_n source, ${['ancestor', 'certainty', 'keys', 'reason'].map((name) => `${edge.alias}.${name} ${name}`).join(', ')}`,
      edge.join,
      'g.on_n, g.to_n',
    ),
    maps: grants(
      'maps',
      `g.on_n thing, ${mapping.alias}.via via, p.type type, p.id id, ${mapping.alias}.sso_id sso_id, ${mapping.alias}.priority priority`,
      `${mapping.join} join entity p on p.n = g.to_n`,
      `g.on_n, ${mapping.alias}.via, p.n, ${mapping.alias}.sso_id`,
    ),
    sso: of('sso_row', 'r.n n, r.type type, r.id id, r.name name, r.tenant tenant, r.sso_id sso_id'),
    group_member: grants('member', 'g.on_n sso, g.to_n "user"', '', 'g.on_n, g.to_n'),
    other: of('other_row', `r.n n, ${resourceColumns.map((name) => `r.${name} ${name}`).join(', ')}`),
    other_grant: grants(
      'other',
      `o.type on_type, o.id on_id, substr(s.text, case s.is_whole when 1 then length(o.type || o.id) + 3 else 1 end) slug,
      p.type to_type, p.id to_id,
      case when o.type in (${thingTypes}) and o.type <> 'user' then g.on_n end thing, coalesce(${details.alias}.details, '{}') details`,
      `join entity o on o.n = g.on_n join entity p on p.n = g.to_n join slug s on s.n = g.slug ${details.join}`,
      'g.on_n, g.slug, g.to_n',
    ),
  };
}

/** A store in a file keeps what a grant says of itself in tables of their own. */
const fileNotes: ViewDialect['notes'] = {
  edge: { alias: 'e', join: 'join edge e on e.v = g.v' },
  mapping: { alias: 'm', join: 'join mapping m on m.v = g.v' },
  details: { alias: 'd', join: 'left join details d on d.v = g.v' },
};

/**
 * Makes the views in this connection to a store in a file. `hasDoubles`: a thing is held in several ways at once, which
 * an index tells once.
 */
export function createIndexViews(
  { path, database }: { readonly path: string; readonly database: DatabaseSync },
  numbers: SyncNumbers,
  hasDoubles: boolean,
): void {
  const stood = (alias: string): string => stoodIn(numbers, alias);
  for (const [name, { select, from, where, once }] of Object.entries(indexViews({ stood, notes: fileNotes }))) {
    const grouped = hasDoubles && once !== undefined ? ` group by ${once}` : '';
    database.exec(`create temp view ${name} as select ${select} from ${from} where ${where}${grouped}`);
  }
  const more = {
    login: `select r.n user, l.login login from user_row r join login_row l on l.v = r.v where ${stood('r')}`,
    // crossed: SQLite may go through all messages first otherwise, and ask the function of those that are no resources
    last_login: `select n user, at from (select r.n n, last_login_of(m.data) at from user_row r cross join message m on m.v = r.v
      where ${stood('r')} and ${mayTellLogin}) where at is not null`,
    profile: `select r.kind type, r.id id, profile_of(r.kind, m.data) profile from thing_row r cross join message m on m.v = r.v
      where ${stood('r')} and r.kind = 'tenant'
      union all select r.type, r.id, profile_of(r.type, m.data) from sso_row r cross join message m on m.v = r.v where ${stood('r')}`,
  };
  defineMessageFunctions(path, database);
  for (const [name, sql] of Object.entries(more)) {
    database.exec(`create temp view ${name} as ${sql}`);
  }
}

const loginMarks = ['06', '08', '09', '0A', '0B', '0C'].map((length) => `instr(m.data, x'4A${length}08') > 0`);

/**
 * Whether the bytes of a user's message, `m.data`, may hold a last login: the tag of that field, the length of a time with
 * and without nanoseconds, and the tag of its seconds. It is asked before a message is read: there are users by the million.
 */
const mayTellLogin = `instr(m.data, x'4A') > 0 and (${loginMarks.join(' or ')})`;
