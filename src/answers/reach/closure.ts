import type { DatabaseSync } from 'node:sqlite';
import { takeOverPermissions } from '../power.ts';
import type { Seeds } from './seeds.ts';

/**
 * How sure it is that something falls, the surest first. `certain` is on a record or inherited by every reading,
 * `uncertain` inherited by some; `next_login` is what a login gives; `possible` needs more than the file tells.
 */
export const levels = ['certain', 'uncertain', 'next_login', 'possible'] as const;
export type FallLevel = (typeof levels)[number];

/**
 * Computes what falls, into temporary tables of the index: `fell_user` (why, and by which thing), `fell_key`,
 * `fell_held` (what they hold directly, by whom) and `fell_thing` (that, and what is inherited of it). Each has the level
 * of its surest way: the level of a way is that of its weakest step. A level is finished before the next one begins, so
 * whatever is found first has its level.
 *
 * With `isWide`, users who can be taken over fall, too, and what they have.
 */
export function computeFall(database: DatabaseSync, seeds: Seeds, isWide: boolean): void {
  createTables(database, seeds);
  const exec = (sql: string): number => Number(database.prepare(sql).run().changes);
  for (const level of [0, 1, 2, 3]) {
    plant(database, seeds, level);
    let isFirst = true;
    for (;;) {
      exec('update fell_round set now = now + 1');
      holdings(exec, level, isFirst);
      spread(exec, level);
      const more = isWide ? takeOver(exec, level) : 0;
      isFirst = false;
      if (more === 0) {
        break;
      }
    }
  }
}

type Exec = (sql: string) => number;

/** What things confer: as the file tells it, and of roles that nobody holds in a tenant what the role does. */
export const conferred = '(select permission, thing from confers union select permission, thing from fell_confers)';

function createTables(database: DatabaseSync, { things }: Seeds): void {
  const tables = ['round', 'user', 'key', 'held', 'thing', 'place', 'power', 'confers'];
  database.exec(tables.map((name) => `drop table if exists temp.fell_${name};`).join(' '));
  database.exec(`
    create temp table fell_round (now integer not null);
    insert into fell_round values (0);
    create temp table fell_user (user integer primary key, level integer not null, how text not null, thing integer,
      signs_in integer not null, round integer not null);
    create temp table fell_key (type text not null, id text not null, level integer not null, how text not null,
      round integer not null, primary key (type, id)) without rowid;
    create temp table fell_held (thing integer not null, who text not null, level integer not null, by_type text not null,
      by_id text not null, primary key (thing, who)) without rowid;
    create temp table fell_thing (thing integer primary key, level integer not null, source integer, round integer not null);
    create temp table fell_place (tenant text primary key, level integer not null, thing integer not null) without rowid;
    create temp table fell_power (thing integer primary key);
    create temp table fell_confers (permission integer not null, thing integer not null)`);
  const confer = database.prepare('insert into fell_confers select permission, ?1 from confers where thing = ?2');
  things.forEach(({ n, role }) => role === undefined || confer.run(n, role));
  database
    .prepare(
      `insert or ignore into fell_power select c.thing from thing p join ${conferred} c on c.permission = p.n
        where p.kind = 'permission' and p.id in (select value from json_each(?1))
      union select n from thing where kind = 'permission' and id in (select value from json_each(?1))`,
    )
    .run(JSON.stringify(takeOverPermissions));
}

/** Enters what falls at the outset with this level. */
function plant(database: DatabaseSync, { users, keys, things }: Seeds, level: number): void {
  const user = database.prepare(
    `insert or ignore into fell_user select n, ?2, ?3, null, ?4, (select now + 1 from fell_round) from "user" where id = ?1`,
  );
  const key = database.prepare(
    'insert or ignore into fell_key select ?1, ?2, ?3, ?4, (select now + 1 from fell_round)',
  );
  const thing = database.prepare("insert or ignore into fell_held values (?1, 'gain', ?2, '', '')");
  for (const seed of users.filter((one) => one.level === level)) {
    if (seed.id === undefined) {
      database.exec(
        `insert or ignore into fell_user select u.n, ${level}, '${seed.how}', null, 1, (select now + 1 from fell_round)
          from "user" u where u.n in (${seed.among})`,
      );
    } else {
      user.run(seed.id, level, seed.how, Number(seed.signsIn));
    }
  }
  keys.filter((one) => one.level === level).forEach(({ type, id, how }) => key.run(type, id, level, how));
  things.filter((one) => one.level === level).forEach(({ n }) => thing.run(n, level));
}

/** What those hold who fell in this round; from the level of the next login on, what it gives to all who fell. */
function holdings(exec: Exec, level: number, isFirst: boolean): void {
  const isNew = 'round = (select now from fell_round)';
  const all = exec(
    `update fell_round set now = now where (select count(*) from fell_user) = (select count(*) from "user")`,
  );
  exec(
    all > 0
      ? `insert or ignore into fell_held select t.n, 'user', ${level}, 'user',
            (select u.id from holding h join "user" u on u.n = h.user where h.thing = t.n limit 1)
          from thing t where exists (select 1 from holding where thing = t.n)`
      : `insert or ignore into fell_held select h.thing, 'user', ${level}, 'user', u.id
          from fell_user f join holding h on h.user = f.user join "user" u on u.n = f.user where f.${isNew}`,
  );
  exec(`insert or ignore into fell_held select g.thing, 'key', ${level}, f.type, f.id
    from fell_key f join other_grant g on g.to_type = f.type and g.to_id = f.id where f.${isNew} and g.thing is not null`);
  if (level >= 2) {
    const those = `f.signs_in = 1 ${isFirst && level === 2 ? '' : `and f.${isNew}`}`;
    exec(`insert or ignore into fell_held select m.thing, 'gain', ${level}, g.type, g.id
      from fell_user f join group_member x on x.user = f.user join sso g on g.n = x.sso
        join maps m on m.type = 'idp_group' and m.id = g.id where ${those}`);
    exec(`insert or ignore into fell_held select m.thing, 'gain', ${level}, g.type, g.id
      from sso g join maps m on m.type = g.type and m.id = g.id join thing b on b.kind = 'tenant' and b.id = g.tenant
      where g.type = 'sso_configuration'
        and exists (select 1 from fell_user f join holding a on a.user = f.user and a.thing = b.n where ${those})`);
  }
}

/** What is held has fallen, and what passes down from it by inheritances that are sure enough. */
function spread(exec: Exec, level: number): void {
  const sure = (column: string): string => (level === 0 ? `i.${column} = 'derived'` : `i.${column} <> ''`);
  exec(`insert or ignore into fell_thing select thing, level, null, (select now from fell_round) from fell_held`);
  exec(`insert or ignore into fell_thing select i.thing, ${level}, i.source, (select now from fell_round)
    from fell_held h join inherits i on i.source = h.thing where h.who <> 'key' and ${sure('certainty')}`);
  exec(`insert or ignore into fell_thing select i.thing, ${level}, i.source, (select now from fell_round)
    from fell_held h join inherits i on i.source = h.thing where h.who = 'key' and ${sure('keys')}`);
}

/** Users of the tenants in which something that fell lets others be taken over; of all, where it counts everywhere. */
function takeOver(exec: Exec, level: number): number {
  const places =
    exec(`insert or ignore into fell_place select t.tenant, ${level}, t.n from fell_thing f join fell_power p on p.thing = f.thing
    join thing t on t.n = f.thing`);
  if (places === 0) {
    return 0;
  }
  const next = '(select now + 1 from fell_round)';
  const signsIn = `on conflict (user) do update set signs_in = 1, round = excluded.round where signs_in = 0`;
  return (
    exec(`insert into fell_user select u.n, ${level}, 'take_over', p.thing, 1, ${next}
      from fell_place p join "user" u where p.tenant = '' ${signsIn}`) +
    exec(`insert into fell_user select h.user, ${level}, 'take_over', p.thing, 1, ${next}
      from fell_place p join thing t on t.kind = 'tenant' and t.id = p.tenant join holding h on h.thing = t.n
      where p.tenant <> '' ${signsIn}`)
  );
}
