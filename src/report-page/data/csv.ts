import { harmlessCell } from '../../answers/printable.ts';

/**
 * A table as CSV (RFC 4180, with a byte order mark for spreadsheets). Each cell is made harmless as in `export` and the
 * answers.
 */
export function toCsv(rows: Iterable<readonly string[]>): string {
  return `\u{feff}${Array.from(rows, (row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const harmless = harmlessCell(text);
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
