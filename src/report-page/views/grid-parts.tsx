import { plain } from '../data/text.ts';
import { counted, number } from '../format.ts';
import type { GridProps } from './grid-props.ts';
import type { GridColumn } from './grid-layout.ts';
import { download, type Sorting } from './grid-work.ts';

interface ToolsProps extends Pick<GridProps, 'label' | 'noun' | 'columns' | 'about' | 'tools'> {
  readonly rows: Uint32Array;
  readonly total: number;
  readonly query: string;
  readonly onQuery: (text: string) => void;
  readonly sorting: Sorting | undefined;
  /** Cards have no headers to sort by, so the tools have. */
  readonly isCards: boolean;
  readonly onSort: (id: string) => void;
}

/** What stands above a grid: search, filters, how many rows are left, and the saving of them. */
export function GridTools({
  label,
  noun,
  columns,
  about = [],
  rows,
  total,
  tools,
  query,
  onQuery,
  sorting,
  isCards,
  onSort,
}: ToolsProps) {
  return (
    <div class="grid-tools">
      <input
        type="search"
        placeholder={`Search ${noun[1]}`}
        aria-label={`Search: ${label}`}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
      />
      {tools}
      {isCards && <SortTools {...{ label, columns, sorting, onSort }} />}
      <div class="grid-end">
        <span class="grid-count" role="status">
          {rows.length === total ? counted(total, ...noun) : `${number(rows.length)} of ${counted(total, ...noun)}`}
        </span>
        <button
          type="button"
          class="quiet-button"
          onClick={() => download(label, [...about, ...columns], rows)}
          disabled={rows.length === 0}
          title={`Save these ${noun[1]} as a CSV file`}
        >
          CSV
        </button>
      </div>
    </div>
  );
}

function SortTools({ label, columns, sorting, onSort }: Pick<ToolsProps, 'label' | 'columns' | 'sorting' | 'onSort'>) {
  return (
    <>
      <select
        aria-label={`Sort: ${label}`}
        value={sorting?.id ?? ''}
        onChange={(event) => event.currentTarget.value !== '' && onSort(event.currentTarget.value)}
      >
        {sorting === undefined && <option value="">Sort by …</option>}
        {columns.map(({ id, header }) => (
          <option key={id} value={id}>
            By {header.toLowerCase()}
          </option>
        ))}
      </select>
      {sorting !== undefined && (
        <button
          type="button"
          class="quiet-button"
          aria-label={sorting.desc ? 'Descending: turn round' : 'Ascending: turn round'}
          onClick={() => onSort(sorting.id)}
        >
          {sorting.desc ? '↓' : '↑'}
        </button>
      )}
    </>
  );
}

interface HeaderProps {
  readonly columns: readonly GridColumn[];
  readonly sorting: Sorting | undefined;
  readonly onSort: (id: string) => void;
}

/** The header of a table. A long name wraps. */
export function GridHeader({ columns, sorting, onSort }: HeaderProps) {
  return (
    <div class="grid-header" role="row" aria-rowindex={1}>
      {columns.map(({ id, header, isNumber }) => (
        <div
          key={id}
          role="columnheader"
          class={isNumber === true ? 'number' : ''}
          aria-sort={sorting?.id !== id ? 'none' : sorting.desc ? 'descending' : 'ascending'}
        >
          <button type="button" onClick={() => onSort(id)}>
            <span>{header}</span>
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
  readonly isCard: boolean;
  /** Told of the element of a card, whose height only the browser knows. */
  readonly measure: ((element: Element | null) => void) | undefined;
  readonly onClick: () => void;
}

/** One row, as a line of a table or as a card. */
export function GridRowView({
  id,
  at,
  row,
  top,
  columns,
  href,
  isSelected,
  isActive,
  isCard,
  measure,
  onClick,
}: RowProps) {
  const selected = isSelected?.(row);
  const lead = columns.findIndex(({ isPerson }) => isPerson === true); // the name that a card is about needs no label
  return (
    <div
      id={id}
      ref={measure ?? null}
      data-index={at}
      role="row"
      class={`grid-row${isCard ? ' card-row' : ''}${isActive ? ' active' : ''}${selected === true ? ' selected' : ''}${href === undefined ? '' : ' opens'}`}
      aria-rowindex={at + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        onClick();
        if (href !== undefined && !(event.target instanceof Element && event.target.closest('a, button') !== null)) {
          location.hash = href(row);
        }
      }}
    >
      {columns.map(({ id: column, header, isNumber, isPerson, cell, text }, place) => (
        <div
          key={column}
          role="gridcell"
          class={isNumber === true ? 'number' : isPerson === true && !(isCard && place !== lead) ? 'person-cell' : ''}
          title={isNumber === true || isCard ? undefined : plain(text(row))}
        >
          {isCard && place !== lead && <span class="card-label">{header}</span>}
          {isCard ? <span class="card-value">{cell(row)}</span> : cell(row)}
        </div>
      ))}
    </div>
  );
}

interface FootProps {
  /** The first and the last row in sight, from 0 on. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly noun: readonly [one: string, many: string];
  readonly label: string;
  readonly onPage: (direction: 1 | -1) => void;
}

/** What is in sight of how many, with a step to the others: nothing is hidden without being told. */
export function GridFoot({ first, last, count, noun, label, onPage }: FootProps) {
  return (
    <div class="grid-foot">
      <span>
        {number(first + 1)} to {number(last + 1)} of {counted(count, ...noun)}
      </span>
      <button
        type="button"
        class="quiet-button"
        aria-label={`${label}: earlier ${noun[1]}`}
        disabled={first === 0}
        onClick={() => onPage(-1)}
      >
        ‹ Earlier
      </button>
      <button
        type="button"
        class="quiet-button"
        aria-label={`${label}: more ${noun[1]}`}
        disabled={last >= count - 1}
        onClick={() => onPage(1)}
      >
        More ›
      </button>
    </div>
  );
}
