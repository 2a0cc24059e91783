import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Rows of texts that wait on a disk, so that memory does not grow with them. */
export interface RowSpool extends Disposable {
  put(rows: Iterable<readonly string[]>): void;
  /** All rows, in their order. */
  rows(): Generator<readonly string[]>;
}

/** Keeps rows in a folder, which is the caller's. */
export function openRowSpool(folder: string): RowSpool {
  const database = new DatabaseSync(join(folder, 'rows.db'));
  database.exec('pragma journal_mode = off; pragma synchronous = off; create table row (texts text not null)');
  const add = database.prepare('insert into row values (?)');
  return {
    put: (rows) => {
      database.exec('begin');
      for (const row of rows) {
        add.run(JSON.stringify(row));
      }
      database.exec('commit');
    },
    *rows() {
      for (const { texts } of database.prepare('select texts from row order by rowid').iterate()) {
        yield JSON.parse(String(texts)) as readonly string[]; // we wrote the list
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}
