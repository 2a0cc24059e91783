/** Rows in one order, as references (see `Population`). Reading k rows anywhere costs O(k + log n). */
export interface RowOrder {
  readonly size: number;
  /** The rows from `start` up to, not including, `end`. */
  slice(start: number, end: number): number[];
  /** How many rows come before: base rows before `position`, and inserted rows while `before` holds. */
  rankOf(position: number, before: (ref: number) => boolean): number;
}

/** A row that is not among the base rows; it stands just before the base row at `anchor`. */
export interface InsertedRow {
  readonly anchor: number;
  readonly ref: number;
}

/** Which base rows exist: a Fenwick tree over positions, so that the k-th living row is found without a scan. */
export interface LivingRows {
  set(position: number, alive: boolean): void;
  has(position: number): boolean;
  countBefore(position: number): number;
  /** Position of the k-th living row, counted from 0. */
  select(k: number): number;
}

export function createLivingRows(size: number, alive: (position: number) => boolean): LivingRows {
  const flags = new Uint8Array(size);
  const tree = new Int32Array(size + 1);
  const value = (at: number): number => tree[at] ?? 0;
  for (let position = 0; position < size; position += 1) {
    const bit = alive(position) ? 1 : 0;
    flags[position] = bit;
    const at = position + 1;
    tree[at] = value(at) + bit;
    const parent = at + (at & -at);
    if (parent <= size) tree[parent] = value(parent) + value(at);
  }
  const top = 2 ** Math.floor(Math.log2(Math.max(1, size)));

  return {
    set(position, isAlive) {
      const change = (isAlive ? 1 : 0) - (flags[position] ?? 0);
      if (change === 0) return;
      flags[position] = isAlive ? 1 : 0;
      for (let at = position + 1; at <= size; at += at & -at) tree[at] = value(at) + change;
    },
    has: (position) => flags[position] === 1,
    countBefore(position) {
      let count = 0;
      for (let at = Math.min(position, size); at > 0; at -= at & -at) count += value(at);
      return count;
    },
    select(k) {
      let at = 0;
      let rest = k;
      for (let step = top; step > 0; step = Math.floor(step / 2)) {
        if (at + step <= size && value(at + step) <= rest) {
          at += step;
          rest -= value(at);
        }
      }
      return at;
    },
  };
}

/** Merges living base rows with inserted rows, which must be sorted by anchor. */
export function createRowOrder(
  size: number,
  living: LivingRows,
  refAt: (position: number) => number,
  inserted: readonly InsertedRow[],
): RowOrder {
  const anchorAt = (at: number): number => inserted[at]?.anchor ?? Number.POSITIVE_INFINITY;
  const rankOfInserted = (at: number): number => living.countBefore(anchorAt(at)) + at;
  const total = living.countBefore(size) + inserted.length;

  /** How many inserted rows satisfy a condition that holds for a prefix of them. */
  const countWhile = (holds: (at: number) => boolean): number => {
    let low = 0;
    let high = inserted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    size: total,
    slice(start, end) {
      const refs: number[] = [];
      const last = Math.min(end, total);
      if (start >= last) return refs;
      let next = countWhile((at) => rankOfInserted(at) < start);
      let position = living.select(start - next);
      while (refs.length < last - start) {
        while (position < size && !living.has(position)) position += 1;
        if (anchorAt(next) <= position) {
          refs.push(inserted[next]?.ref ?? 0);
          next += 1;
        } else {
          refs.push(refAt(position));
          position += 1;
        }
      }
      return refs;
    },
    rankOf: (position, before) => living.countBefore(position) + countWhile((at) => before(inserted[at]?.ref ?? 0)),
  };
}
