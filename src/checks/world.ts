import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { FileIndex } from '../answers/file-index.ts';
import { addFold } from '../answers/fold-sql.ts';
import { judgeRoles, type RolePowers } from '../answers/role-power.ts';
import type { Found } from './found.ts';
import { createHolders, type Holders, once } from './holders.ts';
import { emptyTable, prepared } from './statements.ts';
import { markUsers, type UserMarks } from './user-marks.ts';

export type Row = Readonly<Record<string, unknown>>;

/**
 * An index as rules ask it. Besides the tables of the index there are `shut` (users who cannot log in), `role_of` (the
 * role that a role or a binding stands for, both as things), `privileged` (roles and bindings that are much, and why)
 * and `credential` (every access key and management key once, by `kind`).
 */
export interface World {
  readonly index: FileIndex;
  /** Epoch seconds of the sync: every "older than" counts from it. Not a number where the file does not tell. */
  readonly now: number;
  readonly powers: RolePowers;
  readonly holders: Holders;
  /** Read once, when it is first asked for. */
  readonly marks: () => UserMarks;
  /** Makes `used_role`: roles that a person or a key holds somewhere, or that a known login gives. */
  readonly needUsedRoles: () => void;
  readonly rows: (sql: string, ...values: readonly SQLInputValue[]) => Iterable<Row>;
  /** Rows as findings, in order: columns `type`, `id`, `name`, and `tenant`, `about` and `detail` where there are such. */
  readonly found: (sql: string, ...values: readonly SQLInputValue[]) => Iterable<Found>;
  /** The same, with the detail made from the row. */
  readonly told: (sql: string, detail: (row: Row) => string, ...values: readonly SQLInputValue[]) => Iterable<Found>;
}

/** A user who cannot log in. */
export const isShut = `u.status in ('disabled', 'expired')`;

/** Makes what rules ask besides the tables, in the connection of the index. */
export function createWorld(index: FileIndex): World {
  const { database } = index;
  addFold(database);
  const powers = judgeRoles(database, undefined, ['role']);
  emptyTable(database, 'shut', 'user integer primary key');
  prepared(database, `insert into shut select u.n from user u where ${isShut}`).run();
  createRoleTables(database, powers);
  prepared(
    database,
    `create temp view if not exists credential as
    select 'access_key' kind, o.* from other o where o.type = 'access_key_secret'
    union all select 'management_key', o.* from other o where o.type = 'management_key_secret'
    union all select o.type, o.* from other o where o.type in ('access_key', 'management_key')
      and not exists (select 1 from other s where s.type = o.type || '_secret' and s.id = o.id)`,
  ).run();
  const rows: World['rows'] = (sql, ...values) => database.prepare(sql).iterate(...values);
  function* told(sql: string, detail: (row: Row) => string, ...values: readonly SQLInputValue[]): Generator<Found> {
    for (const row of rows(`select * from (${sql}) order by type, id, tenant, about`, ...values)) {
      yield {
        type: text(row, 'type'),
        id: text(row, 'id'),
        name: text(row, 'name'),
        tenant: text(row, 'tenant'),
        about: text(row, 'about'),
        detail: detail(row),
      };
    }
  }
  const needUsedRoles = once(() => {
    const hasMappings = index.types.has('sso_configuration') || index.types.has('idp_group');
    database.exec(`drop table if exists temp.used_role; create temp table used_role (role integer primary key);
      insert or ignore into used_role
        select r.role from role_of r where exists (select 1 from holding h where h.thing = r.thing)
        ${index.hasOtherGrants ? 'union select r.role from role_of r join other_grant g on g.thing = r.thing' : ''}
        ${hasMappings ? 'union select r.role from maps m join role_of r on r.thing = m.thing' : ''}`);
  });
  const holders = createHolders(database);
  return {
    index,
    powers,
    holders,
    marks: once(() => markUsers(database, holders.users)),
    needUsedRoles,
    now: Math.floor(Date.parse(index.summary.finishedAt ?? '') / 1000),
    rows,
    told,
    found: (sql, ...values) => told(sql, (row) => text(row, 'detail'), ...values),
  };
}

/** A column as text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A column as a number. */
export function number(row: Row, column: string): number {
  return Number(row[column] ?? 0);
}

/** Makes `role_of` and `privileged`. */
export function createRoleTables(database: DatabaseSync, powers: RolePowers): void {
  emptyTable(database, 'role_of', 'thing integer primary key, role integer not null');
  emptyTable(database, 'privileged', 'thing integer primary key, why text not null');
  const roles = new Map<string, number>();
  const put = prepared(database, 'insert into role_of (thing, role) values (?, ?)');
  const mark = prepared(database, 'insert into privileged (thing, why) values (?, ?)');
  const things = prepared(
    database,
    `select n, kind, role, iif(kind = 'role', tenant, coalesce(role_tenant, '')) home from thing
     where kind in ('role', 'binding') order by kind desc`,
  );
  for (const row of things.all()) {
    const [n, key] = [number(row, 'n'), JSON.stringify([row['home'], row['role']])];
    if (row['kind'] === 'role') {
      roles.set(key, n);
    }
    const role = roles.get(key);
    if (role !== undefined) {
      put.run(n, role);
      const why = powers.of(role)?.privilege.join('; ') ?? '';
      if (why !== '') {
        mark.run(n, why);
      }
    }
  }
  prepared(database, 'create index if not exists temp.role_of_by_role on role_of (role)').run();
}
