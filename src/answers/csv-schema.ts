import { ownerMarks } from '../sync-format/owner-marks.ts';
import { otherTables } from './csv-others.ts';
import { gainingMembers, givers, hasThing, inheritingKeys, inheritingUsers, isWithoutMembers } from './ways.ts';

const whoColumns = ['user_id', 'user', 'held', 'held_id', 'role', 'tenant_id', 'tenant', 'login', 'email'] as const;
const what =
  "case t.kind when 'tenant' then 'member' when 'binding' then 'role_binding' else t.kind end held, t.id, t.role, " +
  't.tenant, coalesce(e.name, t.tenant)';
/** Where it is held, over inheritance i; `tenant_path` is a function that the tables make known. */
const fromAbove = (certainty: string): string =>
  `i.ancestor, coalesce(a.name, i.ancestor), s.id, ${certainty}, i.reason, tenant_path(t.tenant, i.ancestor)`;
const above = 'join thing s on s.n = i.source left join tenant a on a.id = i.ancestor';

/**
 * The tables of a `.csv` folder: file name, columns, and the query that fills them. Names and columns are a contract.
 */
export const tables = [
  {
    name: 'users.csv',
    columns: [
      'user_id',
      'name',
      'login',
      'email',
      'email_verified',
      'phone',
      'phone_verified',
      'status',
      'test',
      'scim',
      'mfa',
      'sso',
      'created_at',
    ],
    sql: `select id, name, login, email, ${flag('is_email_verified')}, phone, ${flag('is_phone_verified')}, status, ${flag('is_test')}, ${flag('is_scim')}, ${flag('has_mfa')}, ${flag('has_sso')}, created_at
      from user order by n`,
  },
  {
    name: 'tenants.csv',
    columns: ['tenant_id', 'name', 'parent_tenant_id', 'role_inheritance'],
    sql: 'select id, name, parent, inheritance from tenant order by id',
  },
  {
    name: 'roles.csv',
    columns: ['role_id', 'role', 'scope', 'tenant_id'],
    sql:
      "select id, role, case tenant when '' then 'project' else 'tenant' end, tenant from thing where kind = 'role' " +
      'order by tenant, role',
  },
  {
    name: 'permissions.csv',
    columns: ['permission'],
    sql: "select id from thing where kind = 'permission' order by id",
  },
  {
    name: 'role_permissions.csv',
    columns: ['role_id', 'role', 'tenant_id', 'permission'],
    sql:
      'select r.id, r.role, r.tenant, p.id from thing r join confers c on c.thing = r.n join thing p on p.n = ' +
      "c.permission where r.kind = 'role' order by r.tenant, r.role, p.id",
  },
  {
    name: 'access.csv',
    columns: [...whoColumns, 'principal_type', 'principal_id', 'status'],
    sql: `select * from (select u.id, u.name, ${what}, u.login, u.email, 'user' principal, u.id principal_id, u.status
      from holding h join thing t on t.n = h.thing join user u on u.n = h.user left join tenant e on e.id = t.tenant order by h.thing, h.user)
      union all select * from (select '', coalesce(o.name, ''), ${what}, '', '', g.to_type, g.to_id, coalesce(o.status, '')
      from other_grant g join thing t on t.n = g.thing left join tenant e on e.id = t.tenant
      left join other o on o.type = g.to_type and o.id = g.to_id where t.kind <> 'permission' order by g.thing, g.to_type, g.to_id)`,
  },
  {
    name: 'inherited_access.csv',
    columns: [
      ...whoColumns,
      'from_tenant_id',
      'from_tenant',
      'from_held_id',
      'certainty',
      'reason',
      'path',
      'principal_type',
      'principal_id',
      'status',
    ],
    sql: `select * from (select u.id, u.name, ${what}, u.login, u.email, ${fromAbove('i.certainty')}, 'user' principal, u.id, u.status
      from ${inheritingUsers} ${above} order by i.thing, i.source, h.user)
      union all select * from (select '', coalesce(o.name, ''), ${what}, '', '', ${fromAbove('i.keys')}, k.to_type, k.to_id, coalesce(o.status, '')
      from ${inheritingKeys} ${above} order by i.thing, i.source, k.to_id)`,
  },
  {
    name: 'next_login.csv',
    columns: [...whoColumns, 'via', 'giver_type', 'giver_id', 'giver', 'sso_id'],
    sql: `select * from (select u.id, u.name, ${what}, u.login, u.email, m.via, m.type, m.id, g.name, m.sso_id
      from ${gainingMembers} where not ${hasThing} order by m.thing, m.id, u.n)
      union all select * from (select '', '', ${what}, '', '', m.via, m.type, m.id, coalesce(g.name, (select name from tenant where id = m.id), ''), m.sso_id
      from ${givers} where ${isWithoutMembers} order by m.thing, m.type, m.id)`,
  },
  ...otherTables,
] as const;

/** All files of the folder: the tables, and beside them what they were made of and what they do not show. */
export const csvFileNames: readonly string[] = [...tables.map(({ name }) => name), ownerMarks.table];

/** Tables that a file without what they are of does without: a query that has a row where there is anything. */
export const queriesOfTables: ReadonlyMap<string, string> = new Map([
  ['inherited_access.csv', 'select 1 from inherits limit 1'],
  ['next_login.csv', 'select 1 from maps limit 1'],
  ...otherTables.map(({ name, isThere }) => [name, isThere] as const),
]);

function flag(column: string): string {
  return `case ${column} when 1 then 'true' else 'false' end`;
}
