import type { DatabaseSync } from 'node:sqlite';
import { fold } from '../model/fold.ts';
import { addFold } from './fold-sql.ts';
import { isOddText } from './odd-text.ts';
import { tableIn } from './ways.ts';

/** Which names belong to several things, compared without case and Unicode form. */
export interface Namesakes {
  isUserShared(name: string): boolean;
  isTenantShared(name: string): boolean;
  isRoleShared(name: string): boolean;
}

/** SQL for the folded form of a column. Plain ASCII, which most names are, is folded by SQLite itself. */
function folded(column: string): string {
  return `case when ${column} glob '*[^ -~]*' or ${column} glob '*  *' then fold(${column}) else lower(trim(${column})) end`;
}

/**
 * The namesakes within one file, or within several that are attached to a database: a name is shared when
 * things of two ids bear it, in whichever file. `among` is a query for the names of the users that matter; without it
 * all do.
 */
export function namesakesIn(
  database: DatabaseSync,
  files: readonly (string | undefined)[] = [undefined],
  among?: string,
): Namesakes {
  addFold(database);
  const shared = (rows: (file: string | undefined) => string): ReadonlySet<string> =>
    new Set(
      database
        .prepare(`select f from (${files.map(rows).join(' union ')}) group by f having count(distinct id) > 1`)
        .all()
        .map(({ f }) => String(f)),
    );
  const tenants = shared((file) => `select id, ${folded('name')} f from ${tableIn(file, 'tenant')}`);
  const roles = shared(
    (file) => `select role id, ${folded('role')} f from ${tableIn(file, 'thing')} where kind = 'role'`,
  );
  let isUser: ((name: string) => boolean) | undefined;
  return {
    isUserShared: (name) =>
      (isUser ??=
        files.length === 1 && files[0] === undefined && hasNameIndex(database)
          ? sharedByIndex(database)
          : usersShared(database, files, among))(name),
    isTenantShared: (name) => tenants.has(fold(name)),
    isRoleShared: (name) => roles.has(fold(name)),
  };
}

/** So many names that an index does not fold are looked through for each name. */
const mostOdd = 500;

/** Whether users can be looked up by a name: in a store, which has views in place of tables, as long as most are plain. */
function hasNameIndex(database: DatabaseSync): boolean {
  const isStore = database.prepare("select 1 from temp.sqlite_schema where type = 'view' and name = 'user'").get();
  const odd = `select count(*) n from (select 1 from user where ${isOddText('name')} limit ${mostOdd + 1})`;
  return isStore !== undefined && Number(database.prepare(odd).get()?.['n']) <= mostOdd;
}

/** An answer shows few names: each is looked up. */
function sharedByIndex(database: DatabaseSync): (name: string) => boolean {
  const find = database.prepare(
    `select count(*) n from (select id from user where name = ?1 collate nocase and fold(name) = ?1
     union select id from user where ${isOddText('name')} and fold(name) = ?1 limit 2)`,
  );
  const known = new Map<string, boolean>();
  return (name) => {
    const folded = fold(name);
    const isShared = known.get(folded) ?? Number(find.get(folded)?.['n']) > 1;
    if (known.size < mostKnown) {
      known.set(folded, isShared);
    }
    return isShared;
  };
}

/** Names of which it is kept whether they are shared. */
const mostKnown = 10_000;

/**
 * There may be a million users, and few share a name: the shared names go into a table, which is made at the first
 * call.
 */
function usersShared(
  database: DatabaseSync,
  files: readonly (string | undefined)[],
  among: string | undefined,
): (name: string) => boolean {
  if (among !== undefined) {
    database.exec(`create temp table name_among as select distinct ${folded('name')} f from (${among})`);
    database.exec('create index temp.name_among_by_f on name_among (f)');
  }
  const condition = among === undefined ? '' : `where ${folded('name')} in (select f from temp.name_among)`;
  const rows = files
    .map((file) => `select id, ${folded('name')} f from ${tableIn(file, 'user')} ${condition}`)
    .join(' union all ');
  const several = files.length === 1 ? 'count(*)' : 'count(distinct id)';
  database.exec('create temp table shared_user_name (f text primary key) without rowid');
  database.exec(`insert into temp.shared_user_name select f from (${rows}) group by f having ${several} > 1`);
  const find = database.prepare('select 1 from temp.shared_user_name where f = ?');
  const isShared = (name: string): boolean => find.get(fold(name)) !== undefined;
  let last = { name: '', isShared: isShared('') };
  return (name) => {
    if (name !== last.name) {
      last = { name, isShared: isShared(name) };
    }
    return last.isShared;
  };
}
