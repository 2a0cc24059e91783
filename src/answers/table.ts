import stringWidth from 'string-width';
import { printable } from './printable.ts';

export interface TableOptions {
  /** Dresses a line that is cut and padded already, by its row. */
  readonly dress?: (line: string, row: readonly string[]) => string;
  /** The screen's columns; without them nothing is cut. */
  readonly width?: number | undefined;
  /**
   * Which columns give way on a narrow screen, in this order, and how narrow each may become; 0 leaves a column out.
   */
  readonly shrink?: readonly { readonly column: number; readonly to: number }[];
  /**
   * True when the last cell of every row is a note: it is never cut, and stands on lines of its own below where it does
   * not fit. `noteGap` stands between its parts.
   */
  readonly hasNotes?: boolean;
}

const indent = '  ';
/** The widths of columns are those of the first rows: a table of a million rows is not held to measure it. */
const measuredRows = 500;
const gap = '  ';
/** Stands between the parts of a note, each of which begins a line where they do not fit on one. */
export const noteGap = '  ';

/** Rows as aligned lines of printable text, each no wider than the screen; what does not fit ends with "…". */
export function* tableLines(
  rows: Iterable<readonly string[]>,
  { width = Number.POSITIVE_INFINITY, shrink = [], hasNotes = false, dress = (line) => line }: TableOptions = {},
): Generator<string> {
  const waiting: Row[] = [];
  let widths: readonly number[] | undefined;
  const room = width - stringWidth(indent);
  const linesOf = ({ cells, note }: Row, columns: readonly number[]): string[] =>
    withNote(lineOf(cells, columns, room), note, width).map((line) => dress(line, cells));
  for (const row of rows) {
    const texts = row.map(printable);
    const cells = hasNotes ? texts.slice(0, -1) : texts;
    const told: Row = { cells, note: hasNotes ? (texts.at(-1) ?? '') : '' };
    if (widths !== undefined) {
      yield* linesOf(told, widths);
    } else if (waiting.push(told) === measuredRows) {
      widths = widthsOf(waiting, room, shrink);
      yield* waiting.splice(0).flatMap((first) => linesOf(first, widths ?? []));
    }
  }
  const last = widths ?? widthsOf(waiting, room, shrink);
  yield* waiting.flatMap((row) => linesOf(row, last));
}

interface Row {
  readonly cells: readonly string[];
  readonly note: string;
}

function withNote(line: string, note: string, width: number): string[] {
  if (note === '') {
    return [line];
  }
  const whole = `${line}${gap}${note}`;
  if (stringWidth(whole) <= width) {
    return [whole];
  }
  const below = indent + indent;
  const parts = note
    .split(noteGap)
    .flatMap((part) => (stringWidth(below + part) <= width ? [part] : part.split(/(?<=.) (?=-> )|(?<=^\([^)]*\)) /)));
  const isWhole = stringWidth(below + note) <= width;
  return [
    line,
    ...(isWhole ? [note] : parts.flatMap((part) => brokenAtBlanks(part, width - below.length))).map(
      (part) => below + part,
    ),
  ];
}

/** A part of a note that is wider than the screen, broken between words; an id is a word and stays whole. */
function brokenAtBlanks(text: string, room: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && stringWidth(`${line} ${word}`) > room) {
      lines.push(`${indent}${word}`);
    } else {
      lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
  }
  return lines;
}

function widthsOf(rows: readonly Row[], room: number, shrink: NonNullable<TableOptions['shrink']>): number[] {
  const count = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((widest, { cells }) => Math.max(widest, stringWidth(cells[column] ?? '')), 0),
  );
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
    return width === 0 && (isBounded || cell === '') ? [] : [text + ' '.repeat(Math.max(0, width - stringWidth(text)))];
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
