import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { osReason } from '../os-reasons.ts';
import { openKeptFiles } from '../output/kept-files.ts';
import type { Lease } from './engine.ts';
import type { FleetProject } from './fleet.ts';

/** The place of a sync that is under way, in the folder of its project. */
export interface Staged {
  /** Where the sync writes to: what is `latest` now stands there, too, so that it is compared with that. */
  readonly path: string;
  /** Its place. */
  readonly latest: string;
  /**
   * Makes it `latest`, in one step. Throws `conflict` where somebody else replaced `latest` since the sync began: theirs
   * may be newer.
   */
  readonly place: () => void;
  /** Gives what is latest a name of its own, and takes the oldest files away. */
  readonly keep: () => Promise<void>;
  /** Takes away what is left of it. */
  readonly discard: () => void;
}

/**
 * Begins a sync to the side of its place. A project has one run at a time: what another one left unfinished is taken
 * away, and whoever still writes to it fails.
 */
export async function stageFile(
  { folder, format, keep }: FleetProject,
  { run, token }: Pick<Lease, 'run' | 'token'>,
): Promise<Staged> {
  const kept = openKeptFiles(folder, format, keep);
  const { latest } = kept;
  const aside = join(folder, '.unfinished');
  const path = join(aside, `${run}-${token}.${format}`);
  const before = identityOf(latest);
  inFolder(folder, 'make room for a sync in', () => {
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    if (before !== undefined) {
      linkOrCopy(latest, path);
    }
  });
  await kept.keepLatest(); // one that was put there meanwhile, by hand for instance
  return {
    path,
    latest,
    place: () => {
      if (identityOf(latest) !== before) {
        throw new ConnectorError(
          'conflict',
          `${latest} was replaced by somebody else while the sync ran: theirs stays`,
        );
      }
      inFolder(folder, 'put a sync in place in', () => renameSync(path, latest));
    },
    keep: async () => {
      await kept.keepLatest();
      inFolder(folder, 'tidy up', () => rmSync(aside, { recursive: true, force: true }));
    },
    discard: () => inFolder(folder, 'tidy up', () => rmSync(path, { force: true })),
  };
}

/** Another file under the same name is another one. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.ino}-${found.mtimeNs}`;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // a file system without links
  }
}

function inFolder(folder: string, what: string, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    throw new ConnectorError('local-io', `cannot ${what} ${folder}: ${osReason(thrown)}`);
  }
}
