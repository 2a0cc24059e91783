import { parseJson } from './json-body.ts';

const [quote, backslash, comma, openObject, closeObject, openList, closeList] = Buffer.from('"\\,{}[]');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Rows that hold a list each: where they stand in an answer, and who takes the items of their lists. */
export interface InnerLists {
  /** The field of the outermost object that holds the rows, for an answer that is no list itself. */
  readonly rows: string;
  /** The field of a row that holds its list. */
  readonly items: string;
  /** Told where a row's list begins; `row` counts the rows from 0. */
  onList(row: number): void;
  onItem(item: unknown, row: number): void;
}

/**
 * Parses an answer item by item, where the list inside a single row may be as large as the answer. Answers the rest of
 * it, with an empty list in place of each that was taken. Throws SyntaxError or TypeError where the body is not whole
 * JSON, though perhaps after some items were taken.
 */
export function parseInnerLists(body: Uint8Array, lists: InnerLists): unknown {
  const scan = new Scan(body, lists);
  scan.run();
  return JSON.parse(scan.rest) as unknown;
}

/** One way through a body, which looks at brackets, strings and commas only. */
class Scan {
  rest = '';
  readonly #body: Uint8Array;
  readonly #lists: InnerLists;
  /** How deep the rows lie: in the outermost list, or in a list of the outermost object. */
  readonly #rowDepth: number;
  #depth = 0;
  #lastText = '';
  #areRows: boolean;
  #row = -1;
  /** Where the list that is being taken began, and its current item; -1 outside of one. */
  #listFrom = -1;
  #itemFrom = -1;
  /** Up to here the body is in `rest`, or was taken. */
  #copied = 0;

  constructor(body: Uint8Array, lists: InnerLists) {
    const isBare = body[body.findIndex((byte) => byte > 0x20)] === openList;
    this.#body = body;
    this.#lists = lists;
    this.#rowDepth = isBare ? 2 : 3;
    this.#areRows = isBare;
  }

  run(): void {
    const body = this.#body;
    for (let place = 0; place < body.length; place += 1) {
      const byte = body[place];
      if (byte === quote) {
        place = this.#text(place);
      } else if (byte === openObject || byte === openList) {
        this.#open(place, byte === openList);
      } else if (byte === closeObject || byte === closeList) {
        this.#close(place);
      } else if (byte === comma && this.#listFrom >= 0 && this.#depth === this.#rowDepth + 1) {
        this.#item(place);
      }
    }
    if (this.#listFrom >= 0) {
      throw new SyntaxError('the body ends within a list');
    }
    this.rest += utf8.decode(body.subarray(this.#copied));
  }

  /** Answers the place of the quotation mark that ends the text. */
  #text(from: number): number {
    const body = this.#body;
    let end = from + 1;
    while (end < body.length && body[end] !== quote) {
      end += body[end] === backslash ? 2 : 1;
    }
    if (this.#listFrom < 0 && (this.#depth === 1 || this.#depth === this.#rowDepth)) {
      this.#lastText = utf8.decode(body.subarray(from + 1, end));
    }
    return end;
  }

  #open(place: number, isList: boolean): void {
    this.#depth += 1;
    if (isList && this.#rowDepth === 3 && this.#depth === 2) {
      this.#areRows = this.#lastText === this.#lists.rows;
    }
    if (this.#areRows && !isList && this.#depth === this.#rowDepth) {
      this.#row += 1;
      this.#lastText = '';
    }
    if (this.#areRows && isList && this.#depth === this.#rowDepth + 1 && this.#lastText === this.#lists.items) {
      this.#listFrom = place + 1;
      this.#itemFrom = place + 1;
      this.rest += utf8.decode(this.#body.subarray(this.#copied, place + 1));
      this.#lists.onList(this.#row);
    }
  }

  #close(place: number): void {
    if (this.#listFrom >= 0 && this.#depth === this.#rowDepth + 1) {
      const isEmpty =
        this.#itemFrom === this.#listFrom && utf8.decode(this.#body.subarray(this.#listFrom, place)).trim() === '';
      if (!isEmpty) {
        this.#item(place);
      }
      this.#listFrom = -1;
      this.#copied = place;
    }
    this.#depth -= 1;
  }

  #item(end: number): void {
    this.#lists.onItem(parseJson(this.#body.subarray(this.#itemFrom, end)), this.#row);
    this.#itemFrom = end + 1;
  }
}
