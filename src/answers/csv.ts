import { writeCsvStream } from 'hucre/csv';
import { harmlessCell } from './printable.ts';

/** Rows as CSV (RFC 4180, UTF-8, CRLF), each cell harmless to a spreadsheet and to a terminal. */
export async function* csvBytes(
  header: readonly string[],
  rows: Iterable<readonly string[]>,
): AsyncGenerator<Uint8Array> {
  yield* writeCsvStream(harmless(header, rows), { headers: false });
  yield Buffer.from('\r\n', 'latin1'); // the library writes no line end after the last row
}

function* harmless(header: readonly string[], rows: Iterable<readonly string[]>): Generator<string[]> {
  yield [...header];
  for (const row of rows) {
    yield row.map(harmlessCell);
  }
}
