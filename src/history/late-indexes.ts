import type { DatabaseSync } from 'node:sqlite';
import { isOddText } from '../answers/odd-text.ts';
import { grantKinds } from './schema.ts';

/**
 * The indexes of many rows: made when the first sync is in, which is several times as fast. Users are found by any text
 * that names them, and read in the order of their names; of the grants, those that are few have indexes of their own.
 */
const lateIndexesSql = `
create index if not exists login_by_text on login_row (login collate nocase);
drop index if exists login_odd;
create index if not exists login_by_odd_text on login_row (v) where ${isOddText('login')};
${['email', 'id'].map(anyTextSql).join('\n')}
${answerIndexesSql()}
`;

/** Those of them that are of use when whoever is asked about was found. */
export function answerIndexesSql(): string {
  return `
create index if not exists user_by_id on user_row (id);
create index if not exists login_by_v on login_row (v);
create index if not exists grant_by_principal on grant_row (to_n, on_n);
${anyTextSql('name')}
create index if not exists thing_by_kind on thing_row (kind);
create index if not exists user_by_name on user_row (name, id);
${(['confers', 'inherits', 'maps', 'member', 'other'] as const)
  .map((kind) => `create index if not exists grant_${kind} on grant_row (on_n, to_n) where kind = ${grantKinds[kind]};`)
  .join('\n')}
`;
}

function anyTextSql(column: string): string {
  return `create index if not exists user_by_any_${column} on user_row (${column} collate nocase);
drop index if exists user_odd_${column};
create index if not exists user_by_odd_${column} on user_row (v) where ${isOddText(column)};`;
}

/** One row in so many is there twice while indexes are made. */
const roomOneIn = 64;

/** No thing has this number, no row this version. */
const nothing = 2 ** 48;

/**
 * Rows that are there while indexes are made, at the ends of their tables: each index has room on every page when they are
 * gone. An index that is made of sorted rows fills its pages to the last byte, and the first change on a page splits it in
 * two: a thousandth of the users would make a store two hundredths larger.
 */
const makeRoomSql = (userColumns: string): string => `
insert into user_row (v, ${userColumns})
  select ${nothing} + v, ${userColumns} from user_row where v % ${roomOneIn} = 0;
insert into login_row (rowid, v, login) select ${nothing} + rowid, ${nothing} + v, login from login_row where rowid % ${roomOneIn} = 0;
insert into grant_row (on_n, slug, to_n, variant, since, kind, project, v, told)
  select ${nothing}, 0, n, 0, 0, ${grantKinds.rest}, 0, 0, 0 from entity where n % ${roomOneIn / 4} = 0;
`;

/** What is deleted is overwritten: a copy of a row would outlast the row. */
const leaveRoomSql = `
pragma secure_delete = on;
delete from user_row where v > ${nothing};
delete from login_row where rowid > ${nothing};
delete from grant_row where on_n = ${nothing};
`;

/** Of a new file, which nobody else sees: what is half done need not be taken back. */
export const newFilePragmas =
  'pragma page_size = 8192; pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536';

/** Makes the indexes of many rows, where they are not there yet; `hasRoom`: with room for what will change. */
export function makeLateIndexes(
  database: DatabaseSync,
  { hasRoom = false }: { readonly hasRoom?: boolean } = {},
): void {
  const isFirst =
    hasRoom && database.prepare("select 1 from sqlite_schema where name = 'user_by_name'").get() === undefined;
  for (const sql of isFirst
    ? [makeRoomSql(columnsOf(database, 'user_row')), lateIndexesSql, leaveRoomSql]
    : [lateIndexesSql]) {
    database.exec(sql);
  }
}

/** The columns of a table without the number of its versions. */
function columnsOf(database: DatabaseSync, table: string): string {
  return database
    .prepare("select group_concat(name, ', ') names from pragma_table_info(?) where name <> 'v'")
    .all(table)
    .map(({ names }) => String(names))
    .join('');
}
