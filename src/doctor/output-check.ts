import { randomUUID } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Check, fail, ok, warn } from './check.ts';

const name = 'output';
const littleRoomBytes = 256 * 1024 * 1024;

/** Whether a file can be written where a sync would put it: tried, in its folder or, for a folder, inside it. */
export async function checkOutput(out: string): Promise<Check> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const folder = isFolder ? out : dirname(out);
  const trial = join(folder, `.baton-descope-doctor-${randomUUID()}.tmp`);
  try {
    await writeFile(trial, 'written by baton-descope doctor, and taken away at once', { flag: 'wx', mode: 0o600 });
    await rm(trial);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return free < littleRoomBytes ? warn(name, `${folder} is writable, but has only ${inMegabytes(free)} left`, 'Make room: a full disk ends a sync, though it keeps the old file.') : ok(name, `${folder} is writable, with ${inMegabytes(free)} left`);
  } catch (thrown) {
    await rm(trial, { force: true }).catch(() => undefined);
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    return fail('local-io', name, `nothing can be written in ${folder}: ${reasons[code] ?? code}`, remedies[code] ?? 'Choose another place with --out, or look at its rights.');
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Make the folder first (mkdir -p), or choose another with --out.',
  EROFS: 'In a container, mount a volume there that may be written.',
  ENOSPC: 'Make room, or choose another place with --out.',
};

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000).toLocaleString('en')} MB`;
}
