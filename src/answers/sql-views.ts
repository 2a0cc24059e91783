import type { DatabaseSync } from 'node:sqlite';
import { inheritingKeys, inheritingUsers } from './ways.ts';

/**
 * The columns of what is asked by SQL, by view: part of the contract. Names of the same thing are the same everywhere.
 * SQLite and PostgreSQL both understand them.
 */
export const sqlViews = {
  users: `select id user_id, name, login, email, status, is_test test, is_email_verified email_verified, phone, is_phone_verified phone_verified,
    is_scim scim, has_mfa mfa, has_sso sso, created_at from "user"`,
  tenants: 'select id tenant_id, name, parent parent_tenant_id, inheritance role_inheritance from tenant',
  roles: `select t.id role_id, t.role, case when t.tenant = '' then 'project' else 'tenant' end scope, t.tenant tenant_id, coalesce(e.name, '') tenant
    from thing t left join tenant e on e.id = t.tenant where t.kind = 'role'`,
  permissions: "select id permission, name, is_system system from thing where kind = 'permission'",
  memberships: heldSql(`t.kind = 'tenant'`, 'e.id tenant_id, e.name tenant'),
  assignments: heldSql(
    `t.kind in ('role', 'binding')`,
    `t.kind kind, t.id role_id, t.role role, t.tenant tenant_id, coalesce(e.name, t.tenant) tenant`,
  ),
  effective_access: effectiveSql(),
} as const;

/** What principals hold as it stands: users, and keys. */
function heldSql(condition: string, columns: string): string {
  return `select 'user' principal_type, u.id principal_id, u.name principal, u.status status, ${columns}
    from holding h join "user" u on u.n = h."user" join thing t on t.n = h.thing left join tenant e on e.id = t.tenant where ${condition}
  union all select g.to_type, g.to_id, coalesce(o.name, ''), coalesce(o.status, ''), ${columns.replaceAll(/ \w+(?=,|$)/g, '')}
    from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant left join other o on o.type = g.to_type and o.id = g.to_id
    where ${condition}`;
}

/** Every way in which somebody has something, and each permission that follows; '' where none does. */
function effectiveSql(): string {
  const what =
    't.kind kind, t.id held_id, t.role role, t.tenant tenant_id, coalesce(e.name, t.tenant) tenant, coalesce(p.id, ' +
    `'') permission`;
  const follows = 'left join confers c on c.thing = t.n left join thing p on p.n = c.permission';
  const user = `'user' principal_type, u.id principal_id, u.name principal, u.status status`;
  const key = `o.name principal, o.status status`;
  return `select ${user}, ${what}, 'direct' way, '' "from", '' certainty
    from holding h join "user" u on u.n = h."user" join thing t on t.n = h.thing left join tenant e on e.id = t.tenant ${follows}
  union all select ${user}, ${what}, 'inherited', i.ancestor, i.certainty from ${inheritingUsers} ${follows}
  union all select g.to_type, g.to_id, coalesce(o.name, ''), coalesce(o.status, ''), t.kind, t.id, t.role, t.tenant, coalesce(e.name, t.tenant),
      case t.kind when 'permission' then t.id else coalesce(p.id, '') end, case g.to_type when 'access_key' then 'key' else 'direct' end, '', ''
    from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant left join other o on o.type = g.to_type and o.id = g.to_id ${follows}
  union all select k.to_type, k.to_id, ${key}, ${what}, 'inherited', i.ancestor, i.keys from ${inheritingKeys} ${follows}`;
}

/** Makes the views in a connection to an index. */
export function createSqlViews(database: DatabaseSync): void {
  for (const [name, sql] of Object.entries(sqlViews)) {
    database.exec(`create temp view ${name} as ${sql}`);
  }
}
