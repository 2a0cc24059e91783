import type { AccessIndex } from './access-index.ts';
import { csvBytes } from './csv.ts';
import { tables } from './csv-schema.ts';

/** Every table of a file as CSV, made while it is read. */
export function csvTables({ database }: AccessIndex): { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }[] {
  function* rowsOf(sql: string): Generator<string[]> {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true); // names of columns may come twice
    for (const row of statement.iterate()) {
      yield Object.values(row).map(String);
    }
  }
  return tables.map(({ name, columns, sql }) => ({ name, bytes: csvBytes(columns, rowsOf(sql)) }));
}
