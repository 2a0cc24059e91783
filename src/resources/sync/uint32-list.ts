/** A growing list of numbers below 2^32, four bytes each. */
export class Uint32List {
  #items: Uint32Array;
  #length: number;

  /** Begins with so many zeros. */
  constructor(length = 0) {
    this.#items = new Uint32Array(Math.max(64, length * 2));
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** The memory that it takes. */
  get bytes(): number {
    return this.#items.byteLength;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const grown = new Uint32Array(this.#items.length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#length] = value;
    this.#length += 1;
  }

  /** Changes a number that is there. */
  set(place: number, value: number): void {
    this.#items[place] = value;
  }

  /** All numbers, as a view that is valid until the next push. */
  view(): Uint32Array {
    return this.#items.subarray(0, this.#length);
  }
}
