/** Thrown for bytes that are no protobuf message, or say something that only the protobuf library reads. */
export class UnreadWire extends Error {}

const fixed64Type = 1;
const lengthType = 2;
const fixed32Type = 5;

/**
 * Steps through the fields of a protobuf message without decoding what nobody asks for: of a field, its number and where
 * its value lies. What is passed over is not looked into.
 */
export class WireReader {
  /** Of the current field. */
  field = 0;
  /** The current value, where it is a whole number. */
  value = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #from = 0;
  #isNested = false;

  constructor(bytes: Buffer, from = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = end;
  }

  /** Goes to the next field; false behind the last one. */
  next(): boolean {
    if (this.#at >= this.#end) {
      return false;
    }
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    const type = tag % 8;
    this.#isNested = type === lengthType;
    if (type === 0) {
      this.value = this.#varint();
    } else if (type === lengthType) {
      const length = this.#varint();
      this.#from = this.#at;
      this.#at += length;
    } else if (type === fixed64Type || type === fixed32Type) {
      this.#from = this.#at;
      this.#at += type === fixed64Type ? 8 : 4;
    } else {
      throw new UnreadWire();
    }
    if (this.#at > this.#end || this.field === 0) {
      throw new UnreadWire();
    }
    return true;
  }

  /** The current value as text. */
  text(): string {
    this.#checkNested();
    return this.#bytes.toString('utf8', this.#from, this.#at);
  }

  /** Which of these texts, as UTF-8, the current value is. */
  oneOf(texts: readonly Uint8Array[]): Uint8Array | undefined {
    this.#checkNested();
    const [bytes, from, length] = [this.#bytes, this.#from, this.#at - this.#from];
    for (const text of texts) {
      if (text.length === length) {
        let place = 0;
        while (place < length && text[place] === bytes[from + place]) {
          place += 1;
        }
        if (place === length) {
          return text;
        }
      }
    }
    return undefined;
  }

  /** The current value as a message. */
  message(): WireReader {
    this.#checkNested();
    return new WireReader(this.#bytes, this.#from, this.#at);
  }

  /** The current value as a number of 64 bits with a fraction. */
  double(): number {
    if (this.#at - this.#from !== 8) {
      throw new UnreadWire();
    }
    return this.#bytes.readDoubleLE(this.#from);
  }

  #checkNested(): void {
    if (!this.#isNested) {
      throw new UnreadWire();
    }
  }

  /** Numbers below zero, and those that a number of ours cannot hold, are not read. */
  #varint(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at] ?? 0;
    let value = byte % 0x80;
    for (let factor = 0x80; byte >= 0x80 && value <= Number.MAX_SAFE_INTEGER; factor *= 0x80) {
      at += 1;
      byte = bytes[at] ?? 0;
      value += (byte % 0x80) * factor;
    }
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new UnreadWire();
    }
    this.#at = at + 1;
    return value;
  }
}
