import { access, constants, lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskFault } from './disk-fault.ts';
import { quoted } from '../printable.ts';

const mostLinks = 40;

/**
 * Where a target really is: a symbolic link is followed, to a file that need not be there yet. Files are put in place
 * by a rename, which would take the place of the link itself and leave the file that it leads to as it was. A link of
 * somebody else, in a folder that others may write to, is not followed: it may lead to a file that only we may replace.
 */
export async function placeOf(target: string): Promise<string> {
  let place = target;
  for (let links = 0; links <= mostLinks; links += 1) {
    const link = await readlink(place).catch(() => undefined);
    if (link === undefined) {
      return place;
    }
    await refuseForeignLink(target, place);
    const folder = await realpath(dirname(place)).catch(() => dirname(place)); // ".." in a link counts from where the link is
    place = resolve(folder, link);
  }
  throw new ConnectorError('local-io', `cannot write ${target}: its symbolic links form a loop; name another file`);
}

const othersMayWrite = 0o022;

async function refuseForeignLink(target: string, link: string): Promise<void> {
  const [{ uid }, folder] = await attempt(target, 'look at its link', () =>
    Promise.all([lstat(link), stat(dirname(link))]),
  );
  const isOurs = uid === process.geteuid?.() || uid === 0;
  if (!isOurs && (folder.mode & othersMayWrite) !== 0) {
    throw new ConnectorError(
      'local-io',
      `cannot write ${target}: it is a symbolic link of another user, in a folder that others may write to; name another file`,
    );
  }
}

/** Refuses a name that ends as a folder's does for a file: it would be put beside the folder that was meant. */
export function refuseFolderName(name: string): void {
  if (name.endsWith('/')) {
    throw new ConnectorError(
      'config',
      `cannot write ${name}: it ends as the name of a folder does; leave the "/" at its end out, or name a file in it`,
    );
  }
}

/**
 * Checks before any work that a file can be put at the target: its folder is there, and what stands there is a file
 * that may be replaced.
 */
export async function checkTarget(target: string): Promise<void> {
  refuseFolderName(target);
  const place = await placeOf(target);
  await attempt(
    target,
    place === target ? 'look into its folder' : `look into the folder that its link leads to, ${dirname(place)}`,
    () => readdir(dirname(place)),
  );
  const found = await stat(place).catch((thrown: unknown) => {
    if (hasOsCode(thrown, 'ENOENT')) {
      return undefined;
    }
    throw diskFault(target, 'look at it', thrown);
  });
  if (found === undefined) {
    return;
  }
  if (found.isDirectory()) {
    throw new ConnectorError('local-io', `cannot write ${target}: it is a folder; name a file inside it`);
  }
  if (!found.isFile()) {
    throw new ConnectorError(
      'local-io',
      `cannot write ${target}: it is not a plain file, but a ${kindInWords(found)}; name a file`,
    );
  }
  await refuseReadOnly(target, place, found.mode);
}

/**
 * Refuses to replace a read-only file: a rename does not check the file's mode, and the superuser may write to any
 * file.
 */
async function refuseReadOnly(target: string, place: string, mode: number): Promise<void> {
  const mayWrite = await access(place, constants.W_OK).then(
    () => true,
    isGone, // a file that is gone need not be writable
  );
  if (!mayWrite || (mode & 0o222) === 0) {
    throw new ConnectorError(
      'local-io',
      `cannot write ${target}: the file is read-only; make it writable, or name another file`,
    );
  }
}

function kindInWords(found: Awaited<ReturnType<typeof stat>>): string {
  if (found.isFIFO()) {
    return 'pipe';
  }
  return found.isSocket() ? 'socket' : 'device';
}

/**
 * Whether a folder stands at the target; a file, or a folder that holds something else than these names, is `local-io`.
 */
export async function checkFolderTarget(target: string, names: readonly string[]): Promise<boolean> {
  const place = await placeOf(target);
  const found = await readdir(place, { withFileTypes: true }).catch((thrown: unknown) => {
    if (hasOsCode(thrown, 'ENOENT')) {
      return undefined;
    }
    throw hasOsCode(thrown, 'ENOTDIR')
      ? new ConnectorError('local-io', `cannot write ${target}: it is a file, and tables need a folder; name another`)
      : diskFault(target, 'look into it', thrown);
  });
  if (found === undefined) {
    await attempt(target, 'look into its folder', () => readdir(dirname(place)));
    return false;
  }
  const foreign = found.find((entry) => !names.includes(entry.name) || !entry.isFile());
  if (foreign !== undefined) {
    throw new ConnectorError(
      'local-io',
      `cannot write ${target}: the folder contains something else, which would be lost (${quoted(foreign.name)}); name ` +
        'another, or a new one',
    );
  }
  for (const path of [place, ...found.map(({ name }) => join(place, name))]) {
    const mode = await attempt(target, 'look at it', () => modeOf(path));
    if (mode !== undefined) {
      await refuseReadOnly(path === place ? target : path, path, mode);
    }
  }
  return true;
}

/** Undefined for what another writer has put away since it was listed. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (thrown) {
    if (isGone(thrown)) {
      return undefined;
    }
    throw thrown;
  }
}

function isGone(thrown: unknown): boolean {
  return hasOsCode(thrown, 'ENOENT');
}

async function attempt<T>(target: string, step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw diskFault(target, step, thrown);
  }
}
