import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type FileIndex, createFileIndex } from '../answers/file-index.ts';
import { humansOnly } from '../answers/humans.ts';
import type { SyncSource } from '../answers/source.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { printable } from '../answers/printable.ts';
import { isRedrawn, runSteps } from './progress.ts';
import { isStore } from '../output/outputs.ts';
import { shellWord } from '../shell-word.ts';
import { tell } from './tell.ts';
import { checkWhen, openInput, storedIndex, type WhenFlags } from './stored.ts';
import { temporaryPlace } from '../output/work-places.ts';
import { isPostgres, shownStore } from '../store-url.ts';

/** A file that takes longer than a moment to read is read under a line of progress on stderr. */
const quickBytes = 32 * 1024 * 1024;
const intervalMs = 250;
/** Whoever waits longer than this for a file is told once that a store need not be read. */
const hintAfterMs = 2_000;
let isHinted = false;

export interface ReadOptions extends WhenFlags {
  readonly open?: ((path: string, work: WorkPlace) => Promise<SyncSource>) | undefined;
  readonly work?: WorkPlace | undefined;
  /** Leaves out what is no person. */
  readonly humansOnly?: boolean | undefined;
  /** Makes an index of its own also of a store, for what attaches it or reads all of it. */
  readonly isWhole?: boolean | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: (() => number) | undefined;
}

/** Reads a file into an index, and shows how far it is. A store is asked where it is. */
export async function readIndex(path: string, signal: AbortSignal, options: ReadOptions = {}): Promise<FileIndex> {
  const { now = () => performance.now() } = options;
  const startedAt = now();
  const index = await indexRead(path, signal, options);
  const took = now() - startedAt;
  if (took > hintAfterMs && !isStore(path) && !isHinted) {
    isHinted = true;
    tell(
      'info',
      [
        `reading ${printable(basename(path))} took ${(took / 1000).toFixed(1)} s; a store answers at once, and of any day:`,
        `baton-descope history import --into access.db ${shellWord(printable(path))}`,
      ].join(' '),
    );
  }
  return index;
}

async function indexRead(
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
    question,
    names,
    open = async (file, place) => await openInput(file, { work: place, at, project }),
  }: ReadOptions,
): Promise<FileIndex> {
  checkWhen(path, { at, project });
  if (isStore(path) && !isWhole && !isHumansOnly) {
    return await storedIndex(path, { at, project, hasPast, isLean, question, names, work, signal });
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
      run: async (show) => {
        const startedAt = performance.now();
        let toldAt = startedAt;
        index = await createFileIndex(path, {
          signal,
          open: openFile,
          work,
          onProgress: (rows) => {
            if (isRedrawn() && performance.now() - toldAt >= intervalMs) {
              toldAt = performance.now();
              show(`${rows.toLocaleString('en')} rows`);
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
