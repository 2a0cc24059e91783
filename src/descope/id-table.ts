const noSlot = 0;

/**
 * A set of strings that gives each one a number (an ordinal), in the order of arrival. Built for a million user ids: the
 * text lies in one growing buffer and the hash table holds 32-bit numbers, about 45 bytes for an id of 28 characters,
 * where a Set of strings needs well over 100.
 */
export class IdTable {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  #used = 0;
  /** Where the text of each ordinal begins; one more entry marks the end of the last. */
  #starts = new Uint32Array(256);
  #slots = new Uint32Array(512);
  #size = 0;

  /** Number of different ids. */
  get size(): number {
    return this.#size;
  }

  /** The ordinal of the id; a new one when it was not there. `isNew` says which. */
  add(id: string): { readonly ordinal: number; readonly isNew: boolean } {
    const slot = this.#find(id);
    const found = this.#slots[slot] ?? noSlot;
    if (found !== noSlot) {
      return { ordinal: found - 1, isNew: false };
    }
    this.#append(id);
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) {
      this.#rehash();
    }
    return { ordinal: this.#size - 1, isNew: true };
  }

  has(id: string): boolean {
    return (this.#slots[this.#find(id)] ?? noSlot) !== noSlot;
  }

  /** The id of an ordinal that `add` gave out. */
  at(ordinal: number): string {
    return this.#bytes.toString('utf8', this.#starts[ordinal], this.#starts[ordinal + 1]);
  }

  #append(id: string): void {
    const length = Buffer.byteLength(id, 'utf8');
    if (this.#used + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#used + length));
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
    }
    if (this.#size + 2 > this.#starts.length) {
      const grown = new Uint32Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    this.#bytes.write(id, this.#used, 'utf8');
    this.#used += length;
    this.#size += 1;
    this.#starts[this.#size] = this.#used;
  }

  /** The slot that holds the id, or the free one where it belongs (open addressing, linear probing). */
  #find(id: string): number {
    const mask = this.#slots.length - 1;
    let slot = hash(id) & mask;
    for (;;) {
      const entry = this.#slots[slot] ?? noSlot;
      if (entry === noSlot || this.at(entry - 1) === id) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let ordinal = 0; ordinal < this.#size; ordinal += 1) {
      this.#slots[this.#find(this.at(ordinal))] = ordinal + 1;
    }
  }
}

/** FNV-1a over UTF-16 units, finished with a mix so that ids which differ in their last characters spread. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    value = Math.imul(value ^ id.charCodeAt(index), 0x01000193);
  }
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}
