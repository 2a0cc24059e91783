/** The ordinals of some users: a stretch of one list that many such stretches share. */
export class OrdinalSlice {
  readonly length: number;
  readonly #all: Uint32Array;
  readonly #start: number;

  constructor(all: Uint32Array = new Uint32Array(0), start = 0, end = all.length) {
    this.#all = all;
    this.#start = start;
    this.length = end - start;
  }

  /** The ordinal at a place before the end. */
  at(place: number): number {
    return this.#all[this.#start + place] ?? 0;
  }

  /** The ordinals from one place up to another, as a view that must not be changed. */
  slice(from: number, to: number): Uint32Array {
    return this.#all.subarray(this.#start + from, this.#start + Math.min(to, this.length));
  }
}
