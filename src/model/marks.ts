/** Marks numbers, a bit each. */
export class Marks {
  #bits = new Uint8Array(0);

  /** True when it was not marked yet. */
  mark(n: number): boolean {
    const at = n >>> 3;
    if (at >= this.#bits.length) {
      const wider = new Uint8Array(Math.max(1024, at * 2));
      wider.set(this.#bits);
      this.#bits = wider;
    }
    const bit = 1 << (n & 7);
    const isNew = ((this.#bits[at] ?? 0) & bit) === 0;
    this.#bits[at] = (this.#bits[at] ?? 0) | bit;
    return isNew;
  }

  /** Whether others are marked wherever these are. */
  areIn(others: Marks): boolean {
    return this.#bits.every((bits, at) => (bits & ~(others.#bits[at] ?? 0)) === 0);
  }

  has(n: number): boolean {
    return ((this.#bits[n >>> 3] ?? 0) & (1 << (n & 7))) !== 0;
  }
}
