import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskFault } from './disk-fault.ts';

/** Takes one line of JSON at a time and returns when it is kept. */
export interface AuditLog {
  append(entry: object): Promise<void>;
  close(): Promise<void>;
}

export interface AuditLogOptions {
  /** Told when the file was moved or removed while it was in use, and a new one was begun in its place. */
  readonly onReplaced?: () => void;
}

/** After each line it is checked that the file still has its name. After so many failures the log is given up. */
const maxWrites = 3;

/**
 * An append-only file of JSON lines, mode 0600, opened before anything is changed. A line counts when it is on the
 * disk, in the file that has the name: one that was moved or removed meanwhile (a rotation) is begun anew.
 */
export async function openAuditLog(path: string, { onReplaced }: AuditLogOptions = {}): Promise<AuditLog> {
  let file = await openFile(path).catch((thrown: unknown) => {
    const { message, facts } = diskFault(path, 'open the audit log', thrown);
    throw new ConnectorError('local-io', `${message}; no change was sent`, facts);
  });
  const inTurn = pLimit(1); // lines come whole and in order

  async function reopen(): Promise<void> {
    const begun = await openFile(path);
    await file.handle.close().catch(() => undefined);
    file = begun;
    onReplaced?.();
  }

  async function keep(line: string): Promise<void> {
    for (let written = 0; written < maxWrites; written += 1) {
      if (!(await hasName(file.handle, path))) {
        await reopen();
      }
      await appendLine(file, line);
      if (await hasName(file.handle, path)) {
        return;
      }
    }
    throw Object.assign(new Error('the file disappears each time'), { code: 'ESTALE' });
  }

  return {
    append: (entry) => {
      const written = inTurn(() => keep(JSON.stringify(entry)));
      return written.catch((thrown: unknown) => {
        throw diskFault(path, 'write the audit line', thrown);
      });
    },
    close: async () => {
      await inTurn(() => file.handle.close());
    },
  };
}

interface AuditFile {
  readonly handle: FileHandle;
  /** A pipe or a device cannot be forced to a disk. */
  readonly isRegular: boolean;
  /** What stands in the file ends in the middle of a line: a disk was full, or a process was killed. */
  isTorn: boolean;
}

async function openFile(path: string): Promise<AuditFile> {
  // Not blocking: opening a pipe that nobody reads would otherwise never return.
  const handle = await open(
    path,
    constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK,
    0o600,
  );
  try {
    const { size, isRegular } = await kindOf(handle);
    if (size === 0 && isRegular) {
      await forceFolder(dirname(path));
    }
    return { handle, isRegular, isTorn: isRegular && size > 0 && (await endsInLine(path)) };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

async function kindOf(handle: FileHandle): Promise<{ readonly size: number; readonly isRegular: boolean }> {
  const stats = await handle.stat();
  return { size: stats.size, isRegular: stats.isFile() };
}

/** Whether the last line has no end. A file that we may only append to is taken to be whole. */
async function endsInLine(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return bytesRead === 1 && buffer[0] !== 0x0a;
  } catch {
    return false;
  }
}

/** A new file's name is in its folder: both must be on the disk. Folders that cannot be forced there are left alone. */
async function forceFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // some file systems do not take it
  }
}

/** A line that was cut off gets a line end first, so that it does not run into the next one. */
async function appendLine(file: AuditFile, line: string): Promise<void> {
  const text = `${file.isTorn ? '\n' : ''}${line}\n`;
  file.isTorn = true;
  await file.handle.appendFile(text, 'utf8');
  file.isTorn = false;
  if (file.isRegular) {
    await file.handle.sync();
  }
}

/** Whether the open file is the one that the path names. */
async function hasName(handle: FileHandle, path: string): Promise<boolean> {
  try {
    const [ours, named] = await Promise.all([handle.stat({ bigint: true }), stat(path, { bigint: true })]);
    return ours.ino === named.ino && ours.dev === named.dev;
  } catch (thrown) {
    if (hasOsCode(thrown, 'ENOENT', 'ENOTDIR')) {
      return false;
    }
    throw thrown;
  }
}
