import { columnVisibilityFeature, constructTable, createColumnHelper, rowSortingFeature, tableFeatures } from '@tanstack/table-core';
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { useReport } from '../context.ts';
import { toCsv } from '../data/csv.ts';
import { pick, type SortKey, sortedRows } from '../data/order.ts';
import { createSearchIndex, type SearchIndex } from '../data/search.ts';
import { plain } from '../data/text.ts';
import { counted, number } from '../format.ts';
import { InGrid } from './names.tsx';
import { useVirtualizer } from './use-virtualizer.ts';

/** A column of a grid. Rows are numbers: what they stand for is the caller's business, and no row is ever an object. */
export interface GridColumn {
  readonly id: string;
  readonly header: string;
  /** Share of the width, as in "2fr". */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Left out where there is little room. */
  readonly isOptional?: boolean;
  readonly cell: (row: number) => ComponentChildren;
  /** What is sorted by; texts folded. */
  readonly key: (row: number) => SortKey;
  /** What is searched and exported. */
  readonly text: (row: number) => string;
}

interface GridProps {
  /** What the rows are, for screen readers and for the exported file: "People of Acme". */
  readonly label: string;
  readonly noun: readonly [one: string, many: string];
  readonly columns: readonly GridColumn[];
  readonly count: number;
  /** How many there are, where some rows are never shown; else `count`. */
  readonly total?: number | undefined;
  /** 1 for each row that may be shown. */
  readonly filter?: Uint8Array | undefined;
  /** Searched besides the columns' texts. */
  readonly alsoSearched?: ((row: number) => string) | undefined;
  readonly sortedBy?: { readonly id: string; readonly desc: boolean } | undefined;
  readonly href?: ((row: number) => string) | undefined;
  readonly isSelected?: ((row: number) => boolean) | undefined;
  readonly empty?: string | undefined;
  /** Stands beside the search. */
  readonly tools?: ComponentChildren;
  readonly tall?: boolean;
}

const rowHeight = 38;
const headerHeight = 36;
const printedRows = 20;
const noRows = new Uint32Array();

const features = tableFeatures({ coreReactivityFeature: storeReactivityBindings(), rowSortingFeature, columnVisibilityFeature });
type GridRow = readonly [row: number];

/** TanStack Table holds columns and sorting; only the rows in sight are rows to it, so that a hundred thousand cost nothing. */
function useTable(columns: readonly GridColumn[], sortedBy: GridProps['sortedBy']) {
  return useMemo(() => {
    const helper = createColumnHelper<typeof features, GridRow>();
    return constructTable({
      features,
      columns: helper.columns(columns.map(({ id, key, isNumber }) => helper.accessor(([row]) => key(row), { id, sortDescFirst: isNumber === true }))),
      data: [] as readonly GridRow[],
      manualSorting: true,
      enableMultiSort: false,
      enableSortingRemoval: false,
      initialState: { sorting: sortedBy === undefined ? [] : [sortedBy] },
    });
  }, [columns]);
}

export function Grid(props: GridProps) {
  const { printing } = useReport();
  return printing ? <PrintedGrid {...props} /> : <LiveGrid {...props} />;
}

function LiveGrid({ label, noun, columns, count, total = count, filter, alsoSearched, sortedBy, href, isSelected, empty, tools, tall = false }: GridProps) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const table = useTable(columns, sortedBy);
  const index = useSearchIndex(columns, count, alsoSearched);
  const sorting = table.atoms.sorting.get()[0];
  const rows = useRows(columns, count, sorting, [query === '' ? undefined : index().find(query), filter]);
  const narrow = useIsNarrow(scroller, columns.length);
  const shown = columns.filter(({ isOptional }) => !narrow || isOptional !== true);
  const virtualizer = useVirtualizer(scroller, rows.length, rowHeight, headerHeight);
  const items = virtualizer.getVirtualItems();
  table.setOptions((options) => ({ ...options, data: items.map(({ index: at }): GridRow => [rows[at] ?? 0]) }));

  useEffect(() => {
    const at = isSelected === undefined ? -1 : rows.findIndex(isSelected); // a link from elsewhere: show where it leads
    if (at > 0) {
      setActive(at);
      virtualizer.scrollToIndex(at, { align: 'center' });
    }
  }, []);

  function goTo(to: number): void {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    setActive(at);
    virtualizer.scrollToIndex(at);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1 };
    const to = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (event.target !== event.currentTarget) {
      return; // a button of the header
    }
    if (to !== undefined) {
      event.preventDefault();
      goTo(to);
    } else if (event.key === 'Enter' && href !== undefined && rows[active] !== undefined) {
      location.hash = href(rows[active]);
    }
  }

  return (
    <div class={tall ? 'grid-frame tall' : 'grid-frame'}>
      <GridTools
        {...{ label, noun, columns, rows, total, tools, query }}
        onQuery={(text) => {
          setQuery(text);
          setActive(0);
          virtualizer.scrollToOffset(0);
        }}
      />
      <div
        ref={scroller}
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={shown.length}
        aria-activedescendant={rows.length > 0 ? `${prefix}-${active}` : undefined}
        onKeyDown={onKeyDown}
        style={{ '--columns': shown.map(({ width }) => `minmax(0, ${width})`).join(' ') }}
      >
        <GridHeader
          columns={shown}
          sorting={sorting}
          onSort={(id) => {
            table.getColumn(id)?.toggleSorting();
            redraw(undefined);
          }}
        />
        <InGrid.Provider value={true}>
          <div class="grid-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
            {items.map(({ index: at, start }) => (
              <GridRowView
                key={at}
                {...{ at, href, isSelected }}
                id={`${prefix}-${at}`}
                row={rows[at] ?? 0}
                columns={shown}
                top={start - headerHeight}
                isActive={at === active}
                onClick={() => setActive(at)}
              />
            ))}
          </div>
        </InGrid.Provider>
        {rows.length === 0 && <p class="grid-empty">{total === 0 ? (empty ?? `There are no ${noun[1]}.`) : `No ${noun[1]} match.`}</p>}
      </div>
    </div>
  );
}

interface ToolsProps extends Pick<GridProps, 'label' | 'noun' | 'columns' | 'tools'> {
  readonly rows: Uint32Array;
  readonly total: number;
  readonly query: string;
  readonly onQuery: (text: string) => void;
}

function GridTools({ label, noun, columns, rows, total, tools, query, onQuery }: ToolsProps) {
  return (
    <div class="grid-tools">
      <input type="search" placeholder={`Search ${noun[1]}`} aria-label={`Search: ${label}`} value={query} onInput={(event) => onQuery(event.currentTarget.value)} />
      {tools}
      <div class="grid-end">
        <span class="grid-count" role="status">
          {rows.length === total ? counted(total, ...noun) : `${number(rows.length)} of ${counted(total, ...noun)}`}
        </span>
        <button type="button" class="quiet-button" onClick={() => download(label, columns, rows)} disabled={rows.length === 0} title={`Save these ${noun[1]} as a CSV file`}>
          CSV
        </button>
      </div>
    </div>
  );
}

interface HeaderProps {
  readonly columns: readonly GridColumn[];
  readonly sorting: GridProps['sortedBy'];
  readonly onSort: (id: string) => void;
}

function GridHeader({ columns, sorting, onSort }: HeaderProps) {
  return (
    <div class="grid-header" role="row" aria-rowindex={1}>
      {columns.map(({ id, header, isNumber }) => (
        <div key={id} role="columnheader" class={isNumber === true ? 'number' : ''} aria-sort={sorting?.id !== id ? 'none' : sorting.desc ? 'descending' : 'ascending'}>
          <button type="button" onClick={() => onSort(id)}>
            {header}
            <span class="sort-mark" aria-hidden="true">
              {sorting?.id !== id ? '' : sorting.desc ? '↓' : '↑'}
            </span>
          </button>
        </div>
      ))}
    </div>
  );
}

interface RowProps extends Pick<GridProps, 'columns' | 'href' | 'isSelected'> {
  readonly id: string;
  /** Its place among the rows that are left, and which row it is. */
  readonly at: number;
  readonly row: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly onClick: () => void;
}

function GridRowView({ id, at, row, top, columns, href, isSelected, isActive, onClick }: RowProps) {
  const selected = isSelected?.(row);
  return (
    <div
      id={id}
      role="row"
      class={`grid-row${isActive ? ' active' : ''}${selected === true ? ' selected' : ''}${href === undefined ? '' : ' opens'}`}
      aria-rowindex={at + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        onClick();
        if (href !== undefined && !(event.target instanceof Element && event.target.closest('a') !== null)) {
          location.hash = href(row);
        }
      }}
    >
      {columns.map(({ id: column, isNumber, cell, text }) => (
        <div key={column} role="gridcell" class={isNumber === true ? 'number' : ''} title={isNumber === true ? undefined : plain(text(row))}>
          {cell(row)}
        </div>
      ))}
    </div>
  );
}

function PrintedGrid({ label, noun, columns, count, filter, sortedBy }: GridProps) {
  const rows = useRows(columns, count, sortedBy, [filter]);
  return (
    <>
    <table class="printed">
      <caption class="visually-hidden">{label}</caption>
      <thead>
        <tr>
          {columns.map(({ id, header, isNumber }) => (
            <th key={id} class={isNumber === true ? 'number' : ''}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from(rows.subarray(0, printedRows), (row) => (
          <tr key={row}>
            {columns.map(({ id, cell, isNumber }) => (
              <td key={id} class={isNumber === true ? 'number' : ''}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    {rows.length > printedRows && <p class="note">… and {counted(rows.length - printedRows, `more ${noun[0]}`, `more ${noun[1]}`)}: see the page itself</p>}
    </>
  );
}

/** What was worked out for a list, kept as long as its columns are: coming back to it costs nothing. */
interface ListWork {
  readonly orders: Map<string, Uint32Array>;
  index?: SearchIndex;
}

const works = new WeakMap<readonly GridColumn[], ListWork>();

function workOf(columns: readonly GridColumn[]): ListWork {
  const known = works.get(columns) ?? { orders: new Map<string, Uint32Array>() };
  works.set(columns, known);
  return known;
}

function useRows(columns: readonly GridColumn[], count: number, sorting: GridProps['sortedBy'], filters: readonly (Uint8Array | undefined)[]): Uint32Array {
  const { orders } = workOf(columns);
  const key = sorting?.id ?? '';
  let order = orders.get(key);
  if (order === undefined) {
    const by = columns.find(({ id }) => id === key);
    order = by === undefined ? Uint32Array.from({ length: count }, (_, row) => row) : sortedRows(count, by.key);
    orders.set(key, order);
  }
  const chosen = order;
  return useMemo(() => (count === 0 ? noRows : pick(chosen, sorting?.desc === true, filters.filter((filter) => filter !== undefined))), [chosen, sorting?.desc, ...filters]);
}

/** Made when it is first asked for, or when the browser has nothing else to do. */
function useSearchIndex(columns: readonly GridColumn[], count: number, alsoSearched: GridProps['alsoSearched']): () => SearchIndex {
  const made = useMemo(() => {
    const work = workOf(columns);
    return () => (work.index ??= createSearchIndex(count, (row) => [...columns.map(({ text }) => text(row)), alsoSearched?.(row) ?? ''].join(' ')));
  }, [columns, count]);
  useEffect(() => {
    const later = 'requestIdleCallback' in window ? requestIdleCallback(() => made(), { timeout: 2000 }) : setTimeout(made, 500);
    return () => ('cancelIdleCallback' in window ? cancelIdleCallback(later) : clearTimeout(later));
  }, [made]);
  return made;
}

/** True when a column would have less than about eight characters. */
function useIsNarrow(scroller: { readonly current: HTMLDivElement | null }, columns: number): boolean {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const observer = new ResizeObserver(() => setNarrow(element.clientWidth < columns * 105));
    observer.observe(element);
    return () => observer.disconnect();
  }, [columns]);
  return narrow;
}

function download(label: string, columns: readonly GridColumn[], rows: Uint32Array): void {
  const lines = [columns.map(({ header }) => header), ...Array.from(rows, (row) => columns.map(({ text }) => text(row)))];
  const url = URL.createObjectURL(new Blob([toCsv(lines)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
