import { rm } from 'node:fs/promises';
import { unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';
import { createSyncFile, type SyncFile } from './sync-file.ts';

/** Converts a complete sync file into the file at the target. When it throws, the target is unchanged. */
export type Convert = (syncFile: string, target: string) => Promise<void>;

/**
 * Writes a sync into a kind of file that can be made only from all rows. The rows go into a sync file beside the target
 * first, which is removed when the target is complete.
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
