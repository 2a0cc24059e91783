import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openGraphHead, openGraphPieces } from '../answers/opengraph.ts';
import type { SyncSource } from '../answers/source.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import type { AtomicFile } from '../output/atomic-file.ts';
import { printable } from '../printable.ts';

/** Writes a file as OpenGraph JSON, which is there whole or not at all. */
export async function writeGraph(source: SyncSource, target: AtomicFile, signal: AbortSignal): Promise<void> {
  try {
    for await (const piece of openGraphPieces(source, signal)) {
      throwIfCancelled(signal);
      await target.write(piece);
    }
    await target.commit();
  } catch (thrown) {
    await target.discard();
    throw thrown;
  }
}

/** Refuses to put a graph in the place of a file that is none, such as the file of the sync itself. */
export async function checkGraphTarget(target: string, read: string): Promise<void> {
  const begins = await beginningOf(target);
  if (resolve(target) === resolve(read) || (begins !== undefined && begins !== openGraphHead)) {
    throw new ConnectorError(
      'local-io',
      `${printable(target)} holds something that is no OpenGraph of ours: name another file after --out`,
    );
  }
}

/** The first bytes of a file; undefined where there is none. */
async function beginningOf(path: string): Promise<string | undefined> {
  try {
    await using handle = await open(path, 'r');
    const bytes = Buffer.alloc(openGraphHead.length);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } catch {
    return undefined; // whoever writes it says what is wrong with the place
  }
}
