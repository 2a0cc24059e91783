import type { DatabaseSync } from 'node:sqlite';
import { sqliteCode } from '../os-reasons.ts';
import type { C1zTable } from '../sync-format/c1z.ts';
import { c1zIndexesSql } from '../sync-format/c1z-schema.ts';
import { sortIn } from '../sync-format/sort-in.ts';

/** SQLite's code for two rows that a unique index does not take. */
const notUnique = 2067;

/**
 * What is written anew when a row comes a second time; the other columns keep their first values, as in the Go writer.
 */
const renewed: Readonly<Record<C1zTable, readonly string[]>> = {
  v1_resource_types: ['data'],
  v1_resources: ['data'],
  v1_entitlements: ['data'],
  v1_grants: ['expansion', 'needs_expansion', 'data'],
};

/** How many rows there are of each type, for the tables in which rows came twice. */
export type Mended = Partial<Record<C1zTable, Readonly<Record<string, number>>>>;

/**
 * Makes the indexes, which sort in the given folder, one after the other: a step takes as long as the table is large.
 * Rows that came twice become one on the way, as it was the last time. Yields after each step.
 */
export function* makeIndexes(database: DatabaseSync, folder: string): Generator<undefined, Mended> {
  const mended: Mended = {};
  for (const table of Object.keys(c1zIndexesSql) as C1zTable[]) {
    // a record of exactly these
    for (const sql of c1zIndexesSql[table]) {
      sortIn(database, folder);
      try {
        database.exec(sql);
      } catch (thrown) {
        if (sqliteCode(thrown) !== notUnique) {
          throw thrown;
        }
        mendRepeats(database, table);
        database.exec(sql);
        mended[table] = countByType(database, table);
      }
      yield undefined;
    }
  }
  return mended;
}

/** Larger caches than SQLite's usual one; no journal on the disk, and nothing is forced to it: see `createC1zDatabase`. */
export const c1zPragmas =
  'pragma journal_mode = memory; pragma synchronous = off; pragma locking_mode = exclusive; pragma cache_size = -16384;';

/** How many rows there are of each resource type. */
function countByType(database: DatabaseSync, table: C1zTable): Readonly<Record<string, number>> {
  const type = table === 'v1_resource_types' ? "''" : 'resource_type_id';
  return Object.fromEntries(
    database
      .prepare(`select ${type} type, count(*) n from ${table} group by 1`)
      .all()
      .map((row) => [String(row['type']), Number(row['n'])]),
  );
}

function mendRepeats(database: DatabaseSync, table: C1zTable): void {
  const columns = renewed[table].join(', ');
  const others = `from ${table} other where other.external_id = ${table}.external_id and other.sync_id = ${table}.sync_id`;
  database.exec(`
    create index repeats on ${table} (external_id, sync_id, id);
    update ${table} set (${columns}) = (select ${columns} ${others} order by other.id desc limit 1)
      where exists (select 1 ${others} and other.id > ${table}.id);
    delete from ${table} where exists (select 1 ${others} and other.id < ${table}.id);
    drop index repeats;
  `);
}
