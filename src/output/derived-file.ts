import { rm } from 'node:fs/promises';
import { unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';
import { createSyncFile, type SyncFile } from './sync-file.ts';

/** Makes what is to stand at the target of a complete sync file at a path. It leaves the target as it was when it throws. */
export type Convert = (syncFile: string, target: string) => Promise<void>;

/**
 * A sync on its way into a kind of file that can be made only when all rows are there, since its rows join them: it is written
 * as a sync file beside the target first, which is gone when the target is there.
 */
export async function createDerivedFile(target: string, convert: Convert): Promise<SyncFile> {
  const between = unfinishedPath(await placeOf(target), '.tmp');
  const file = await createSyncFile(between, undefined, target);
  return {
    ...file,
    finish: async (summary) => {
      try {
        await file.finish(summary);
        await convert(between, target);
      } finally {
        await rm(between, { force: true });
      }
    },
  };
}
