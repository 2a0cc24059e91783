import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * What a packer of zlib's makes of the pieces, on a thread of zlib's. A piece may be written over when the next one is
 * asked for: one buffer that is used again serves for all, where one for each piece would keep the garbage collector
 * busy.
 */
export async function* packed(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  packer: Transform,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  packer.on('data', (bytes: Uint8Array) => ready.push(bytes));
  try {
    for await (const piece of pieces) {
      await new Promise<void>((resolve, reject) => {
        packer.write(piece, (error) => (error ? reject(error) : resolve()));
      });
      yield* ready.splice(0);
    }
    packer.end();
    await finished(packer);
    yield* ready;
  } finally {
    packer.destroy();
  }
}
