import { open, stat } from 'node:fs/promises';
import { ConnectorError } from '../errors.ts';
import { readLast } from '../output/last.ts';
import { checkTarget } from '../output/place.ts';
import { printable } from '../printable.ts';
import { fullPath } from '../store-url.ts';

/** A file that a command reads, and what it is, in words. */
export interface ReadFile {
  readonly path: string | undefined;
  readonly what: string;
}

/** Refuses to put findings in the place of a file that is read, or that holds a sync, a store or something made of one. */
export async function checkFindingsTarget(out: string, read: readonly ReadFile[]): Promise<void> {
  await checkTarget(out);
  for (const { path, what } of read) {
    if (path !== undefined && (await isSameFile(path, out))) {
      throw new ConnectorError('config', `--out ${printable(out)} is ${what}: name another one`);
    }
  }
  if ((await isStoreFile(out)) || (await readLast(out)) !== undefined) {
    throw new ConnectorError(
      'local-io',
      `${printable(out)} holds a sync, a store or what was made of one, which would be lost: name another file after --out`,
    );
  }
}

/** By the file itself: a link has another name. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  if (fullPath(one) === fullPath(other)) {
    return true;
  }
  const [first, second] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

const storeHead = 'SQLite format 3\0';

async function isStoreFile(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, 'r');
    const bytes = Buffer.alloc(storeHead.length);
    await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('latin1') === storeHead;
  } catch {
    return false; // whoever writes it says what is wrong with the place
  }
}
