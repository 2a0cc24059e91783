import type { ComponentChildren } from 'preact';
import type { SortKey } from '../data/order.ts';

/** A column of a grid. Rows are numbers: what they stand for is the caller's business, and no row is ever an object. */
export interface GridColumn {
  readonly id: string;
  readonly header: string;
  /** Share of the width, as in "2fr". */
  readonly width: string;
  /** Pixels below which it says nothing; that of its header's longest word otherwise. */
  readonly least?: number;
  readonly isNumber?: boolean;
  /** Names a person: the cell has two or three lines. */
  readonly isPerson?: boolean;
  /** Left out where there is little room. */
  readonly isOptional?: boolean;
  /** Left out on paper, which has little room for many columns. */
  readonly isUnprinted?: boolean;
  /** Changes while the page is open: the search leaves it out, and an order by it is made anew whenever it is chosen. */
  readonly isLive?: boolean;
  readonly cell: (row: number) => ComponentChildren;
  /** What is sorted by; texts folded. */
  readonly key: (row: number) => SortKey;
  /** What is exported, and searched unless `searched` says otherwise. */
  readonly text: (row: number) => string;
  readonly searched?: ((row: number) => string) | undefined;
  /** Columns of the saved file beside this one: what tells apart things of one name. */
  readonly alsoExported?: readonly ExportedColumn[];
}

/** A column that only the saved file has. */
export interface ExportedColumn {
  readonly header: string;
  readonly text: (row: number) => string;
}

/** How a grid is drawn at a width. */
export interface GridLayout {
  /** Cards stand one below the other, each with its columns as lines: for a telephone, where a table would be cut. */
  readonly isCards: boolean;
  readonly columns: readonly GridColumn[];
  /** Pixels; of cards an estimate, since they are as high as their texts. */
  readonly rowHeight: number;
  /** Lines of a person's cell: the name, and login and id beside each other or one below the other. */
  readonly personLines: 2 | 3;
  /** For CSS's grid-template-columns. */
  readonly template: string;
}

const gap = 14;
const padding = 28;
const rowHeight = { plain: 38, 2: 46, 3: 60 } as const;
/** Login and id stand beside each other from this many pixels on. */
const besideEachOther = 440;

/**
 * The layout of columns at a width. A list that stands beside a detail loses columns from its end instead of becoming
 * cards.
 */
export function layoutOf(all: readonly GridColumn[], width: number, isCompact: boolean): GridLayout {
  const narrower = narrowed(all);
  const columns =
    narrower.find((some) => leastOf(some) <= width) ?? (isCompact ? fitting(narrower.at(-1) ?? all, width) : undefined);
  if (columns === undefined) {
    return {
      isCards: true,
      columns: all,
      rowHeight: 24 + 27 * all.length + (all.some(({ isPerson }) => isPerson) ? 36 : 0),
      personLines: 3,
      template: '',
    };
  }
  const personLines = personWidth(columns, width) >= besideEachOther ? 2 : 3;
  return {
    isCards: false,
    columns,
    rowHeight: columns.some(({ isPerson }) => isPerson) ? rowHeight[personLines] : rowHeight.plain,
    personLines,
    template: columns.map((column) => `minmax(${leastWidth(column)}px, ${column.width})`).join(' '),
  };
}

/** All columns, then without the last optional one, and so on to those that are needed. */
function narrowed(all: readonly GridColumn[]): (readonly GridColumn[])[] {
  const lists = [all];
  for (let last = all; ;) {
    const at = last.findLastIndex(({ isOptional }) => isOptional === true);
    if (at === -1) {
      return lists;
    }
    last = last.filter((_, place) => place !== at);
    lists.push(last);
  }
}

function fitting(columns: readonly GridColumn[], width: number): readonly GridColumn[] {
  const count = columns.findLastIndex((_, at) => leastOf(columns.slice(0, at + 1)) <= width) + 1;
  return columns.slice(0, Math.max(1, count));
}

function leastOf(columns: readonly GridColumn[]): number {
  return padding + gap * (columns.length - 1) + columns.reduce((sum, column) => sum + leastWidth(column), 0);
}

/** No narrower than the header's longest word and the mark of sorting: a header may wrap, but is never cut. */
function leastWidth({ header, least = 0, isNumber }: GridColumn): number {
  const longest = Math.max(...header.split(' ').map((word) => word.length));
  return Math.max(Math.ceil(longest * 7.8) + 18, isNumber === true ? 48 : 96, least);
}

function personWidth(columns: readonly GridColumn[], width: number): number {
  const share = (column: GridColumn): number => Number.parseFloat(column.width);
  const free = width - padding - gap * (columns.length - 1);
  const sum = columns.reduce((all, column) => all + share(column), 0);
  return Math.max(...columns.map((column) => (column.isPerson === true ? (free * share(column)) / sum : 0)));
}
