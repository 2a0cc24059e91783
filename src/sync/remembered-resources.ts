import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ResourceRow } from '../model/row.ts';

/** What must be remembered of a resource to ask for its entitlements and grants. */
export type Remembered = Pick<ResourceRow, 'id' | 'displayName' | 'parent'>;

/** So many are packed together, and come back together. */
const packSize = 250;

/**
 * The listed resources of one type, in the order in which they came, until they are asked about: to list them again
 * would cost calls. Those of which there are many, the roles in tenants, say the same few names over and over: packed,
 * 300,000 of them take 2.4 MB, where objects took 55.
 */
export class RememberedResources {
  readonly #packs: Uint8Array[] = [];
  #open: Remembered[] = [];

  add({ id, displayName, parent }: Remembered): void {
    this.#open.push({ id, displayName, parent });
    if (this.#open.length === packSize) {
      this.#packs.push(pack(this.#open));
      this.#open = [];
    }
  }

  /** All of them, some at a time: no more than these are unpacked. They can be gone through again. */
  *batches(): Generator<readonly Remembered[]> {
    for (const packed of this.#packs) {
      yield unpack(packed);
    }
    if (this.#open.length > 0) {
      yield this.#open;
    }
  }

  *ids(): Generator<string> {
    for (const resources of this.batches()) {
      yield* resources.map(({ id }) => id);
    }
  }
}

/** A copy of its own size: what zlib gives is the beginning of a buffer of 16 KB. */
function pack(resources: readonly Remembered[]): Uint8Array {
  return Uint8Array.from(deflateRawSync(JSON.stringify(resources), { level: 1 }));
}

function unpack(packed: Uint8Array): readonly Remembered[] {
  return JSON.parse(inflateRawSync(packed).toString('utf8')) as Remembered[]; // `pack` wrote it
}
