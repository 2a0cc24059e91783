import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskFault } from './disk-fault.ts';
import { unfinishedPath } from './leftovers.ts';
import { checkFolderTarget, placeOf } from './place.ts';
import { writeWholeFile } from './whole-file.ts';

/** A file of a folder: its name, and its bytes in the order in which they are asked for. */
export interface FolderFile {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Attempts to rename: another writer may put its folder in place between our two renames. */
const mostTries = 5;

/**
 * A folder of files (mode 0700, each file 0600) that appears whole or not at all: it is filled beside the target under
 * another name and then renamed. A folder that stood there is moved aside first (to a hidden name that ends with
 * ".old", where a crash at that moment leaves it) and taken away at the end; one that holds anything but `names` is not
 * touched. Of two writers of one folder the last one to finish wins.
 */
export async function writeWholeFolder(
  target: string,
  files: readonly FolderFile[],
  names: readonly string[] = files.map(({ name }) => name),
): Promise<void> {
  await checkFolderTarget(target, names);
  const place = await placeOf(target);
  const filling = unfinishedPath(place, '.d.tmp');
  try {
    await attempt(target, 'create a folder beside it', () => mkdir(filling, { mode: 0o700 }));
    for (const { name, bytes } of files) {
      await writeWholeFile(join(filling, name), bytes);
    }
    await attempt(target, 'put it in its place', () => moveIn(target, place, filling, names));
    await attempt(target, 'force its folder to the disk', () => syncFolder(dirname(place)));
  } finally {
    await rm(filling, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Renames the filled folder onto the target, and takes away what stood there. */
async function moveIn(target: string, place: string, filling: string, names: readonly string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const aside = await moveAside(target, place, names);
    try {
      await rename(filling, place);
    } catch (thrown) {
      if (isTaken(thrown) && tries < mostTries) {
        await removeFolder(aside, names);
        continue;
      }
      if (aside !== undefined) {
        await rename(aside, place).catch(() => undefined);
      }
      throw thrown;
    }
    await removeFolder(aside, names);
    return;
  }
}

/**
 * The path that the folder at the target was moved to; undefined when there was none. It is checked again, since time
 * has passed.
 */
async function moveAside(target: string, place: string, names: readonly string[]): Promise<string | undefined> {
  if (!(await checkFolderTarget(target, names))) {
    return undefined;
  }
  const aside = unfinishedPath(place, '.old');
  try {
    await rename(place, aside);
  } catch (thrown) {
    if (hasOsCode(thrown, 'ENOENT')) {
      return undefined; // another writer was first
    }
    throw thrown;
  }
  return aside;
}

function isTaken(thrown: unknown): boolean {
  return hasOsCode(thrown, 'ENOTEMPTY', 'EEXIST');
}

/** Takes away the files that are ours, and the folder if that leaves it empty. */
async function removeFolder(folder: string | undefined, names: readonly string[]): Promise<void> {
  if (folder !== undefined) {
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
    await rmdir(folder).catch(() => undefined); // fails where somebody added a file at the last moment, which stays
  }
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function attempt<T>(target: string, step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof ConnectorError ? thrown : diskFault(target, step, thrown);
  }
}
