import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';
import { createZstdDecompress } from 'node:zlib';
import { ConnectorError } from '../errors.ts';
import { isDiskFull, osCode } from '../os-reasons.ts';
import { c1zTables, hasFoundingTypes, readC1zAbout, typesIn } from '../sync-format/c1z.ts';
import { fromLocalTime } from '../sync-format/c1z-time.ts';
import { c1zMagic, contentHashOf, isC1z, type Section } from '../sync-format/layout.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { type C1zTables, guarded, messageIn, messagesIn, rowsIn } from './c1z-tables.ts';
import { foreign, incomplete, toReadFault } from './faults.ts';
import { bytesAt } from './lines.ts';
import type { SyncSource } from './source.ts';
import { closing } from './summary.ts';
import type { WorkPlace } from './work-place.ts';

/** Unpacked and written at once. */
const chunkBytes = 128 * 1024;

/**
 * Opens the newest finished full sync in a `.c1z` file that we wrote, or that the Go SDK wrote from our connector. The
 * file is unpacked into a folder of its own, which is removed when the source is disposed of.
 */
export async function openC1zSource(path: string, size: number, work: WorkPlace): Promise<SyncSource> {
  if (!isC1z(await bytesAt(path, 0, c1zMagic.length))) {
    throw foreign(path, 'it does not begin as a .c1z file of container version 1 does');
  }
  const folder = await work.makeFolder();
  const remove = async (): Promise<void> => await folder[Symbol.asyncDispose]();
  try {
    const unpacked = join(folder.path, 'sync.db');
    const contentHash = await unpack(path, unpacked, work);
    const database = new DatabaseSync(unpacked, { readOnly: true });
    try {
      const chosen = guarded(path, () => chooseSync(path, database, contentHash));
      return sourceOf({ path, size, database, ...chosen, remove });
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  } catch (thrown) {
    await remove();
    throw toReadFault(path, thrown);
  }
}

/** Unpacks the database; returns the hash of the whole file. */
async function unpack(path: string, target: string, { fullRemedy }: WorkPlace): Promise<string> {
  const hash = createHash('sha256').update(c1zMagic);
  try {
    const hashed = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(
      createReadStream(path, { start: c1zMagic.length }),
      hashed,
      createZstdDecompress({ chunkSize: chunkBytes }),
      createWriteStream(target, { flags: 'wx', mode: 0o600, highWaterMark: chunkBytes }),
    );
    return contentHashOf(hash.digest('hex'));
  } catch (thrown) {
    const code = osCode(thrown);
    if (isDiskFull(thrown)) {
      throw new ConnectorError('local-io', `cannot unpack ${path}: the disk is full; ${fullRemedy}`);
    }
    throw code.startsWith('ZSTD') || code.startsWith('ERR_ZSTD') || code === 'Z_BUF_ERROR'
      ? incomplete(path, 'it is cut off or damaged: it cannot be unpacked')
      : thrown;
  }
}

interface ChosenSync {
  readonly syncId: string;
  readonly summary: FileSummary;
  readonly wholeSummary: object | undefined;
}

function chooseSync(path: string, database: DatabaseSync, contentHash: string): ChosenSync {
  const columns = new Set(
    database
      .prepare('select name from pragma_table_info(?)')
      .all('v1_sync_runs')
      .map(({ name }) => String(name)),
  );
  if (!columns.has('sync_id')) {
    throw foreign(path, 'its database is not that of a sync');
  }
  const isFull = columns.has('sync_type') ? "and sync_type in ('full', '')" : ''; // older writers knew full syncs only
  const run = database
    .prepare(
      `select sync_id, started_at, ended_at from v1_sync_runs where ended_at is not null ${isFull} order by ended_at desc, id desc limit 1`,
    )
    .get();
  if (run === undefined) {
    throw incomplete(path, 'it holds no full sync that was finished');
  }
  const syncId = String(run['sync_id']);
  if (readC1zAbout(database, syncId)?.summary?.['complete'] === false) {
    throw incomplete(path, 'it holds a part of the project only (--sync-resource-types)');
  }
  if (!hasFoundingTypes(database, syncId)) {
    throw foreign(path, 'it is a sync of another connector: it does not have the resource types of baton-descope');
  }
  const times = {
    startedAt: fromLocalTime(String(run['started_at'])),
    finishedAt: fromLocalTime(String(run['ended_at'])),
  };
  return { syncId, ...summaryIn(database, syncId, times, contentHash) };
}

/**
 * The summary that we stored in the file, if the numbers of rows still match it: another tool may have changed the
 * rows.
 */
function summaryIn(
  database: DatabaseSync,
  syncId: string,
  times: Pick<FileSummary, 'startedAt' | 'finishedAt'>,
  contentHash: string,
): Pick<ChosenSync, 'summary' | 'wholeSummary'> {
  const about = readC1zAbout(database, syncId);
  const told = about?.summary === undefined ? undefined : closing({ ...about.summary, contentHash });
  const { resources, grants } = told?.summary.counts ?? {};
  const isOfTheseRows =
    resources?.['total'] === countOf(database, 'resources', syncId) &&
    grants?.['total'] === countOf(database, 'grants', syncId);
  if (told !== undefined && isOfTheseRows) {
    return told;
  }
  return {
    summary: {
      ...times,
      contentHash,
      ...(about?.projectId !== undefined && { projectId: about.projectId }),
      ...(about?.tenantRoles !== undefined && { tenantRoles: about.tenantRoles }),
    },
    wholeSummary: undefined,
  };
}

function countOf(database: DatabaseSync, section: Section, syncId: string): number {
  return Number(database.prepare(`select count(*) n from ${c1zTables[section]} where sync_id = ?`).get(syncId)?.['n']);
}

interface OpenDatabase extends C1zTables {
  readonly size: number;
  readonly summary: FileSummary;
  readonly wholeSummary: object | undefined;
  readonly remove: () => Promise<void>;
}

function sourceOf({ size, remove, summary, wholeSummary, ...tables }: OpenDatabase): SyncSource {
  const { path, database, syncId } = tables;
  return {
    path,
    size,
    kind: 'c1z',
    summary,
    wholeSummary,
    rows: (signal) => rowsIn(tables, signal),
    types: async () => guarded(path, () => typesIn(database, syncId)),
    messages: (signal) => messagesIn(tables, signal),
    find: (wanted) => messageIn(tables, wanted),
    [Symbol.asyncDispose]: async () => {
      if (database.isOpen) {
        database.close();
      }
      await remove();
    },
  };
}
