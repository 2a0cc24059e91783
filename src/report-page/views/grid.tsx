import {
  columnVisibilityFeature,
  constructTable,
  createColumnHelper,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/table-core';
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings';
import type { Virtualizer } from '@tanstack/virtual-core';
import { useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { PrintingContext } from '../context.ts';
import { type GridColumn, layoutOf } from './grid-layout.ts';
import { GridFoot, GridHeader, GridRowView, GridTools } from './grid-parts.tsx';
import type { GridProps } from './grid-props.ts';
import { useRows, useSearchIndex } from './grid-work.ts';
import { InGrid } from './names.tsx';
import { PrintedGrid } from './printed-grid.tsx';
import { useVirtualizer } from './use-virtualizer.ts';

const compactColumns = 3;
const cardGap = 8;

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  rowSortingFeature,
  columnVisibilityFeature,
});
type GridRow = readonly [row: number];

/**
 * TanStack Table holds columns and sorting; only the rows in sight are rows to it, so that a hundred thousand cost
 * nothing.
 */
function useTable(columns: readonly GridColumn[], sortedBy: GridProps['sortedBy']) {
  return useMemo(() => {
    const helper = createColumnHelper<typeof features, GridRow>();
    return constructTable({
      features,
      columns: helper.columns(
        columns.map(({ id, key, isNumber }) =>
          helper.accessor(([row]) => key(row), { id, sortDescFirst: isNumber === true }),
        ),
      ),
      data: [] as readonly GridRow[],
      manualSorting: true,
      enableMultiSort: false,
      enableSortingRemoval: false,
      initialState: { sorting: sortedBy === undefined ? [] : [sortedBy] },
    });
  }, [columns]);
}

/** A list to search, sort and walk through; on paper a plain table. */
export function Grid(props: GridProps) {
  return useContext(PrintingContext) ? <PrintedGrid {...props} /> : <LiveGrid {...props} />;
}

function LiveGrid({
  label,
  noun,
  columns,
  isCompact = false,
  about,
  count,
  total = count,
  filter,
  sortedBy,
  href,
  isSelected,
  onKey,
  empty,
  tools,
  below,
  tall = false,
}: GridProps) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const table = useTable(columns, sortedBy);
  const index = useSearchIndex(columns, count);
  const sorting = table.atoms.sorting.get()[0];
  const rows = useRows(columns, count, sorting, [query === '' ? undefined : index().find(query), filter]);
  const { width, header } = useSizes(scroller);
  const layout = useMemo(() => {
    const some = isCompact ? columns.filter(({ isOptional }) => isOptional !== true).slice(0, compactColumns) : columns;
    return layoutOf(some, width, isCompact);
  }, [columns, width, isCompact]);
  const { columns: shown, isCards, rowHeight } = layout;
  const virtualizer = useVirtualizer(scroller, rows.length, { rowHeight, header, gap: isCards ? cardGap : 0 });
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

  function sortBy(id: string): void {
    table.getColumn(id)?.toggleSorting();
    redraw(undefined);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (event.target !== event.currentTarget) {
      return; // a button of the header
    }
    const row = rows[active];
    const done =
      row === undefined || event.ctrlKey || event.metaKey || event.altKey ? undefined : onKey?.(row, event.key);
    if (done !== undefined) {
      event.preventDefault();
      goTo(done === 'next' ? active + 1 : active);
      return;
    }
    if (to !== undefined) {
      event.preventDefault();
      goTo(to);
    } else if (event.key === 'Enter' && href !== undefined && rows[active] !== undefined) {
      location.hash = href(rows[active]);
    }
  }

  const sight = inSight(virtualizer, header);
  return (
    <div class={tall ? 'grid-frame tall' : 'grid-frame'}>
      <GridTools
        {...{ label, noun, columns, about, rows, total, tools, query, sorting, isCards }}
        onSort={sortBy}
        onQuery={(text) => {
          setQuery(text);
          setActive(0);
          virtualizer.scrollToOffset(0);
        }}
      />
      <div
        ref={scroller}
        class={`grid${isCards ? ' cards' : ''}${layout.personLines === 3 ? ' stacked' : ''}`}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={shown.length}
        aria-activedescendant={rows.length > 0 ? `${prefix}-${active}` : undefined}
        onKeyDown={onKeyDown}
        style={{ '--columns': layout.template, '--row': `${rowHeight}px` }}
      >
        {!isCards && <GridHeader columns={shown} sorting={sorting} onSort={sortBy} />}
        <InGrid.Provider value={true}>
          <div class="grid-body" role="rowgroup" style={{ height: `${virtualizer.getTotalSize()}px` }}>
            {items.map(({ index: at, start }) => (
              <GridRowView
                key={at}
                {...{ at, href, isSelected }}
                id={`${prefix}-${at}`}
                row={rows[at] ?? 0}
                columns={shown}
                top={start - header}
                isActive={at === active}
                isCard={isCards}
                measure={isCards ? virtualizer.measureElement : undefined}
                onClick={() => setActive(at)}
              />
            ))}
          </div>
        </InGrid.Provider>
        {rows.length === 0 && (
          <p class="grid-empty">{total === 0 ? (empty ?? `There are no ${noun[1]}.`) : `No ${noun[1]} match.`}</p>
        )}
      </div>
      {sight !== undefined && (sight.first > 0 || sight.last < rows.length - 1) && (
        <GridFoot
          {...sight}
          count={rows.length}
          {...{ noun, label }}
          onPage={(direction) =>
            virtualizer.scrollToIndex(direction === 1 ? sight.last + 1 : sight.first - 1, {
              align: direction === 1 ? 'start' : 'end',
            })
          }
        />
      )}
      {below?.(rows)}
    </div>
  );
}

/** The first and the last row that can be seen as a whole; undefined before anything is drawn. */
function inSight(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  header: number,
): { readonly first: number; readonly last: number } | undefined {
  const from = (virtualizer.scrollOffset ?? 0) + header;
  const to = (virtualizer.scrollOffset ?? 0) + (virtualizer.scrollRect?.height ?? 0);
  const seen = virtualizer.getVirtualItems().filter(({ start, end }) => start >= from - 2 && end <= to + 2);
  const [first, last] = [seen[0], seen.at(-1)];
  return first === undefined || last === undefined ? undefined : { first: first.index, last: last.index };
}

/** The width of a grid and the height of its header, as they are and become. */
function useSizes(scroller: { readonly current: HTMLDivElement | null }): {
  readonly width: number;
  readonly header: number;
} {
  const [sizes, setSizes] = useState({ width: 1000, header: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const measure = (): void => {
      const now = {
        width: element.clientWidth,
        header: element.querySelector<HTMLElement>('.grid-header')?.offsetHeight ?? 0,
      };
      setSizes((before) => (before.width === now.width && before.header === now.header ? before : now));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const header = scroller.current?.querySelector<HTMLElement>('.grid-header')?.offsetHeight ?? 0;
    setSizes((before) => (before.header === header ? before : { ...before, header })); // other columns, another height
  });
  return sizes;
}
