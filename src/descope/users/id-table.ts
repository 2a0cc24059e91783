const noSlot = 0;

/**
 * A set of strings that gives each one a number (an ordinal), in the order of arrival. Built for a million user ids:
 * the text lies in one growing buffer and the hash table holds 32-bit numbers, about 45 bytes for an id of 28
 * characters, where a Set of strings needs well over 100. Ids are compared byte by byte, so that looking one up makes
 * no strings.
 */
export class IdTable {
  /** Not from Node's pool: a small piece of the pool would keep all its 64 KB alive for as long as the table lives. */
  #bytes: Buffer = Buffer.allocUnsafeSlow(4096);
  #used = 0;
  /** Where the text of each ordinal begins; one more entry marks the end of the last. */
  #starts = new Uint32Array(256);
  #slots = new Uint32Array(512);
  #size = 0;

  /** Number of different ids. */
  get size(): number {
    return this.#size;
  }

  /** The memory that it takes. */
  get byteLength(): number {
    return this.#bytes.length + this.#starts.byteLength + this.#slots.byteLength;
  }

  /** All ids as UTF-8, one after the other, to be copied. Valid until the next `add`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the bytes of an ordinal begin; they end where those of the next one begin. */
  startOf(ordinal: number): number {
    return this.#starts[ordinal] ?? 0;
  }

  /** The ordinal of the id, which must be well-formed; a new ordinal (`isNew`) if the id was not in the table. */
  add(id: string): { readonly ordinal: number; readonly isNew: boolean } {
    const key = toByteString(id);
    const slot = this.#find(key);
    const found = this.#slots[slot] ?? noSlot;
    if (found !== noSlot) {
      return { ordinal: found - 1, isNew: false };
    }
    this.#append(key);
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) {
      this.#rehash();
    }
    return { ordinal: this.#size - 1, isNew: true };
  }

  has(id: string): boolean {
    return this.ordinalOf(id) !== undefined;
  }

  /** The ordinal of an id that is in the table. */
  ordinalOf(id: string): number | undefined {
    const entry = id.isWellFormed() ? (this.#slots[this.#find(toByteString(id))] ?? noSlot) : noSlot;
    return entry === noSlot ? undefined : entry - 1;
  }

  /** The id of an ordinal that `add` gave out. */
  at(ordinal: number): string {
    return this.#bytes.toString('utf8', this.#starts[ordinal], this.#starts[ordinal + 1]);
  }

  /** Which of two ordinals has the smaller id, by bytes: the order does not depend on when which id came. */
  compare(left: number, right: number): number {
    const starts = this.#starts;
    return this.#bytes.compare(this.#bytes, starts[right], starts[right + 1], starts[left], starts[left + 1]);
  }

  /** How the id of an ordinal compares with any id, in the same order. */
  compareWith(ordinal: number, id: Uint8Array): number {
    return this.#bytes.compare(id, 0, id.length, this.#starts[ordinal], this.#starts[ordinal + 1]);
  }

  #append(key: string): void {
    const end = this.#used + key.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, end));
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
    }
    if (this.#size + 2 > this.#starts.length) {
      const grown = new Uint32Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    for (let place = 0; place < key.length; place += 1) {
      this.#bytes[this.#used + place] = key.charCodeAt(place);
    }
    this.#used = end;
    this.#size += 1;
    this.#starts[this.#size] = end;
  }

  /** The slot that holds the id, or the free one where it belongs (open addressing, linear probing). */
  #find(key: string): number {
    const mask = this.#slots.length - 1;
    let value = hashSeed;
    for (let place = 0; place < key.length; place += 1) {
      value = hashStep(value, key.charCodeAt(place));
    }
    let slot = hashEnd(value) & mask;
    for (;;) {
      const entry = this.#slots[slot] ?? noSlot;
      if (entry === noSlot || this.#isAt(entry - 1, key)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Compares from the end: similar ids mostly share their beginning. */
  #isAt(ordinal: number, key: string): boolean {
    const from = this.#starts[ordinal] ?? 0;
    if ((this.#starts[ordinal + 1] ?? 0) - from !== key.length) {
      return false;
    }
    for (let place = key.length - 1; place >= 0; place -= 1) {
      if (this.#bytes[from + place] !== key.charCodeAt(place)) {
        return false;
      }
    }
    return true;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let ordinal = 0; ordinal < this.#size; ordinal += 1) {
      const end = this.#starts[ordinal + 1] ?? 0;
      let value = hashSeed;
      for (let at = this.#starts[ordinal] ?? 0; at < end; at += 1) {
        value = hashStep(value, this.#bytes[at] ?? 0);
      }
      let slot = hashEnd(value) & mask;
      while (slots[slot] !== noSlot) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = ordinal + 1;
    }
    this.#slots = slots;
  }
}

/** The UTF-8 bytes of a text as the units of a string: the text itself, when it is ASCII. */
function toByteString(text: string): string {
  for (let place = 0; place < text.length; place += 1) {
    if (text.charCodeAt(place) >= 0x80) {
      return Buffer.from(text, 'utf8').toString('latin1');
    }
  }
  return text;
}

/** FNV-1a over bytes, finished with a mix so that ids which differ in their last characters spread. */
const hashSeed = 0x811c9dc5;

function hashStep(value: number, byte: number): number {
  return Math.imul(value ^ byte, 0x01000193);
}

function hashEnd(value: number): number {
  return Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
}
