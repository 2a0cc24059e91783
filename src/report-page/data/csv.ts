/** A table as CSV (RFC 4180, with a byte order mark for spreadsheets). Cells that a spreadsheet would run get a "'" before. */
export function toCsv(rows: Iterable<readonly string[]>): string {
  return `\u{feff}${Array.from(rows, (row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
