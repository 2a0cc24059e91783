import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { openRunFile } from './sqlite-schema.ts';

/** The file in which runs are kept, for as long as it is the one at its path. */
export interface RunFile {
  database(): DatabaseSync;
  /**
   * Opens what is at the path now, where that is another file or none: what was taken away, nobody else sees. True where
   * it did; leases of before are lost then. Not to be called in a transaction.
   */
  openAgain(): boolean;
}

/** Files that were taken away. To close one would delete the log of the file that is in its place, by its name. */
const abandoned: DatabaseSync[] = [];

export function keepRunFile(path: string): RunFile {
  let database = openRunFile(path);
  let known = identityOf(path);
  return {
    database: () => database,
    openAgain: () => {
      if (identityOf(path) === known) {
        return false;
      }
      const opened = openRunFile(path);
      abandoned.push(database);
      database = opened;
      known = identityOf(path);
      return true;
    },
  };
}

/** An open file keeps its number: another one has another. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
