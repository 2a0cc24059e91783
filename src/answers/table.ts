import stringWidth from 'string-width';
import { printable } from './printable.ts';

export interface TableOptions {
  /** The screen's columns; without them nothing is cut. */
  readonly width?: number | undefined;
  /** Which columns give way on a narrow screen, in this order, and how narrow each may become; 0 leaves a column out. */
  readonly shrink?: readonly { readonly column: number; readonly to: number }[];
}

const indent = '  ';
/** The widths of columns are those of the first rows: a table of a million rows is not held to measure it. */
const measuredRows = 500;
const gap = '  ';

/** Rows as aligned lines of printable text, each no wider than the screen; what does not fit ends with "…". */
export function* tableLines(rows: Iterable<readonly string[]>, { width = Number.POSITIVE_INFINITY, shrink = [] }: TableOptions = {}): Generator<string> {
  const waiting: string[][] = [];
  let widths: readonly number[] | undefined;
  const room = width - stringWidth(indent);
  for (const row of rows) {
    const cells = row.map(printable);
    if (widths !== undefined) {
      yield lineOf(cells, widths, room);
    } else if (waiting.push(cells) === measuredRows) {
      widths = widthsOf(waiting, room, shrink);
      yield* waiting.splice(0).map((cell) => lineOf(cell, widths ?? [], room));
    }
  }
  const last = widths ?? widthsOf(waiting, room, shrink);
  yield* waiting.map((cells) => lineOf(cells, last, room));
}

function widthsOf(rows: readonly (readonly string[])[], room: number, shrink: NonNullable<TableOptions['shrink']>): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => rows.reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 0));
  for (const { column, to } of shrink) {
    const excess = lineWidth(widths) - room;
    const width = widths[column] ?? 0;
    if (excess > 0 && width > to) {
      const narrowed = Math.max(to, width - excess);
      widths[column] = to === 0 && narrowed < leastTold ? 0 : narrowed;
    }
  }
  return widths;
}

/** Fewer columns than these tell nothing: what would be cut to less is left out. */
const leastTold = 8;

function lineWidth(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, gap.length * Math.max(0, shown.length - 1));
}

function lineOf(cells: readonly string[], widths: readonly number[], room: number): string {
  const isBounded = Number.isFinite(room);
  const shown = cells.flatMap((cell, column) => {
    const width = widths[column] ?? 0;
    const text = isBounded ? fitted(cell, width) : cell;
    return width === 0 && isBounded ? [] : [text + ' '.repeat(Math.max(0, width - stringWidth(text)))];
  });
  const line = shown.join(gap).trimEnd();
  return indent + (isBounded ? fitted(line, room) : line);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text of at most so many columns, cut between characters as people see them. */
export function fitted(text: string, width: number): string {
  if (stringWidth(text) <= width) {
    return text;
  }
  let cut = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) {
      break;
    }
    cut += segment;
  }
  return `${cut}…`;
}
