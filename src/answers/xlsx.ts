import { writeXlsxStream } from 'hucre/xlsx';
import { harmlessCell } from './printable.ts';

export interface SheetColumn {
  readonly header: string;
  /** In characters. */
  readonly width: number;
}

export interface SheetOptions {
  /** Rows of a sheet, its header included: the format takes no more than 1,048,576, and the rest goes on another sheet. */
  readonly rowsPerSheet?: number;
}

/** Rows as a spreadsheet with its header frozen. All cells are text, and none can be taken for a formula. */
export async function* xlsxBytes(name: string, columns: readonly SheetColumn[], rows: Iterable<readonly string[]>, { rowsPerSheet }: SheetOptions = {}): AsyncGenerator<Uint8Array> {
  yield* writeXlsxStream(harmless(rows), {
    name,
    columns: columns.map(({ header, width }) => ({ header, width })),
    freezePane: { rows: 1 },
    ...(rowsPerSheet !== undefined && { maxRowsPerSheet: rowsPerSheet }),
    zip64: false,
  });
}

function* harmless(rows: Iterable<readonly string[]>): Generator<string[]> {
  for (const row of rows) {
    yield row.map(harmlessCell);
  }
}
