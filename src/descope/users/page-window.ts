import { throwIfCancelled } from '../../errors.ts';

/**
 * Pages asked for and not yet taken: six in flight (the process-wide limit sees to that) and twelve held ready, so that
 * a page that has to be asked for again does not hold up all requests while it is waited for.
 */
const maxAhead = 18;

export interface PageWindow<T> {
  /** The page with this index. It and the next pages are requested. A failure or a cancelled signal drops them all. */
  take(index: number, signal?: AbortSignal): Promise<T>;
  /** Stops what is in flight and forgets what is held. A later `take` starts afresh. */
  drop(): void;
}

/**
 * Read-ahead over numbered pages that are taken in order. Bounded: a caller that pauses costs at most eighteen pages.
 * When the caller goes away in the middle of a `take`, everything in flight is stopped with it. Pages lie in slots that
 * are written over: a map would be laid out anew every few pages, and its old tables hold on to what they held.
 */
export function createPageWindow<T>(
  count: () => number,
  fetch: (index: number, signal: AbortSignal) => Promise<T>,
): PageWindow<T> {
  const slots = Array.from<undefined, Asked<T> | undefined>({ length: maxAhead }, () => undefined);
  let stop = new AbortController();

  function drop(): void {
    stop.abort();
    stop = new AbortController();
    slots.fill(undefined);
  }

  function launch(from: number): void {
    for (let index = from; index < Math.min(count(), from + maxAhead); index += 1) {
      if (slots[index % maxAhead]?.index !== index) {
        const page = fetch(index, stop.signal);
        page.catch(() => undefined); // taken later, or dropped: never an unhandled rejection
        slots[index % maxAhead] = { index, page };
      }
    }
  }

  return {
    drop,
    take: async (index, signal) => {
      throwIfCancelled(signal);
      launch(index);
      const asked = slots[index % maxAhead];
      if (asked?.index !== index) {
        throw new RangeError(`page ${index} lies beyond the last one`);
      }
      signal?.addEventListener('abort', drop, { once: true });
      try {
        const taken = await asked.page;
        if (slots[index % maxAhead] === asked) {
          slots[index % maxAhead] = undefined;
        }
        return taken;
      } catch (thrown) {
        drop();
        throw thrown;
      } finally {
        signal?.removeEventListener('abort', drop);
      }
    },
  };
}

interface Asked<T> {
  readonly index: number;
  readonly page: Promise<T>;
}
