import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskReason } from './disk-fault.ts';
import { sweepLeftovers, unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';

/** A folder of one's own, mode 0700, which goes away with all that is in it. */
type WorkFolder = { readonly path: string } & AsyncDisposable;

/** Where databases lie while they are needed, as `../answers/work-place.ts` says. */
interface WorkPlace {
  readonly makeFolder: () => Promise<WorkFolder>;
  readonly fullRemedy: string;
}

/** Prefix of the folders for temporary files, by which those of killed runs are found. */
const temporaryName = 'baton-descope';

/** A folder beside the file to be written: that disk must have room anyway, and no other folder need be writable. */
export function besideTarget(target: string): WorkPlace {
  return {
    makeFolder: async () =>
      await madeFolder(
        unfinishedPath(await placeOf(target), '.d.tmp'),
        (reason) => `cannot write ${target}: could not create a folder beside it: ${reason}`,
      ),
    fullRemedy: `make room in ${dirname(target)}, where ${target} is to be written`,
  };
}

/** The folder for temporary files of a command that writes no file. Only commands that read a sync file need it. */
export function temporaryPlace(): WorkPlace {
  const remedy = 'set TMPDIR to a folder that can be written to';
  return {
    makeFolder: async () => await folderIn(tmpdir(), remedy),
    fullRemedy: `make room in the folder for temporary files, ${tmpdir()}, or set TMPDIR to one with room for about half the file`,
  };
}

/** A path in the folder for temporary files for one folder at a time, which whoever ends the thread that uses it can remove. */
export function temporaryPath(): string {
  return unfinishedPath(join(tmpdir(), temporaryName), '.d.tmp');
}

/** A folder at such a path. It is made anew for each use: what cleans folders for temporary files may take it meanwhile. */
export function placeAt(path: string): WorkPlace {
  return {
    makeFolder: async () => {
      await sweepLeftovers(join(dirname(path), temporaryName));
      return await madeFolder(
        path,
        (reason) =>
          `the folder for temporary files cannot be worked in: ${reason}; the service needs TMPDIR set to one`,
      );
    },
    fullRemedy: 'the service needs room in its folder for temporary files (TMPDIR)',
  };
}

/** A folder of our own in one for temporary files; what killed runs left there is taken away first. */
export async function folderIn(parent: string, remedy: string): Promise<WorkFolder> {
  const name = join(parent, temporaryName);
  await sweepLeftovers(name);
  return await madeFolder(
    unfinishedPath(name, '.d.tmp'),
    (reason) => `cannot work in the folder for temporary files, ${parent}: ${reason}; ${remedy}`,
  );
}

async function madeFolder(path: string, told: (reason: string) => string): Promise<WorkFolder> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (thrown) {
    throw new ConnectorError(
      'local-io',
      told(isMissing(thrown) && existsSync(dirname(path)) ? 'nothing can be created in it' : diskReason(thrown)),
    );
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Some of the kernel's file systems answer that a new entry does not exist, though its folder does. */
function isMissing(thrown: unknown): boolean {
  return hasOsCode(thrown, 'ENOENT');
}
