import { DatabaseSync } from 'node:sqlite';
import { sqliteCode } from '../os-reasons.ts';
import type { Mended } from './c1z-indexes.ts';
import type { IndexJob, IndexOutcome } from './index-aside.ts';

/** Does in a thread what is to be done with a database, and tells what came of it; nothing is kept where it fails. */
export function outcomeOf({ path }: IndexJob, work: (database: DatabaseSync) => Mended): IndexOutcome {
  try {
    const database = new DatabaseSync(path);
    try {
      const mended = work(database);
      database.exec('commit');
      return { mended };
    } finally {
      database.close();
    }
  } catch (thrown) {
    const errcode = sqliteCode(thrown);
    if (errcode === undefined || !(thrown instanceof Error)) {
      throw thrown;
    }
    return { message: thrown.message, errcode };
  }
}
