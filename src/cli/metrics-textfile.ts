import { access, chmod, constants, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConnectorError, isKind } from '../errors.ts';
import { textfileOf } from '../observe/textfile.ts';
import { diskFault } from '../output/disk-fault.ts';
import { sweepLeftovers, unfinishedPath } from '../output/leftovers.ts';
import { checkTarget, placeOf } from '../output/place.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { exitCodeOf } from './exit-codes.ts';
import { tell as tellNote } from './tell.ts';

/**
 * Runs a sync and writes how it ended to a file: also when it failed, or was set up wrongly. A file that cannot be
 * written is `local-io` before anything is read; later it is told, and the sync counts.
 */
export async function withMetricsTextfile(
  file: string,
  projectId: string,
  sync: () => Promise<SyncSummary | undefined>,
): Promise<void> {
  const target = resolve(file);
  await checkTextfile(target);
  const startedAt = performance.now();
  const tell = async (exitCode: number, summary?: SyncSummary): Promise<void> => {
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    const complete = summary && { finishedAtMs: Date.parse(summary.finishedAt), counts: summary.counts };
    const before = await readFile(target, 'utf8').catch(() => '');
    await replace(target, textfileOf({ projectId, endedAtMs: Date.now(), seconds, exitCode, complete }, before)).catch(
      (thrown: unknown) => {
        tellNote(
          'warn',
          `the metrics were not written: ${thrown instanceof ConnectorError ? thrown.message : 'unknown'}`,
        );
      },
    );
  };
  let summary: SyncSummary | undefined;
  try {
    summary = await sync();
  } catch (thrown) {
    if (!isKind(thrown, 'cancelled')) {
      await tell(exitCodeOf(thrown)); // a cancelled sync says nothing about the project
    }
    throw thrown;
  }
  if (summary !== undefined) {
    await tell(0, summary);
  }
}

async function checkTextfile(target: string): Promise<void> {
  await checkTarget(target);
  const folder = dirname(await placeOf(target));
  await access(folder, constants.W_OK).catch((thrown: unknown) => {
    throw diskFault(target, 'create a file in its folder', thrown);
  });
  await sweepLeftovers(target);
}

/**
 * The collector runs as another user, and reads every file that ends in ".prom": ours is whole and readable when it is
 * there.
 */
async function replace(target: string, text: string): Promise<void> {
  const place = await placeOf(target);
  const temporary = unfinishedPath(place, '.tmp');
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o644 });
    await chmod(temporary, 0o644); // whatever the umask
    await rename(temporary, place);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskFault(target, 'write it', thrown);
  }
}
