import { harmlessCell } from './printable.ts';

/** No program takes a longer text in a cell. */
export const longestCell = 32_767;
const cutMark = '… (cut)';

/**
 * A text as XML carries it inside a cell. This is the one place where a text meets XML. What XML has no form for
 * (control characters, lone surrogates, U+FFFE and U+FFFF) is told by its number, as everywhere that people read; a
 * text that looks like a spreadsheet's own escape, such as `_x0041_`, has its first underscore escaped, so that it is
 * not taken for one.
 */
export function cellXml(text: string): string {
  return xmlText(fitted(harmlessCell(text)));
}

/** Text between tags or in an attribute in quotes. */
export function xmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const looksEscaped = /_(?=x[0-9A-Fa-f]{4}_)/g;

function fitted(cell: string): string {
  const escaped = cell.includes('_x') ? cell.replaceAll(looksEscaped, '_x005F_') : cell;
  if (escaped.length <= longestCell) {
    return escaped;
  }
  let end = longestCell - cutMark.length;
  let short = '';
  do {
    short = cell
      .slice(0, end)
      .replace(/[\uD800-\uDBFF]$/, '')
      .replaceAll(looksEscaped, '_x005F_');
    end -= Math.max(1, short.length - (longestCell - cutMark.length));
  } while (short.length > longestCell - cutMark.length);
  return short + cutMark;
}

/** "A1", "AB12": column and row count from 1. */
function cellName(column: number, row: number): string {
  return `${columnName(column)}${row}`;
}

export function columnName(column: number): string {
  const last = String.fromCharCode(65 + ((column - 1) % 26));
  return column <= 26 ? last : columnName(Math.floor((column - 1) / 26)) + last;
}

/** A row of texts; empty ones take no cell. `style` is a place in the workbook's list of formats. */
export function rowXml(row: number, cells: readonly string[], style = 0): string {
  let xml = `<row r="${row}">`;
  const format = style === 0 ? '' : ` s="${style}"`;
  for (let place = 0; place < cells.length; place += 1) {
    const text = cells[place] ?? '';
    if (text !== '') {
      xml += `<c r="${cellName(place + 1, row)}"${format} t="inlineStr"><is><t xml:space="preserve">${cellXml(text)}</t></is></c>`;
    }
  }
  return `${xml}</row>`;
}
