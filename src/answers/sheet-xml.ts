import type { TextWriter } from '../model/text-writer.ts';
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
  return isPlain(text) ? text : xmlText(fitted(harmlessCell(text)));
}

/** Nearly every text: one that all that is said above leaves as it is. Its first character begins no formula. */
function isPlain(text: string): boolean {
  return plain.test(text) && text.length <= longestCell && !text.includes('_x');
}

const plain = /^[A-Za-z0-9(][\w .,:;()@/-]*$/;

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

/** "A", "AB": columns count from 1. */
export function columnName(column: number): string {
  const last = String.fromCharCode(65 + ((column - 1) % 26));
  return column <= 26 ? last : columnName(Math.floor((column - 1) / 26)) + last;
}

const cellEnd = Buffer.from('</t></is></c>');

/** A column of a sheet, and what stands in its last row. */
interface Column {
  /** What every cell begins with, but for the number of its row. */
  readonly opening: string;
  text: string;
  /** The cell behind its row's number; made when a second row has the same text, as most columns have in long runs. */
  cell: Buffer | undefined;
}

/**
 * Writes rows of texts, one below the other; empty texts take no cell. `style` is a place in the workbook's list of
 * formats.
 */
export class SheetRows {
  readonly #out: TextWriter;
  readonly #columns: readonly Column[];
  readonly #format: Buffer;
  #count: number;

  constructor(out: TextWriter, columns: number, { above = 0, style = 0 } = {}) {
    this.#out = out;
    this.#count = above;
    this.#columns = Array.from({ length: columns }, (_, place) => ({
      opening: `<c r="${columnName(place + 1)}`,
      text: '',
      cell: undefined,
    }));
    this.#format = Buffer.from(`"${style === 0 ? '' : ` s="${style}"`} t="inlineStr"><is><t xml:space="preserve">`);
  }

  /** How many rows there are, with those above. */
  get count(): number {
    return this.#count;
  }

  put(cells: readonly string[]): void {
    const out = this.#out;
    this.#count += 1;
    const number = String(this.#count);
    out.text('<row r="');
    out.text(number);
    out.text('">');
    for (let place = 0; place < this.#columns.length; place += 1) {
      const [column, text = ''] = [this.#columns[place], cells[place]];
      if (column !== undefined && text !== '') {
        out.text(column.opening);
        out.text(number);
        this.#putText(column, text);
      }
    }
    out.text('</row>');
  }

  #putText(column: Column, text: string): void {
    const out = this.#out;
    if (text === column.text) {
      column.cell ??= Buffer.concat([this.#format, Buffer.from(cellXml(text), 'utf8'), cellEnd]);
      out.bytes(column.cell);
    } else {
      column.text = text;
      column.cell = undefined;
      out.bytes(this.#format);
      out.text(cellXml(text));
      out.bytes(cellEnd);
    }
  }
}
