import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepares an insert of so many rows; `same` holds numbers that are the same in all of them. */
function prepareInsert(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
  { rows, same }: { readonly rows: number; readonly same: Readonly<Record<string, number>> },
): StatementSync {
  const values = `(${[...columns.map(() => '?'), ...Object.values(same)].join(', ')})`;
  return database.prepare(
    `insert into ${table} (${[...columns, ...Object.keys(same)].join(', ')}) values ${Array.from({ length: rows }, () => values).join(', ')}`,
  );
}

/** Inserts rows many at once, which costs half of what one by one does. They are not there before `flush`. */
export interface BulkInsert<V extends SQLInputValue> {
  put(...row: readonly V[]): void;
  flush(): void;
}

/** How many rows go in at once: as many as there are, in as few steps as these allow. */
const rowsAtOnce = [64, 16, 4, 1] as const;

/** `same`: numbers that are the same in every row. */
export function bulkInsert<V extends SQLInputValue>(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
  same: Readonly<Record<string, number>> = {},
): BulkInsert<V> {
  const steps = rowsAtOnce.map((rows) => ({
    values: rows * columns.length,
    statement: prepareInsert(database, table, columns, { rows, same }),
  }));
  const most = rowsAtOnce[0] * columns.length;
  const waiting: V[] = [];

  function flush(): void {
    let at = 0;
    for (const { values, statement } of steps) {
      for (; waiting.length - at >= values; at += values) {
        statement.run(...(at === 0 && values === waiting.length ? waiting : waiting.slice(at, at + values)));
      }
    }
    waiting.length = 0;
  }

  return {
    put: (...row) => {
      for (const value of row) {
        waiting.push(value);
      }
      if (waiting.length === most) {
        flush();
      }
    },
    flush,
  };
}
