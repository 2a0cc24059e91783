import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { WorkFolder, WorkPlace } from '../answers/work-place.ts';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskReason } from '../output/disk-fault.ts';
import { sweepLeftovers, unfinishedPath } from '../output/leftovers.ts';
import { placeOf } from '../output/place.ts';

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
