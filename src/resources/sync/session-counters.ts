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
    this.#textsCut += 1;
  }

  attributesDropped(reason: DropReason): void {
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
