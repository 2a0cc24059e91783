import { useEffect, useMemo } from 'preact/hooks';
import { toCsv } from '../data/csv.ts';
import { pick, sortedRows } from '../data/order.ts';
import { createSearchIndex, type SearchIndex } from '../data/search.ts';
import type { GridColumn } from './grid-layout.ts';

/** What was worked out for a list, kept as long as its columns are: coming back to it costs nothing. */
interface ListWork {
  readonly orders: Map<string, Uint32Array>;
  index?: SearchIndex;
}

const works = new WeakMap<readonly GridColumn[], ListWork>();
const noRows = new Uint32Array();

function workOf(columns: readonly GridColumn[]): ListWork {
  const known = works.get(columns) ?? { orders: new Map<string, Uint32Array>() };
  works.set(columns, known);
  return known;
}

/** By which column rows are sorted. */
export interface Sorting {
  readonly id: string;
  readonly desc: boolean;
}

/** The rows that are left, in their order. */
export function useRows(
  columns: readonly GridColumn[],
  count: number,
  sorting: Sorting | undefined,
  filters: readonly (Uint8Array | undefined)[],
): Uint32Array {
  const { orders } = workOf(columns);
  const key = sorting?.id ?? '';
  const chosen = useMemo(() => {
    const by = columns.find(({ id }) => id === key);
    const known = by?.isLive === true ? undefined : orders.get(key);
    const order =
      known ?? (by === undefined ? Uint32Array.from({ length: count }, (_, row) => row) : sortedRows(count, by.key));
    orders.set(key, order);
    return order;
  }, [columns, count, key]);
  return useMemo(
    () =>
      count === 0
        ? noRows
        : pick(
            chosen,
            sorting?.desc === true,
            filters.filter((filter) => filter !== undefined),
          ),
    [chosen, sorting?.desc, ...filters],
  );
}

/** Made when it is first asked for, or when the browser has nothing else to do. */
export function useSearchIndex(columns: readonly GridColumn[], count: number): () => SearchIndex {
  const made = useMemo(() => {
    const work = workOf(columns);
    return () =>
      (work.index ??= createSearchIndex(count, (row) =>
        columns.map(({ text, searched, isLive }) => (isLive === true ? '' : (searched ?? text)(row))).join(' '),
      ));
  }, [columns, count]);
  useEffect(() => {
    const later =
      'requestIdleCallback' in window ? requestIdleCallback(() => made(), { timeout: 2000 }) : setTimeout(made, 500);
    return () => ('cancelIdleCallback' in window ? cancelIdleCallback(later) : clearTimeout(later));
  }, [made]);
  return made;
}

type SavedColumn = Pick<GridColumn, 'header' | 'text' | 'alsoExported'>;

/**
 * The lines of a saved list: every column, whatever is shown, with what tells people, tenants and roles of one name
 * apart.
 */
export function exportedLines(columns: readonly SavedColumn[], rows: Iterable<number>): string[][] {
  const all = columns.flatMap(({ header, text, alsoExported = [] }) => [{ header, text }, ...alsoExported]);
  return [all.map(({ header }) => header), ...Array.from(rows, (row) => all.map(({ text }) => text(row)))];
}

/** Hands a list to the browser as a file. */
export function download(label: string, columns: readonly SavedColumn[], rows: Uint32Array): void {
  const name = `${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.csv`;
  saveFile(name, toCsv(exportedLines(columns, rows)), 'text/csv');
}

/** Hands a text to the browser as a file. */
export function saveFile(name: string, text: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
