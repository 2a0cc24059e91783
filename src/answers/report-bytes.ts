/** Numbers and texts as bytes. Numbers are varints: seven bits a byte, lowest first. Grows as needed. */
export interface ByteSink {
  /** A whole number from 0 to 2^53 - 1. */
  number(value: number): void;
  /** A whole number of either sign. */
  signed(value: number): void;
  /** The lengths of all texts in UTF-16 units, then their UTF-8 as one run. */
  texts(values: readonly string[]): void;
  raw(bytes: Uint8Array): void;
  /** What was written so far; the sink is empty afterwards. */
  take(): Uint8Array<ArrayBuffer>;
  readonly length: number;
}

export function createByteSink(): ByteSink {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(4096);
  let length = 0;

  function reserve(more: number): void {
    if (length + more > bytes.length) {
      const larger = new Uint8Array(Math.max(bytes.length * 2, length + more));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
  }

  function number(value: number): void {
    reserve(8);
    let rest = value;
    while (rest >= 128) {
      bytes[length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128); // no shifts: they end at 32 bits
    }
    bytes[length++] = rest;
  }

  function raw(more: Uint8Array): void {
    reserve(more.length);
    bytes.set(more, length);
    length += more.length;
  }

  return {
    number,
    raw,
    signed: (value) => number(value < 0 ? -2 * value - 1 : 2 * value),
    texts: (values) => {
      for (const value of values) {
        number(value.length);
      }
      const encoded = encoder.encode(values.join(''));
      number(encoded.length);
      raw(encoded);
    },
    take: () => {
      const taken = bytes.slice(0, length);
      length = 0;
      return taken;
    },
    get length() {
      return length;
    },
  };
}

/** Reads what a ByteSink wrote, in the same order. Throws a RangeError where the bytes end too early. */
export interface ByteSource {
  number(): number;
  signed(): number;
  /** `count` texts, as one run and the place where each begins, and one place more: the end. */
  texts(count: number): { readonly run: string; readonly starts: Uint32Array };
  readonly done: boolean;
}

export function createByteSource(bytes: Uint8Array): ByteSource {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let at = 0;

  function number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) {
        throw new RangeError('the data ends too early');
      }
      if (byte < 128) {
        return value + byte * scale;
      }
      value += (byte - 128) * scale;
    }
  }

  return {
    number,
    signed: () => {
      const value = number();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    texts: (count) => {
      const starts = new Uint32Array(count + 1);
      for (let index = 0; index < count; index++) {
        starts[index + 1] = (starts[index] ?? 0) + number();
      }
      const size = number();
      if (at + size > bytes.length) {
        throw new RangeError('the data ends too early');
      }
      const run = decoder.decode(bytes.subarray(at, at + size));
      at += size;
      return { run, starts };
    },
    get done() {
      return at >= bytes.length;
    },
  };
}
