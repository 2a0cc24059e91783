import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type FileIndex, createFileIndex } from '../answers/file-index.ts';
import { humansOnly } from '../answers/humans.ts';
import type { SyncSource } from '../answers/source.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { printable } from '../answers/printable.ts';
import { isRedrawn, runSteps } from './progress.ts';
import { isStore } from '../output/outputs.ts';
import { checkWhen, openInput, storedIndex, type WhenFlags } from './stored.ts';
import { temporaryPlace } from './work-places.ts';
import { isPostgres, shownStore } from '../store-url.ts';

/** A file that takes longer than a moment to read is read under a line of progress on stderr. */
const quickBytes = 32 * 1024 * 1024;
const intervalMs = 250;

export interface ReadOptions extends WhenFlags {
  readonly open?: ((path: string, work: WorkPlace) => Promise<SyncSource>) | undefined;
  readonly work?: WorkPlace | undefined;
  /** Leaves out what is no person. */
  readonly humansOnly?: boolean | undefined;
  /** Makes an index of its own also of a store, for what attaches it or reads all of it. */
  readonly isWhole?: boolean | undefined;
}

/** Reads a file into an index, and shows how far it is. A store is asked where it is. */
export async function readIndex(
  path: string,
  signal: AbortSignal,
  {
    work = temporaryPlace(),
    humansOnly: isHumansOnly = false,
    isWhole = false,
    at,
    project,
    hasPast,
    isLean,
    open = async (file, place) => await openInput(file, { work: place, at, project }),
  }: ReadOptions = {},
): Promise<FileIndex> {
  checkWhen(path, { at, project });
  if (isStore(path) && !isWhole && !isHumansOnly) {
    return await storedIndex(path, { at, project, hasPast, isLean, work, signal });
  }
  const size = await stat(path).then(
    (status) => status.size,
    () => 0,
  );
  const openFile = async (file: string, place: WorkPlace): Promise<SyncSource> =>
    isHumansOnly ? humansOnly(await open(file, place)) : await open(file, place);
  if (isPostgres(path)) {
    const opened = async (_name: string, place: WorkPlace): Promise<SyncSource> => await openFile(path, place);
    return await createFileIndex(shownStore(path), { signal, open: opened, work });
  }
  if (size < quickBytes) {
    return await createFileIndex(path, { signal, open: openFile, work });
  }
  let index: FileIndex | undefined;
  const name = printable(basename(path));
  await runSteps([
    {
      title: `Reading ${name}`,
      run: async (tell) => {
        const startedAt = performance.now();
        let toldAt = startedAt;
        index = await createFileIndex(path, {
          signal,
          open: openFile,
          work,
          onProgress: (rows) => {
            if (isRedrawn() && performance.now() - toldAt >= intervalMs) {
              toldAt = performance.now();
              tell(`${rows.toLocaleString('en')} rows`);
            }
          },
        });
        return `Read ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      },
    },
  ]);
  if (index === undefined) {
    throw new Error('the file was not read');
  }
  return index;
}
