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

/** What the folders for temporary files are called by, so that those of killed runs are found. */
const temporaryName = 'baton-descope';

/** A place beside the file that is to be written: there must be room there anyway, and no other folder need be writable. */
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

/** The folder for temporary files, for what writes no file. Nothing needs it but a command that reads a file of a sync. */
export function temporaryPlace(): WorkPlace {
  return {
    makeFolder: async () => {
      const name = join(tmpdir(), temporaryName);
      await sweepLeftovers(name);
      return await madeFolder(
        unfinishedPath(name, '.d.tmp'),
        (reason) =>
          `cannot work in the folder for temporary files, ${tmpdir()}: ${reason}; set TMPDIR to a folder that can be written to`,
      );
    },
    fullRemedy: `make room in the folder for temporary files, ${tmpdir()}, or set TMPDIR to one with room for about half the file`,
  };
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

/** Some file systems of the kernel say of a new entry that it is missing, though its folder is there. */
function isMissing(thrown: unknown): boolean {
  return hasOsCode(thrown, 'ENOENT');
}
