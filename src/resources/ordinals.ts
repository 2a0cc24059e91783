/** A growing list of user ordinals, four bytes each. */
export class Ordinals {
  #items = new Uint32Array(4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(ordinal: number): void {
    if (this.#length === this.#items.length) {
      const grown = new Uint32Array(this.#items.length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#length] = ordinal;
    this.#length += 1;
  }

  /** The ordinal at a place before the end. */
  at(place: number): number {
    return this.#items[place] ?? 0;
  }

  /** The ordinals from one place up to another, as a view that must not be kept. */
  slice(from: number, to: number): Uint32Array {
    return this.#items.subarray(from, Math.min(to, this.#length));
  }
}
