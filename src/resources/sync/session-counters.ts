import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestCounts, RequestObserver } from '../../descope/http/call.ts';
import { compare } from '../../model/order.ts';
import type { CutCounter, DropReason } from '../../model/text.ts';

/** What the protocol could not carry. */
export interface Cuts {
  readonly textsCut: number;
  readonly attributesDropped: number;
  /** How many of them for which reason; absent when there are none. */
  readonly dropReasons?: Readonly<Partial<Record<DropReason, number>>>;
}

const aside = new AsyncLocalStorage<true>();

/** Lists rows that are not given to the caller of the sync: what is cut in them is counted when they are. */
export async function uncounted<T>(work: () => Promise<T>): Promise<T> {
  return await aside.run(true, work);
}

/** Counts what one sync asked of Descope, and what it had to cut. */
export class SessionCounters implements CutCounter {
  readonly #requests = new Map<string, number>();
  readonly #dropReasons: Partial<Record<DropReason, number>> = {};
  #textsCut = 0;
  #attributesDropped = 0;

  readonly onRequest: RequestObserver = (endpoint) => {
    this.#requests.set(endpoint, (this.#requests.get(endpoint) ?? 0) + 1);
  };

  textCut(): void {
    this.#textsCut += aside.getStore() === true ? 0 : 1;
  }

  attributesDropped(reason: DropReason): void {
    if (aside.getStore() === true) {
      return;
    }
    this.#attributesDropped += 1;
    this.#dropReasons[reason] = (this.#dropReasons[reason] ?? 0) + 1;
  }

  /** Sorted by endpoint. */
  get requests(): RequestCounts {
    return Object.fromEntries([...this.#requests].toSorted(([left], [right]) => compare(left, right)));
  }

  get cuts(): Cuts {
    return {
      textsCut: this.#textsCut,
      attributesDropped: this.#attributesDropped,
      ...(this.#attributesDropped > 0 && { dropReasons: { ...this.#dropReasons } }),
    };
  }
}
