import { throwIfCancelled } from '../../errors.ts';

/**
 * Loads something once for all who ask while it is on its way, and keeps it. A failure is forgotten, so that the next
 * one to ask tries again; when the last one who waits goes away, the load is stopped.
 */
export function singleFlight<T>(load: (signal: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let pending: { readonly value: Promise<T>; readonly stop: AbortController; waiting: number } | undefined;

  function begin(): NonNullable<typeof pending> {
    const stop = new AbortController();
    const value = load(stop.signal);
    const entry = { value, stop, waiting: 0 };
    value.catch(() => {
      if (pending === entry) {
        pending = undefined;
      }
    });
    return entry;
  }

  return async (signal) => {
    throwIfCancelled(signal);
    pending ??= begin();
    const entry = pending;
    entry.waiting += 1;
    const leave = (): void => {
      entry.waiting -= 1;
      if (entry.waiting === 0) {
        if (pending === entry) {
          pending = undefined;
        }
        entry.stop.abort();
      }
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await entry.value;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };
}
