import { statfs } from 'node:fs/promises';
import { ConnectorError } from '../errors.ts';

const mebibyte = 1024 * 1024;
/** For the first sync, of which nobody knows how large it will be. */
const leastBytes = 64 * mebibyte;
/** The database was 22 times as large as the file that is made of it (docs/c1z.md), and both lie there for a while. */
const perPackedByte = 25;

/**
 * Refuses to begin a sync that would fill the disk: as large as the last one and a little more must find room. A file
 * system that does not tell is believed to have it.
 */
export async function checkRoom(folder: string, lastBytes: number): Promise<void> {
  const found = await statfs(folder).catch(() => undefined);
  const free = found === undefined ? Infinity : found.bavail * found.bsize;
  const needed = Math.max(leastBytes, lastBytes * perPackedByte);
  if (free < needed) {
    const inMebibytes = (bytes: number): string => Math.ceil(bytes / mebibyte).toLocaleString('en');
    throw new ConnectorError(
      'local-io',
      `no room for a sync: ${inMebibytes(free)} MiB are free in the folder for temporary files and about ` +
        `${inMebibytes(needed)} are needed; make room there, or name another folder with --c1z-temp-dir`,
    );
  }
}
