/** Rendered rows, bounded: when the young half is full it becomes the old half, and the old half is dropped. */
export interface RowCache {
  get(ref: number, make: () => Buffer): Buffer;
  forget(ref: number): void;
  clear(): void;
}

export function createRowCache(half = 8192): RowCache {
  let young = new Map<number, Buffer>();
  let old = new Map<number, Buffer>();
  return {
    get(ref, make) {
      const kept = young.get(ref);
      if (kept !== undefined) return kept;
      const row = old.get(ref) ?? make();
      if (young.size >= half) {
        old = young;
        young = new Map();
      }
      young.set(ref, row);
      return row;
    },
    forget(ref) {
      young.delete(ref);
      old.delete(ref);
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
