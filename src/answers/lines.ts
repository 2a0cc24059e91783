import { open } from 'node:fs/promises';
import { throwIfCancelled } from '../errors.ts';
import { foreign, reading } from './faults.ts';

const chunkBytes = 1024 * 1024;
/** Our lines are far shorter: a row holds custom attributes of at most 256 KiB, twice. */
const longestLine = 64 * 1024 * 1024;

/** A file's bytes in order, cut behind a line end each time; the last piece may end without one. */
export async function* wholeLines(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  await using handle = await reading(path, () => open(path, 'r'));
  let rest = Buffer.alloc(0);
  for (;;) {
    throwIfCancelled(signal);
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await reading(path, () => handle.read(chunk, 0, chunkBytes));
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    if (bytesRead === 0) {
      if (bytes.length > 0) {
        yield bytes;
      }
      return;
    }
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (rest.length > longestLine) {
      throw foreign(path, 'it has a line of more than 64 MiB');
    }
    if (end > 0) {
      yield bytes.subarray(0, end);
    }
  }
}

/** Some bytes of a file from a position on; fewer at its end. */
export async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  return await reading(path, async () => {
    await using handle = await open(path, 'r');
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  });
}
