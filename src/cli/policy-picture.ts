import { stat } from 'node:fs/promises';
import { createFileIndex, type FileIndex } from '../answers/file-index.ts';
import { reading } from '../answers/faults.ts';
import type { Picture } from '../checks/granting/picture.ts';
import { ConnectorError } from '../errors.ts';
import { isStore } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { openStored } from './stored.ts';
import { temporaryPlace } from '../output/work-places.ts';

/** How long a picture is taken for the newest one before that is looked at again. */
const newestForMs = 5_000;

/** The newest sync of a store, or the one in a file, held open from one question to the next. */
export interface Pictures extends AsyncDisposable {
  /** Errors as of the commands that read it, and `config` for a file of another project. */
  newest(): Promise<Picture>;
}

interface Opened {
  readonly picture: Picture;
  /** What tells this sync from a later one. */
  readonly mark: string;
}

export interface PictureOptions {
  readonly projectId: string;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export function createPictures(
  path: string,
  { projectId, signal, now = () => performance.now() }: PictureOptions,
): Pictures {
  let opened: Opened | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<Picture> | undefined;

  async function look(): Promise<Picture> {
    const before = opened;
    opened = await (isStore(path)
      ? newestInStore(path, projectId, before)
      : inFile(path, { projectId, signal }, before));
    lookedAt = now();
    if (before !== undefined && before !== opened) {
      await closed(before.picture.index);
    }
    return opened.picture;
  }

  return {
    newest: async () => {
      if (opened !== undefined && now() - lookedAt < newestForMs) {
        return opened.picture;
      }
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return await looking;
    },
    [Symbol.asyncDispose]: async () => {
      await looking?.catch(() => undefined);
      if (opened !== undefined) {
        await closed(opened.picture.index);
      }
    },
  };
}

async function newestInStore(path: string, projectId: string, before: Opened | undefined): Promise<Opened> {
  await using stored = await openStored(path, { project: projectId });
  const { history, sync } = stored;
  const mark = String(sync.n);
  if (mark === before?.mark) {
    return before;
  }
  const index = await history.index(sync, { isLean: true, work: temporaryPlace() });
  return { mark, picture: { index, startedMs: Date.parse(sync.startedAt), finishedMs: sync.finishedMs } };
}

async function inFile(
  path: string,
  { projectId, signal }: PictureOptions,
  before: Opened | undefined,
): Promise<Opened> {
  const { ino, size, mtimeMs } = await reading(path, () => stat(path));
  const mark = [ino, size, mtimeMs].join(' ');
  if (mark === before?.mark) {
    return before;
  }
  const index = await createFileIndex(path, { signal, work: temporaryPlace() });
  const { projectId: theirs, startedAt, finishedAt = '' } = index.summary;
  if (theirs !== undefined && theirs !== '' && theirs !== projectId) {
    await index[Symbol.asyncDispose]();
    throw new ConnectorError('config', `${printable(path)} is of another project, ${printable(theirs)}`);
  }
  return {
    mark,
    picture: { index, startedMs: Date.parse(startedAt ?? finishedAt), finishedMs: Date.parse(finishedAt) },
  };
}

/** What it finds wrong at its end does not matter any more: it was not the newest sync, or nothing is asked. */
async function closed(index: FileIndex): Promise<void> {
  try {
    await index[Symbol.asyncDispose]();
  } catch {
    // told by nobody who asks
  }
}
