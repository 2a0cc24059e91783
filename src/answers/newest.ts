import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { anyHead, isC1z, syncFileKinds, writtenHead } from '../sync-format/layout.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { bytesAt } from './lines.ts';
import { openSource } from './open.ts';
import type { WorkPlace } from './work-place.ts';

/** A file of a sync, as far as it can be told without reading all of it. */
export interface SyncFileInfo {
  readonly path: string;
  /** When the sync ended, in epoch milliseconds; when the file was written, where it does not tell. */
  readonly time: number;
  readonly summary: FileSummary;
}

export interface NewestOptions {
  /** Paths to leave out. */
  readonly except?: readonly string[];
  /** Where a packed file is unpacked. */
  readonly work?: WorkPlace | undefined;
}

/** By preference among files of the same sync. */
const kinds: readonly string[] = syncFileKinds;
/** The time of a `.c1z` is known only after unpacking, which is done up to this size. */
const mostUnpacked = 16 * 1024 * 1024;
/** A file is written after its sync has ended, give or take what clocks and file systems round. */
const roundingMs = 2_000;

/**
 * The newest sync in some folders, not below them; undefined when there is none. It counts when the sync ended and not
 * when the file was written, so that an old sync which was copied or exported today stays old. Folders that cannot be
 * read are left out, and so are files that are none of ours. A file that turns out to be damaged counts: it must be
 * told.
 */
export async function newestSync(
  folders: readonly string[],
  { except = [], work }: NewestOptions = {},
): Promise<SyncFileInfo | undefined> {
  const files = (await Promise.all([...new Set(folders)].map(filesIn)))
    .flat()
    .filter(({ path }) => !except.includes(path));
  let newest: SyncFileInfo | undefined;
  for (const { path, mtimeMs, size } of files.toSorted(
    (one, other) => other.mtimeMs - one.mtimeMs || byKind(one.path, other.path),
  )) {
    if (newest !== undefined && mtimeMs + roundingMs < newest.time) {
      break;
    }
    const info = await inspect({ path, size, mtimeMs }, work).catch(() => undefined);
    if (
      info !== undefined &&
      (newest === undefined ||
        info.time > newest.time ||
        (info.time === newest.time && byKind(info.path, newest.path) < 0))
    ) {
      newest = info;
    }
  }
  return newest;
}

interface FileHere {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

async function filesIn(folder: string): Promise<FileHere[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const paths = entries
    .filter(({ name }) => !name.startsWith('.') && kinds.includes(extname(name).toLowerCase()))
    .map(({ name }) => join(folder, name));
  const found = await Promise.all(
    paths.map(async (path) => {
      const status = await stat(path).catch(() => undefined);
      return status?.isFile() === true ? [{ path, size: status.size, mtimeMs: Math.floor(status.mtimeMs) }] : [];
    }),
  );
  return found.flat();
}

function byKind(one: string, other: string): number {
  const place = (path: string): number => kinds.indexOf(extname(path).toLowerCase());
  return place(one) - place(other) || (one < other ? -1 : 1);
}

/** Undefined for a file that is none of ours. */
async function inspect(
  { path, size, mtimeMs }: FileHere,
  work: WorkPlace | undefined,
): Promise<SyncFileInfo | undefined> {
  const head = await bytesAt(path, 0, 200);
  const text = head.toString('latin1');
  const isPacked = extname(path).toLowerCase() === '.c1z';
  if (isPacked ? !isC1z(head) : !anyHead.test(text)) {
    return undefined;
  }
  const untold = { path, summary: {}, time: mtimeMs };
  if (isPacked ? size > mostUnpacked : !writtenHead.test(text)) {
    return untold;
  }
  try {
    await using source = await openSource(path, { work });
    return { path, summary: source.summary, time: timeOf(source.summary) ?? mtimeMs };
  } catch (thrown) {
    return thrown instanceof ConnectorError && thrown.kind === 'invalid' ? undefined : untold;
  }
}

function timeOf({ finishedAt = '' }: FileSummary): number | undefined {
  const ms = Date.parse(finishedAt);
  return Number.isNaN(ms) ? undefined : ms;
}
