import { hash } from 'node:crypto';

/**
 * What a sync's rows come to, whatever their order: the hashes of the rows added up, lane by lane. It shows damage and
 * mistakes, and is no proof against somebody who makes rows up on purpose.
 */
export class RowsDigest {
  readonly #lanes: Uint32Array;

  constructor(bytes?: Uint8Array) {
    this.#lanes = new Uint32Array(lanes);
    if (bytes !== undefined) {
      const view = Buffer.from(bytes);
      this.#lanes.forEach((_, lane) => (this.#lanes[lane] = view.readUInt32LE(lane * 4)));
    }
  }

  add(row: Uint8Array): void {
    this.#put(row, 1);
  }

  remove(row: Uint8Array): void {
    this.#put(row, -1);
  }

  /** The same by the hash of a row, as `hashOf` makes it. */
  addHash(hashed: Buffer): void {
    this.#putHash(hashed, 1);
  }

  removeHash(hashed: Buffer): void {
    this.#putHash(hashed, -1);
  }

  /** Adds another sum. */
  addAll(other: RowsDigest): void {
    this.#lanes.forEach((sum, lane) => (this.#lanes[lane] = sum + (other.#lanes[lane] ?? 0)));
  }

  get bytes(): Uint8Array {
    const out = Buffer.alloc(lanes * 4);
    this.#lanes.forEach((sum, lane) => out.writeUInt32LE(sum, lane * 4));
    return out;
  }

  get text(): string {
    return `rows:${Buffer.from(this.bytes).toString('hex')}`;
  }

  #put(row: Uint8Array, sign: number): void {
    const hashed = hash('sha256', row, 'binary'); // a text costs a third of a buffer
    for (let lane = 0, at = 0; lane < lanes; lane += 1, at += 4) {
      const [one, two] = [hashed.charCodeAt(at), hashed.charCodeAt(at + 1) << 8];
      const word = one | two | (hashed.charCodeAt(at + 2) << 16) | (hashed.charCodeAt(at + 3) << 24);
      this.#lanes[lane] = (this.#lanes[lane] ?? 0) + sign * word; // modulo 2^32, as the lanes are
    }
  }

  #putHash(hashed: Buffer, sign: number): void {
    this.#lanes.forEach((sum, lane) => (this.#lanes[lane] = sum + sign * hashed.readUInt32LE(lane * 4)));
  }
}

/** What a row counts as in the sum. */
export function hashOf(row: Uint8Array): Buffer {
  return hash('sha256', row, 'buffer');
}

/** 256 bits of sums. */
const lanes = 8;
