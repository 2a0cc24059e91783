import { optInTypes } from '../sync-format/known-types.ts';

// Tables of the types that a sync reads where it is asked to: each has one of its resources, and one of who holds them.

/** A table that is written only where a file has anything of its kind. */
export interface OtherTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly sql: string;
  /** Has a row where there is anything. */
  readonly isThere: string;
}

const field = (key: string): string => `coalesce(o.profile ->> '$.${key}', '')`;
const detail = (key: string): string => `coalesce(g.details ->> '$.${key}', '')`;

function resources(type: string): OtherTable {
  return {
    name: `${type}s.csv`,
    columns: [
      'id',
      'name',
      'status',
      'created_at',
      'expires_at',
      'owner_type',
      'owner_id',
      'created_by',
      'email',
      'description',
      'profile',
    ],
    sql: `select o.id, o.name, o.status, o.created_at, o.expires_at, o.owner_type, o.owner_id, ${field('created_by')}, ${field('email')},
      ${field('description')}, o.profile from other o where o.type = '${type}' order by o.id`,
    isThere: `select 1 from other where type = '${type}' limit 1`,
  };
}

function holders(type: string): OtherTable {
  return {
    name: `${type}_access.csv`,
    columns: [
      'id',
      'name',
      'entitlement',
      'principal_type',
      'principal_id',
      'principal',
      'login',
      'status',
      'scopes',
      'granted_by',
      'created_at',
      'expires_at',
      'roles',
      'via',
      'tags',
      'certainty',
    ],
    sql: `select g.on_id, coalesce(h.name, ''), g.slug, g.to_type, g.to_id, coalesce(u.name, o.name, e.name, ''), coalesce(u.login, o.profile ->> '$.email', ''),
      coalesce(u.status, o.status, ''), ${['scopes', 'granted_by', 'created', 'expires', 'roles', 'via', 'tags', 'certainty'].map(detail).join(', ')}
      from other_grant g left join other h on h.type = g.on_type and h.id = g.on_id
      left join user u on g.to_type = 'user' and u.id = g.to_id left join other o on o.type = g.to_type and o.id = g.to_id
      left join tenant e on g.to_type = 'tenant' and e.id = g.to_id
      where g.on_type = '${type}' order by g.on_id, g.slug, g.to_type, g.to_id`,
    isThere: `select 1 from other_grant where on_type = '${type}' limit 1`,
  };
}

/** Those of single sign-on are told in the table of what the next login gives. */
const types = Object.keys(optInTypes).filter((type) => type !== 'sso_configuration' && type !== 'idp_group');

/** Lists in these tables are JSON: `["invoices"]`. */
export const otherTables: readonly OtherTable[] = types.flatMap((type) => [resources(type), holders(type)]);
