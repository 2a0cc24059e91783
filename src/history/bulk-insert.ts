import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepares an insert of so many rows; `same` holds numbers that are the same in all of them. */
function prepareInsert(
  database: DatabaseSync,
  table: string,
  columns: readonly string[],
  { rows, same }: { readonly rows: number; readonly same: Readonly<Record<string, number>> },
): StatementSync {
  const names = [...columns, ...Object.keys(same)].join(', ');
  const row = `(${[...columns.map(() => '?'), ...Object.values(same)].join(', ')})`;
  return database.prepare(
    `insert into ${table} (${names}) values ${Array.from({ length: rows }, () => row).join(', ')}`,
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
  /** Prepared when they are needed: a small sync needs few. */
  const statements = new Map<number, StatementSync>();
  const most = rowsAtOnce[0] * columns.length;
  const waiting: V[] = [];

  function statementOf(rows: number): StatementSync {
    const found = statements.get(rows) ?? prepareInsert(database, table, columns, { rows, same });
    statements.set(rows, found);
    return found;
  }

  function flush(): void {
    let at = 0;
    for (const rows of rowsAtOnce) {
      const values = rows * columns.length;
      for (; waiting.length - at >= values; at += values) {
        const some = at === 0 && values === waiting.length ? waiting : waiting.slice(at, at + values);
        statementOf(rows).run(...some);
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
