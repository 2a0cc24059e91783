import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import type { QueryAnswer } from '../history/store.ts';
import { isDiskFull } from '../os-reasons.ts';
import { temporaryPlace } from '../output/work-places.ts';

/** The rows of an answer, which can be gone through. */
export interface HeldAnswer extends AsyncDisposable {
  readonly columns: readonly string[];
  rows(): Iterable<readonly unknown[]>;
}

/**
 * Takes an answer of a database elsewhere to its end before anything of it is shown: rows wait in a file, so that memory
 * does not grow with them.
 */
export async function heldAnswer(answer: QueryAnswer, signal: AbortSignal): Promise<HeldAnswer> {
  const work = temporaryPlace();
  const folder = await work.makeFolder();
  const path = join(folder.path, 'answer.db');
  let database: DatabaseSync | undefined;
  const dispose = async (): Promise<void> => {
    database?.close();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await (await open(path, 'wx', 0o600)).close();
    database = new DatabaseSync(path);
    database.exec(
      'pragma journal_mode = off; pragma synchronous = off; create table answer (row text not null); begin',
    );
    const put = database.prepare('insert into answer (row) values (?)');
    for await (const rows of answer.rows()) {
      throwIfCancelled(signal);
      rows.forEach((row) => put.run(JSON.stringify(row)));
    }
    database.exec('commit');
    const all = database.prepare('select row from answer order by rowid');
    return {
      columns: answer.columns,
      *rows() {
        for (const { row } of all.iterate()) {
          yield JSON.parse(String(row)) as readonly unknown[]; // as it was put
        }
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (thrown) {
    await dispose();
    throw isDiskFull(thrown)
      ? new ConnectorError('local-io', `cannot answer: the disk is full; ${work.fullRemedy}`)
      : thrown;
  }
}
