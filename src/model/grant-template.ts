/** Ids by number, as UTF-8, one behind the other. */
export interface IdBytes {
  readonly bytes: Uint8Array;
  /** Where the bytes of an id begin; they end where those of the next number begin. */
  startOf(number: number): number;
  at(number: number): string;
}

/**
 * The bytes of a message in which an id stands twice: made once for ids of one length, with the two places left blank,
 * and then copied and filled in for each id.
 */
export class GrantTemplate {
  readonly #bytes: Uint8Array;
  readonly #first: number;
  readonly #second: number;

  /** The blanks begin at `first` and `second`. */
  constructor(bytes: Uint8Array, first: number, second: number) {
    this.#bytes = bytes;
    this.#first = first;
    this.#second = second;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Writes the template into a target, with the bytes of an id in its blanks. */
  fill(target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): void {
    target.set(this.#bytes, at);
    let first = at + this.#first;
    let second = at + this.#second;
    for (let place = from; place < to; place += 1) {
      const byte = source[place] ?? 0;
      target[first] = byte;
      target[second] = byte;
      first += 1;
      second += 1;
    }
  }
}
