import { constants, copyFile, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { hasOsCode, osCode } from '../os-reasons.ts';
import { unfinishedPath } from './leftovers.ts';

export type OutputFormat = 'json' | 'c1z';

/** A folder of complete syncs: `latest.json` and, under names that sort by time, the last few. */
export interface KeptFiles {
  /**
   * Where a sync is written to: it is replaced by a complete one in one step, and is never missing once it was there.
   */
  readonly latest: string;
  /**
   * Gives what stands at `latest` a name of its own, unless it has one, and takes the oldest beyond `keep` away.
   * Returns the name, and how many were taken away. `local-io` when the disk refuses.
   */
  keepLatest(): Promise<{ readonly name: string | undefined; readonly removed: number }>;
  /** The names of those that have one, the newest first. */
  former(): Promise<readonly string[]>;
}

export function openKeptFiles(folder: string, format: OutputFormat, keep: number): KeptFiles {
  const latest = join(folder, `latest.${format}`);
  const ours = new RegExp(`^sync-\\d{8}T\\d{6}\\.\\d{3}Z\\.${format}$`);
  const keptNames = async (): Promise<string[]> => (await readdir(folder)).filter((name) => ours.test(name)).toSorted();

  async function keepLatest(): Promise<{ readonly name: string | undefined; readonly removed: number }> {
    const status = await stat(latest).catch(() => undefined);
    if (status?.isFile() !== true) {
      return { name: undefined, removed: 0 };
    }
    const name = `sync-${stamp(status.mtimeMs)}.${format}`;
    if (!(await keptNames()).includes(name)) {
      await giveName(latest, join(folder, name));
    }
    const tooMany = (await keptNames()).slice(0, -keep);
    for (const old of tooMany) {
      await rm(join(folder, old), { force: true });
    }
    return { name, removed: tooMany.length };
  }

  return {
    latest,
    former: async () => (await keptNames().catch(() => [])).toReversed(),
    keepLatest: async () => {
      try {
        return await keepLatest();
      } catch (thrown) {
        const code = osCode(thrown);
        throw new ConnectorError(
          'local-io',
          `${latest} is complete and in its place, but it could not be given its own name, or an old file could not be removed (${code})`,
          { code },
        );
      }
    },
  };
}

/** "20261125T161639.123Z": sorts by time, and is a file name everywhere. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]/g, '');
}

const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** A second name for the same file costs no room; where the file system knows none, it is a copy. */
async function giveName(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (!hasOsCode(thrown, ...withoutLinks)) {
      throw thrown;
    }
    await copyWhole(from, to);
  }
  await force(dirname(to), 'r');
}

async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = unfinishedPath(from, '.tmp'); // swept like those of the sync itself
  try {
    await copyFile(from, unfinished, constants.COPYFILE_EXCL);
    await force(unfinished, 'r+');
    await rename(unfinished, to);
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw thrown;
  }
}

/** Forces a file or folder to the disk. */
async function force(path: string, flags: 'r' | 'r+'): Promise<void> {
  await using handle = await open(path, flags);
  await handle.sync();
}
