import type { DatabaseSync } from 'node:sqlite';

/**
 * Lets a database sort in this folder, in files without a name: without this SQLite looks for a place by itself, and may
 * find none. It counts for every database of the process, so it is said right before what sorts.
 */
export function sortIn(database: DatabaseSync, folder: string): void {
  database.exec(`pragma temp_store_directory = '${folder.replaceAll("'", "''")}'`);
}
