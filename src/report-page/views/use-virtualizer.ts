import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { type RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

/** Pixels; of rows that are measured, `rowHeight` is an estimate. */
interface RowSizes {
  readonly rowHeight: number;
  readonly header: number;
  readonly gap: number;
}

/**
 * TanStack Virtual for Preact: which of `count` rows are in sight, and a few more on either side. Rows have one height,
 * unless they are measured.
 */
export function useVirtualizer(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  { rowHeight, header, gap }: RowSizes,
): Virtualizer<HTMLDivElement, Element> {
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    gap,
    scrollMargin: header,
    scrollPaddingStart: header,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, Element>(options));
  virtualizer.setOptions(options);
  /* oxlint-disable no-underscore-dangle -- the two calls by which every adapter of this library drives it */
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight, header]);
  /* oxlint-enable no-underscore-dangle */
  return virtualizer;
}
