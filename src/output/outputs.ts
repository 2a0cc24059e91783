import { extname } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { type C1zFileOptions, createC1zFile } from './c1z-file.ts';
import { readLastC1z } from './last-c1z.ts';
import { type LastSync, readLastSync } from './last-sync.ts';
import { messageByMessage } from './message-sink.ts';
import { createSyncFile, type SyncFile } from './sync-file.ts';

/** Begins a file of the kind that was chosen. */
export type CreateOutput = (options: C1zFileOptions) => Promise<SyncFile>;

/** The kind of file that a target's extension asks for. Any other extension is a `config` error, before anything is done. */
export function chooseOutput(target: string): CreateOutput {
  switch (extname(target).toLowerCase()) {
    case '.json':
      return () => createSyncFile(target);
    case '.c1z':
      return async (options) => messageByMessage(await createC1zFile(target, options));
    default:
      throw new ConnectorError('config', `cannot tell what to write to ${target}: end its name with .json (for people and scripts) or .c1z (for Baton's tools)`);
  }
}

/** What the complete sync that stands at a target tells of itself: undefined when there is none, `untold` when it is not to be unpacked. */
export async function readLast(target: string, signal?: AbortSignal): Promise<LastSync | 'untold' | undefined> {
  return extname(target).toLowerCase() === '.json' ? await readLastSync(target) : await readLastC1z(target, signal);
}
