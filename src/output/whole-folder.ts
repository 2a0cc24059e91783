import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { createAtomicFile, diskFault } from './atomic-file.ts';
import { unfinishedPath } from './leftovers.ts';

/** A file of a folder: its name, and its bytes in the order in which they are asked for. */
export interface FolderFile {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** One file from bytes that are made on the way, there whole or not at all. */
export async function writeWholeFile(target: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await createAtomicFile(target);
  try {
    for await (const piece of bytes) {
      await file.writeBytes(piece);
    }
    await file.commit();
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}

/**
 * A folder of files (mode 0700, each file 0600) that appears whole or not at all: it is filled beside the target under
 * another name and then renamed. A folder that stood there is moved aside first (to a hidden name that ends with ".old", where
 * a crash at that moment leaves it) and taken away at the end; one that holds anything but these files is not touched.
 */
export async function writeWholeFolder(target: string, files: readonly FolderFile[]): Promise<void> {
  const isReplaced = await checkFolderTarget(target, files.map(({ name }) => name));
  const filling = unfinishedPath(target, '.d.tmp');
  const aside = unfinishedPath(target, '.old');
  try {
    await attempt(target, 'create a folder beside it', () => mkdir(filling, { mode: 0o700 }));
    for (const { name, bytes } of files) {
      await writeWholeFile(join(filling, name), bytes);
    }
    if (isReplaced) {
      await attempt(target, 'move the old one aside', () => rename(target, aside));
    }
    try {
      await attempt(target, 'put it in its place', () => rename(filling, target));
    } catch (thrown) {
      if (isReplaced) {
        await rename(aside, target).catch(() => undefined);
      }
      throw thrown;
    }
    await attempt(target, 'force its folder to the disk', () => syncFolder(dirname(target)));
    await rm(aside, { recursive: true, force: true });
  } finally {
    await rm(filling, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether a folder stands at the target; a file, or a folder that holds something else than these names, is `local-io`. */
export async function checkFolderTarget(target: string, names: readonly string[]): Promise<boolean> {
  const found = await readdir(target).catch((thrown: unknown) => {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT') {
      return undefined;
    }
    throw code === 'ENOTDIR'
      ? new ConnectorError('local-io', `cannot write ${target}: a file stands there, and tables need a folder; name another`)
      : diskFault(target, 'look into it', thrown);
  });
  const foreign = found?.find((name) => !names.includes(name));
  if (foreign !== undefined) {
    throw new ConnectorError('local-io', `cannot write ${target}: the folder holds something else, which would be lost; name another, or a new one`);
  }
  return found !== undefined;
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function attempt<T>(target: string, step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw diskFault(target, step, thrown);
  }
}
