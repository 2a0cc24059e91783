import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { WireWriter } from '../model/wire-writer.ts';
import type { C1zRows, C1zValue } from './c1z-rows.ts';

/** Rows that one statement enters: fifty take two thirds of the time that they take one by one. */
const atOnce = [50, 10, 1] as const;

/** Enters rows of one kind; `time` is when they were seen. */
export type Insert<R> = (rows: readonly R[], time: string) => void;

/** Makes what enters rows of a kind, all of the same sync. Rows next to each other that share values go in together. */
export function insertInto<R>(database: DatabaseSync, syncId: string, kind: C1zRows<R>): Insert<R> {
  const statements = new Map<number, StatementSync>();
  const out = new WireWriter(); // messages lie one before the other: SQLite keeps a copy of what it is given

  function statementFor(count: number): StatementSync {
    const statement = statements.get(count) ?? database.prepare(insertSql(kind, syncId, count));
    statements.set(count, statement);
    return statement;
  }

  function enter(rows: readonly R[], count: number, from: number, shared: readonly C1zValue[], time: string): void {
    const values: C1zValue[] = [...shared, time];
    out.clear();
    for (let place = from; place < from + count; place += 1) {
      const row = rows[place];
      if (row !== undefined) {
        const before = out.length;
        kind.write(row, out);
        values.push(...kind.ownOf(row), out.writtenSince(before));
      }
    }
    statementFor(count).run(...values);
  }

  return (rows, time) => {
    let shared: readonly C1zValue[] = [];
    let from = 0;
    const enterUntil = (end: number): void => {
      for (const count of atOnce) {
        for (; end - from >= count; from += count) {
          enter(rows, count, from, shared, time);
        }
      }
    };
    for (const [place, row] of rows.entries()) {
      const values = kind.sharedOf(row);
      if (place > 0 && values.some((value, column) => value !== shared[column])) {
        enterUntil(place);
      }
      shared = values;
    }
    enterUntil(rows.length);
  };
}

/** Values come in the order: shared, time, and for each row its own and its data. */
function insertSql<R>({ table, shared, own }: C1zRows<R>, syncId: string, count: number): string {
  const marks = (names: readonly string[]): string => names.map(() => '?').join(', ');
  const ofThisSync = `'${syncId.replaceAll("'", "''")}'`; // the same for all rows: bound, it would be copied for each
  const told = [...own, 'data'];
  const row = `(${marks(told)})`;
  const into = `insert into ${table} (${['sync_id', ...shared, 'discovered_at', ...told].join(', ')})`;
  const first = `${ofThisSync}, ${marks([...shared, 'discovered_at'])}`;
  if (count === 1) {
    return `${into} values (${first}, ${marks(told)})`;
  }
  const columns = told.map((_, place) => `column${place + 1}`).join(', ');
  return `${into} select ${first}, ${columns} from (values ${Array.from({ length: count }, () => row).join(', ')})`;
}
