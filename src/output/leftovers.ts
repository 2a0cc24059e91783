import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { placeOf } from './place.ts';
import { osCode } from '../os-reasons.ts';

const oneHourMs = 60 * 60_000;

/** A process id is valid only on its own machine and in its own container, and a folder may be shared. */
const thisHost = createHash('sha256')
  .update(`${hostname()} ${orElse(() => readlinkSync('/proc/self/ns/pid'), '')}`)
  .digest('hex')
  .slice(0, 8);
/** How far the clock may have been set since a file was written. */
const clockSlackMs = 60_000;

/**
 * What follows the target's name, and a dot, in the name of an unfinished file; older versions named no process, and
 * left the journal of a database behind. A file that
 * another one is made of is unfinished twice over, and its name begins with two dots.
 */
const unfinished =
  /^(?:(?<host>[0-9a-f]{8})-(?<pid>\d{1,10})-)?[0-9a-f]{12}(?:\.db|(?<folder>\.d))?\.tmp(?:-journal)?(?:\.[0-9a-f]{8}-\d{1,10}-[0-9a-f]{12}\.tmp)?$/;

/**
 * A free path beside the target for a file that is not finished, or for a folder (`.d.tmp`): it tells the target, and
 * who writes it. What is moved aside (`.old`) is finished, and never swept.
 */
export function unfinishedPath(target: string, ending: '.tmp' | '.db.tmp' | '.d.tmp' | '.old'): string {
  return join(
    dirname(target),
    `.${stemOf(target)}.${thisHost}-${process.pid}-${randomBytes(6).toString('hex')}${ending}`,
  );
}

/**
 * File systems take names of 255 bytes, and what we add takes some 40: a longer name is told by its beginning and its
 * hash.
 */
const longestStem = 210;

function stemOf(target: string): string {
  const name = basename(target);
  if (Buffer.byteLength(name, 'utf8') <= longestStem) {
    return name;
  }
  const beginning = Buffer.from(name, 'utf8')
    .subarray(0, longestStem / 2)
    .toString('latin1')
    .replaceAll(/[^\w.-]/g, '_');
  return `${beginning}~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export interface SweepOptions {
  readonly nowMs?: number;
  /** Whether the process may be the one that wrote to the file last, at that time. */
  readonly isRunning?: (pid: number, writtenAtMs: number) => boolean;
}

/**
 * Takes away what killed runs left beside a target: unfinished files whose process on this machine is gone, or that
 * nobody has written to for an hour. Nothing else is touched; a file that cannot be taken away stays. Never throws.
 */
export async function sweepLeftovers(
  target: string,
  { nowMs = Date.now(), isRunning = mayBeWriting }: SweepOptions = {},
): Promise<void> {
  const place = await placeOf(target).catch(() => target);
  const folder = dirname(place);
  const prefix = `.${stemOf(place)}.`;
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((entry) => entry.startsWith(prefix) || entry.startsWith(`.${prefix}`))) {
    const match = unfinished.exec(name.slice(name.indexOf(prefix) + prefix.length));
    if (match === null) {
      continue;
    }
    const path = join(folder, name);
    const status = await lstat(path).catch(() => undefined);
    const isOrphan =
      status !== undefined &&
      match.groups?.['host'] === thisHost &&
      !isRunning(Number(match.groups['pid']), status.mtimeMs);
    const isOurs = match.groups?.['folder'] === undefined ? status?.isFile() === true : status?.isDirectory() === true;
    if (status !== undefined && isOurs && (isOrphan || nowMs - status.mtimeMs > oneHourMs)) {
      await rm(path, { force: true, recursive: true }).catch(() => undefined);
    }
  }
}

/**
 * Not a process that is gone, nor one that ended and waits for its parent to look (nobody does in a container without
 * an init), nor one that began after the file was written to and was given the same number.
 */
function mayBeWriting(pid: number, writtenAtMs: number): boolean {
  const [state = '', ...fields] = orElse(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '')
    .replace(/^.*\) /s, '')
    .split(' ');
  if (state === '') {
    return isProcessThere(pid); // not on Linux, or it is gone
  }
  const bootedAt = Number(/^btime (\d+)$/m.exec(orElse(() => readFileSync('/proc/stat', 'utf8'), ''))?.[1]);
  const startedAtMs = (bootedAt + Number(fields[18]) / ticksPerSecond) * 1_000;
  return !/[ZXx]/.test(state) && !(startedAtMs > writtenAtMs + clockSlackMs);
}

/** What Linux counts the times of processes in, for programs, on every machine. */
const ticksPerSecond = 100;

/** Whether a process exists; one of another user may not be signalled, but exists. */
function isProcessThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return osCode(thrown) !== 'ESRCH';
  }
}

function orElse(read: () => string, otherwise: string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
