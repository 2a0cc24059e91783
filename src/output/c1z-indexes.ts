import type { DatabaseSync } from 'node:sqlite';
import { sqliteCode } from '../os-reasons.ts';
import { type C1zTable, c1zTables } from '../sync-format/c1z.ts';
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

/**
 * Makes the indexes, which sort in the given folder, one after the other: a step takes as long as the table is large.
 * Rows that came twice become one on the way, as it was the last time; yields each table that had some.
 */
export function* makeIndexes(database: DatabaseSync, folder: string): Generator<C1zTable | undefined> {
  for (const table of Object.values(c1zTables)) {
    for (const sql of c1zIndexesSql[table]) {
      sortIn(database, folder);
      try {
        database.exec(sql);
        yield undefined;
      } catch (thrown) {
        if (sqliteCode(thrown) !== notUnique) {
          throw thrown;
        }
        mendRepeats(database, table);
        database.exec(sql);
        yield table;
      }
    }
  }
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
