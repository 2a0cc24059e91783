import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

const startSize = 4 * 1024;

/** Wire types of protobuf that we write. */
const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;

/**
 * Writes a protobuf message from its end to its beginning: the length of what is nested is known when it has been
 * written, so that nothing is measured first or copied after. Fields are therefore put in descending order.
 */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(startSize);
  #at = startSize;

  /** How much has been written: what a nested message is measured by. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written: a view, good until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** What was written since `length` was `from`: a view, good until what is there is cleared. */
  writtenSince(from: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#bytes.length - from);
  }

  clear(): void {
    this.#at = this.#bytes.length;
  }

  /** What was written, as bytes of their own; the writer is empty again. */
  take(): Buffer {
    const taken = Buffer.from(this.written);
    this.clear();
    return taken;
  }

  /** What has been written since `length` was `from`, as bytes of their own. */
  since(from: number): Uint8Array {
    return Buffer.from(this.writtenSince(from));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  /** What `claim` made room in. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Makes room for so many bytes in front of what was written; the caller writes them into `buffer` from the returned
   * place on.
   */
  claim(size: number): number {
    this.#reserve(size);
    this.#at -= size;
    return this.#at;
  }

  varint(value: number): void {
    this.#reserve(10);
    let length = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      length += 1;
    }
    this.#at -= length;
    let at = this.#at;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.#bytes[at] = (rest % 0x80) | 0x80;
      at += 1;
    }
    this.#bytes[at] = rest;
  }

  text(value: string): void {
    const { length } = value;
    this.#reserve(length * 3);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let place = length - 1; place >= 0; place -= 1) {
      const unit = value.charCodeAt(place);
      if (unit >= 0x80) {
        const size = Buffer.byteLength(value, 'utf8');
        this.#at -= size;
        bytes.write(value, this.#at, 'utf8');
        return;
      }
      at -= 1;
      bytes[at] = unit;
    }
    this.#at = at;
  }

  /** Puts length and tag in front of what was written since `length` was `from`. */
  close(field: number, from: number): void {
    this.varint(this.length - from);
    this.varint(field * 8 + lengthType);
  }

  /** A field of text, also when it is empty. */
  textField(field: number, value: string): void {
    const from = this.length;
    this.text(value);
    this.close(field, from);
  }

  /** A field of text, left out when it is empty. */
  optionalText(field: number, value: string): void {
    if (value !== '') {
      this.textField(field, value);
    }
  }

  /** A field of a whole number from 0 on, left out when it is 0. */
  optionalNumber(field: number, value: number): void {
    if (value !== 0) {
      this.varint(value);
      this.varint(field * 8 + varintType);
    }
  }

  /** A google.protobuf.Timestamp of whole seconds. */
  timestamp(field: number, seconds: number): void {
    const from = this.length;
    if (seconds < 0) {
      this.#negative(seconds);
      this.varint(8 + varintType);
    } else {
      this.optionalNumber(1, seconds);
    }
    this.close(field, from);
  }

  /** A google.protobuf.Struct, without a tag. */
  struct(value: JsonObject): void {
    const keys = Object.keys(value);
    for (let place = keys.length - 1; place >= 0; place -= 1) {
      const key = keys[place] ?? '';
      const from = this.length;
      this.#value(2, value[key] ?? null);
      this.textField(1, key);
      this.close(1, from);
    }
  }

  /** A google.protobuf.Value. */
  #value(field: number, value: JsonValue): void {
    const from = this.length;
    if (typeof value === 'string') {
      this.textField(3, value);
    } else if (typeof value === 'boolean') {
      this.varint(value ? 1 : 0);
      this.varint(4 * 8 + varintType);
    } else if (typeof value === 'number') {
      this.#reserve(8);
      this.#at -= 8;
      this.#bytes.writeDoubleLE(value, this.#at);
      this.varint(2 * 8 + fixed64Type);
    } else if (value === null) {
      this.varint(0);
      this.varint(8 + varintType);
    } else {
      const inner = this.length;
      if (Array.isArray(value)) {
        for (let place = value.length - 1; place >= 0; place -= 1) {
          this.#value(1, value[place] ?? null);
        }
        this.close(6, inner);
      } else {
        this.struct(value);
        this.close(5, inner);
      }
    }
    this.close(field, from);
  }

  /** Ten bytes, as protobuf writes an int64 below zero. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest >= 0x80n; rest >>= 7n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
    }
    bytes.push(Number(rest));
    this.raw(Uint8Array.from(bytes));
  }

  #reserve(size: number): void {
    if (size <= this.#at) {
      return;
    }
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + size));
    const at = grown.length - this.length;
    this.#bytes.copy(grown, at, this.#at);
    this.#bytes = grown;
    this.#at = at;
  }
}

/** A larger buffer is not kept for the next message. */
const keptUpTo = 1024 * 1024;
let spare: WireWriter | undefined;

/**
 * What is written, as bytes of their own. Writes may be nested: each has a writer to itself, and the last one is used
 * again.
 */
export function encode(write: (writer: WireWriter) => void): Buffer {
  const writer = spare ?? new WireWriter();
  spare = undefined;
  write(writer);
  const { length } = writer;
  const bytes = writer.take();
  if (length <= keptUpTo) {
    spare = writer;
  }
  return bytes;
}

/** Bytes that a Struct takes at most: tags, lengths and numbers are below 24 for each value. */
export function maxStructSize(value: JsonObject): number {
  let size = 0;
  for (const key of Object.keys(value)) {
    size += 24 + key.length * 3 + maxValueSize(value[key]);
  }
  return size;
}

function maxValueSize(value: JsonValue | undefined): number {
  if (typeof value === 'string') {
    return 12 + value.length * 3;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item) => sum + 12 + maxValueSize(item), 12);
  }
  return typeof value === 'object' && value !== null ? 12 + maxStructSize(value) : 12;
}
