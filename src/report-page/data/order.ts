/** What rows are sorted by: numbers, or texts already folded. */
export type SortKey = string | number;

/**
 * Rows in ascending order of their keys; equal keys keep their order. Made once for each column, when first asked for.
 */
export function sortedRows(count: number, keyOf: (row: number) => SortKey): Uint32Array {
  const keys = Array.from({ length: count }, (_, row) => keyOf(row));
  const rows = Uint32Array.from(keys.keys());
  return rows.sort((left, right) => compare(keys[left] ?? '', keys[right] ?? '') || left - right);
}

function compare(left: SortKey, right: SortKey): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The rows that pass every filter, in the given order. */
export function pick(order: Uint32Array, descending: boolean, filters: readonly Uint8Array[]): Uint32Array {
  const picked = new Uint32Array(order.length);
  let count = 0;
  for (let at = 0; at < order.length; at++) {
    const row = order[descending ? order.length - 1 - at : at] ?? 0;
    if (filters.every((filter) => filter[row] === 1)) {
      picked[count++] = row;
    }
  }
  return picked.subarray(0, count);
}
