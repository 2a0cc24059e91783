import { dirname } from 'node:path';
import { diskFault } from './disk-fault.ts';
import { type FileLayer, type OpenFile, realFiles } from './file-layer.ts';
import { sweepLeftovers, unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';

/** A chunk is handed to the file when this much text has gathered. */
const chunkBytes = 64 * 1024;

/**
 * A file that is there whole or not at all: written beside its target under another name, forced to the disk, then
 * renamed onto it. Mode 0600. Every fault is `local-io`, and leaves what stood at the target untouched.
 */
export interface AtomicFile {
  /** Appends text; waits when the disk is slower than we are. */
  write(text: string): Promise<void>;
  /** Appends bytes as they are, after all the text so far; one call at a time. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Puts the file in its place. */
  commit(): Promise<void>;
  /** Takes the unfinished file away; never throws. */
  discard(): Promise<void>;
}

/** Faults name the target, or `toldAs` where the file is a step on the way to another one that the user asked for. */
export async function createAtomicFile(
  target: string,
  files: FileLayer = realFiles,
  toldAs = target,
): Promise<AtomicFile> {
  const place = await placeOf(target);
  const directory = dirname(place);
  await sweepLeftovers(target);
  const temporary = unfinishedPath(place, '.tmp');
  const handle = await attempt(toldAs, 'create a file in its folder', () => files.open(temporary, 'wx'));
  let waiting: string[] = [];
  let waitingBytes = 0;

  async function flush(): Promise<void> {
    const text = waiting.join('');
    waiting = [];
    waitingBytes = 0;
    if (text !== '') {
      await attempt(toldAs, 'write it', () => writeAll(handle, Buffer.from(text, 'utf8')));
    }
  }

  async function discard(): Promise<void> {
    await handle.close().catch(() => undefined);
    await files.rm(temporary).catch(() => undefined);
  }

  return {
    discard,
    write: async (text) => {
      waiting.push(text);
      waitingBytes += text.length;
      if (waitingBytes >= chunkBytes) {
        await flush();
      }
    },
    writeBytes: async (bytes) => {
      await flush();
      await attempt(toldAs, 'write it', () => writeAll(handle, bytes));
    },
    commit: async () => {
      await flush();
      await attempt(toldAs, 'force it to the disk', () => handle.sync());
      await attempt(toldAs, 'close it', () => handle.close());
      await attempt(toldAs, 'put it in its place', () => files.rename(temporary, place));
      await attempt(toldAs, 'force its folder to the disk', () => syncDirectory(directory, files));
    },
  };
}

async function writeAll(handle: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const written = await handle.write(rest);
    if (written === 0) {
      throw Object.assign(new Error('the disk takes nothing more'), { code: 'EIO' }); // otherwise this loop would never end
    }
    rest = rest.subarray(written);
  }
}

async function syncDirectory(directory: string, files: FileLayer): Promise<void> {
  const handle = await files.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function attempt<T>(target: string, step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw diskFault(target, step, thrown);
  }
}
