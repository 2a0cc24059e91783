import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one's own, mode 0700, which goes away with all that is in it. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Where databases are kept that are needed while a file is read: they hold what the file holds, and may be as large.
 */
export interface WorkPlace {
  /** Makes a folder; `local-io` when that cannot be done. Asked before the file is read. */
  readonly makeFolder: () => Promise<WorkFolder>;
  /** What to tell when a database in it cannot grow. */
  readonly fullRemedy: string;
}

/** The folder for temporary files of the system. */
export const systemWorkPlace: WorkPlace = {
  makeFolder: async () => {
    const path = await mkdtemp(join(tmpdir(), 'baton-descope-'));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  },
  fullRemedy: 'make room there',
};
