import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';

/**
 * Lets a database sort in this folder, in files without a name: without this SQLite looks for a place by itself, and may
 * find none. It counts for every database of the process, so it is said right before what sorts.
 */
export function sortIn(database: DatabaseSync, folder: string): void {
  try {
    database.exec(`pragma temp_store_directory = '${folder.replaceAll("'", "''")}'`);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.message === 'not a writable directory') {
      throw new ConnectorError(
        'local-io',
        `cannot write temporary files into ${printable(folder)}: this user may not write there; make the folder writable`,
      );
    }
    throw thrown;
  }
}
