import type { DatabaseSync } from 'node:sqlite';
import { emptyTable, prepared } from '../statements.ts';
import type { World } from '../world.ts';
import type { HeldSet } from './schema.ts';

/**
 * Who has something of a set, effectively: a row for each user or key, and each place, in a temporary table of this name.
 * `place` is a tenant's id, '' for the whole project; `sure` is 0 where only an uncertain inheritance gives it. `what` is
 * one of the things that give it there.
 */
export function createHeld({ index: { database } }: World, table: string, set: HeldSet): void {
  const things = `${table}_thing`;
  createThings(database, things, set);
  emptyTable(
    database,
    table,
    'type text not null, id text not null, place text not null, sure integer not null, what text not null, primary key (type, id, place)',
    'without rowid',
  );
  for (const select of holdersOf(things)) {
    prepared(
      database,
      `insert into ${table} (type, id, place, sure, what) ${select}
      on conflict (type, id, place) do update set sure = max(sure, excluded.sure), what = min(what, excluded.what)`,
    ).run();
  }
}

/** Everything that gives something of a set, in a temporary table of this name: roles, bindings and permissions. */
export function createThings(database: DatabaseSync, table: string, { permissions = [], roles = [] }: HeldSet): void {
  emptyTable(database, table, 'thing integer primary key');
  prepared(
    database,
    `insert or ignore into ${table}
      select r.thing from role_of r join confers c on c.thing = r.role join thing p on p.n = c.permission
        where p.id in (select value from json_each(?1))
      union select n from thing where kind = 'permission' and id in (select value from json_each(?1))
      union select r.thing from role_of r join thing t on t.n = r.role where t.role in (select value from json_each(?2))`,
  ).run(JSON.stringify(permissions), JSON.stringify(roles));
}

/** The ways in which somebody has one of the things of such a table, a query each: type, id, place, sure, what. */
export function holdersOf(things: string): readonly string[] {
  const sure = (column: string): string => `i.${column} = 'derived'`;
  return [
    `select 'user' type, u.id id, t.tenant place, 1 sure, t.name what from ${things} s join holding h on h.thing = s.thing
    join user u on u.n = h.user join thing t on t.n = s.thing where true`,
    `select 'user' type, u.id id, t.tenant place, ${sure('certainty')} sure, t.name what from ${things} s join inherits i on i.thing = s.thing
    join holding h on h.thing = i.source join user u on u.n = h.user join thing t on t.n = s.thing where true`,
    `select g.to_type type, g.to_id id, t.tenant place, 1 sure, t.name what from ${things} s join other_grant g on g.thing = s.thing
    join thing t on t.n = s.thing where g.to_type = 'access_key'`,
    `select g.to_type type, g.to_id id, t.tenant place, ${sure('keys')} sure, t.name what from ${things} s join inherits i on i.thing = s.thing
    join other_grant g on g.thing = i.source join thing t on t.n = s.thing where g.to_type = 'access_key' and i.keys <> ''`,
  ];
}

/** The name of a user or a key `x`, as SQL. */
export const nameOfHolder = (x: string): string =>
  `coalesce(iif(${x}.type = 'user', (select name from user where id = ${x}.id),
    (select name from other where type = ${x}.type and id = ${x}.id)), '')`;

/** A set in words: "invoices.pay", "the role Clerk or invoices.pay". */
export function setInWords({ permissions = [], roles = [] }: HeldSet): string {
  return [...roles.map((role) => `the role ${role}`), ...permissions].join(' or ');
}
