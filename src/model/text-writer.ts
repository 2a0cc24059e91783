const usualStart = 4 * 1024;
/** Shorter texts are written unit by unit, which is quicker than asking the runtime to. */
const shortText = 24;
/** UTF-8 takes at most three bytes for a unit of a string. */
const bytesPerUnit = 3;

/**
 * UTF-8 text gathered in one buffer, which is used again and again and grows when a single row needs more. What was
 * written lies in `written`, a view that is good until the next write.
 */
export class TextWriter {
  #buffer: Buffer;
  #used = 0;

  constructor(startSize = usualStart) {
    this.#buffer = Buffer.allocUnsafeSlow(startSize);
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#used;
  }

  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#used);
  }

  /** What `claim` made room in. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  clear(): void {
    this.#used = 0;
  }

  text(value: string): void {
    const { length } = value;
    this.#reserve(length * bytesPerUnit);
    const buffer = this.#buffer;
    let at = this.#used;
    if (length <= shortText) {
      for (let place = 0; place < length; place += 1) {
        const unit = value.charCodeAt(place);
        if (unit >= 0x80) {
          this.#used += buffer.write(value, this.#used, 'utf8');
          return;
        }
        buffer[at] = unit;
        at += 1;
      }
      this.#used = at;
    } else {
      this.#used += buffer.write(value, at, 'utf8');
    }
  }

  /** Text that is bytes already. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#used);
    this.#used += value.length;
  }

  /** Makes room for so many bytes, which the caller writes into `buffer` from the returned place on. */
  claim(size: number): number {
    this.#reserve(size);
    const at = this.#used;
    this.#used += size;
    return at;
  }

  #reserve(size: number): void {
    if (this.#used + size > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#used + size));
      this.#buffer.copy(grown, 0, 0, this.#used);
      this.#buffer = grown;
    }
  }
}

/** A larger buffer is not kept for the next text. */
const keptUpTo = 1024 * 1024;
let spare: TextWriter | undefined;

/**
 * What is written, as bytes of their own. Writes may be nested: each has a writer to itself, and the last one is used
 * again.
 */
export function writtenBytes(write: (out: TextWriter) => void): Buffer {
  const out = spare ?? new TextWriter();
  spare = undefined;
  out.clear();
  write(out);
  if (out.length <= keptUpTo) {
    spare = out;
  }
  return Buffer.from(out.written);
}

/** What is written, as a string. */
export function writtenText(write: (out: TextWriter) => void): string {
  return writtenBytes(write).toString('utf8');
}
