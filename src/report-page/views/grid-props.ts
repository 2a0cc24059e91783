import type { ComponentChildren } from 'preact';
import type { ExportedColumn, GridColumn } from './grid-layout.ts';
import type { Sorting } from './grid-work.ts';

/** What a list is made of. */
export interface GridProps {
  /** What the rows are, for screen readers and for the exported file: "People of Acme". */
  readonly label: string;
  readonly noun: readonly [one: string, many: string];
  readonly columns: readonly GridColumn[];
  /** Beside a detail there is room for the first columns only; the saved file has all of them. */
  readonly isCompact?: boolean;
  /** What the whole list is about, as the first columns of the saved file: it is read without the page around it. */
  readonly about?: readonly ExportedColumn[] | undefined;
  readonly count: number;
  /** How many there are, where some rows are never shown; else `count`. */
  readonly total?: number | undefined;
  /** 1 for each row that may be shown. */
  readonly filter?: Uint8Array | undefined;
  readonly sortedBy?: Sorting | undefined;
  readonly href?: ((row: number) => string) | undefined;
  /** What a key does with the row that the grid stands at; `next` goes on to the one below. Undefined for no key of its own. */
  readonly onKey?: ((row: number, key: string) => 'stay' | 'next' | undefined) | undefined;
  readonly isSelected?: ((row: number) => boolean) | undefined;
  readonly empty?: string | undefined;
  /** Stands beside the search. */
  readonly tools?: ComponentChildren;
  /** Stands below the list, and is told which rows are left in it. */
  readonly below?: ((rows: Uint32Array) => ComponentChildren) | undefined;
  readonly tall?: boolean;
}
