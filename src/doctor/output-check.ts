import { randomUUID } from 'node:crypto';
import { realpath, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { osCode, osReason } from '../os-reasons.ts';
import { type Check, fail, ok, warn } from './check.ts';

const name = 'output';
const littleRoomBytes = 256 * 1024 * 1024;

/** Looks at what stands at a target, and throws what a sync would throw. */
export type LookAtTarget = (out: string) => Promise<void>;

/** Whether a file can be written where a sync would put it: tried, in its folder or, for a folder, inside it. */
export async function checkOutput(out: string, look: LookAtTarget = async () => undefined): Promise<Check> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const folder = isFolder ? out : await realpath(out).then(dirname, () => dirname(out));
  const trial = join(folder, `.baton-descope-doctor-${randomUUID()}.tmp`);
  try {
    await writeFile(trial, 'written by baton-descope doctor, and removed immediately', { flag: 'wx', mode: 0o600 });
    await rm(trial);
    await look(out);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return free < littleRoomBytes
      ? warn(
          name,
          `${folder} is writable, but has only ${inMegabytes(free)} left`,
          'Make room: a full disk ends a sync, though it keeps the old file.',
        )
      : ok(name, `${folder} is writable, with ${inMegabytes(free)} left`);
  } catch (thrown) {
    await rm(trial, { force: true }).catch(() => undefined);
    if (thrown instanceof ConnectorError) {
      const [text = '', remedy = 'Choose another place with --out.'] = thrown.message.split('; ');
      return fail(thrown.kind, name, text, remedy);
    }
    return fail(
      'local-io',
      name,
      `nothing can be written in ${folder}: ${reasonOf(thrown)}`,
      remedies[osCode(thrown)] ?? 'Choose another place with --out, or look at its rights.',
    );
  }
}

/**
 * Whether there is a folder for temporary files: only the questions need it, since what writes a file works beside it.
 */
export async function checkTemporary(): Promise<Check> {
  const folder = tmpdir();
  const trial = join(folder, `.baton-descope-doctor-${randomUUID()}.tmp`);
  try {
    await writeFile(trial, '', { flag: 'wx', mode: 0o600 });
    await rm(trial);
    return ok('temporary', `${folder} is writable`);
  } catch (thrown) {
    return warn(
      'temporary',
      `nothing can be written in ${folder}, the folder for temporary files: ${reasonOf(thrown)}; sync, export and ` +
        'report do not need it; who-can, access and diff do',
      'Set TMPDIR to a folder that can be written to, where those are used.',
    );
  }
}

function reasonOf(thrown: unknown): string {
  return osReason(thrown, { ENOENT: 'there is no such folder' });
}

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Make the folder first (mkdir -p), or choose another with --out.',
  EROFS: 'In a container, mount a volume there that may be written.',
  ENOSPC: 'Make room, or choose another place with --out.',
};

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000).toLocaleString('en')} MB`;
}
