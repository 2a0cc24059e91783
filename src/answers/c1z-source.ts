import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';
import { createZstdDecompress } from 'node:zlib';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { isDiskFull, osCode } from '../os-reasons.ts';
import { c1zTables, hasFoundingTypes, readC1zAbout, typesIn } from '../sync-format/c1z.ts';
import { fromLocalTime } from '../sync-format/c1z-time.ts';
import { c1zMagic, contentHashOf, isC1z, type Section, sections } from '../sync-format/layout.ts';
import { messageFromBytes, type StoredMessage, withExpansion } from '../sync-format/stored-rows.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { foreign, incomplete, toReadFault } from './faults.ts';
import { bytesAt } from './lines.ts';
import type { FileRow } from './rows.ts';
import type { SyncSource } from './source.ts';
import { closing } from './summary.ts';
import { rowOfGrant } from './grant-to-row.ts';
import { rowOfResource } from './to-row.ts';
import type { WorkPlace } from './work-place.ts';

const batchRows = 1_000;

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
      createZstdDecompress(),
      createWriteStream(target, { flags: 'wx', mode: 0o600 }),
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

interface OpenDatabase {
  readonly path: string;
  readonly size: number;
  readonly database: DatabaseSync;
  readonly syncId: string;
  readonly summary: FileSummary;
  readonly wholeSummary: object | undefined;
  readonly remove: () => Promise<void>;
}

function sourceOf({ path, size, database, syncId, summary, wholeSummary, remove }: OpenDatabase): SyncSource {
  async function* read(wanted: readonly Section[], signal?: AbortSignal): AsyncGenerator<readonly StoredMessage[]> {
    for (const section of wanted) {
      for (const batch of batchesOf(section)) {
        throwIfCancelled(signal);
        yield batch;
        await new Promise(setImmediate); // a pass takes long: let signals be handled
      }
    }
  }

  function* batchesOf(section: Section): Generator<readonly StoredMessage[]> {
    const hasExpansion =
      section === 'grants' &&
      database
        .prepare('select name from pragma_table_info(?)')
        .all(c1zTables.grants)
        .some(({ name }) => name === 'expansion');
    const statement = guarded(path, () =>
      database.prepare(
        `select id, data${hasExpansion ? ', expansion' : ''} from ${c1zTables[section]} where sync_id = ? and id > ? order by id limit ?`,
      ),
    );
    for (let after = 0; ;) {
      const rows = guarded(path, () => statement.all(syncId, after, batchRows));
      if (rows.length === 0) {
        return;
      }
      after = Number(rows.at(-1)?.['id']);
      yield rows.map((row) => toMessage(path, section, row));
    }
  }

  return {
    path,
    size,
    kind: 'c1z',
    summary,
    wholeSummary,
    async *rows(signal) {
      for await (const batch of read(['resources', 'grants'], signal)) {
        yield batch.map(rowOfMessage).filter((row) => row !== undefined);
      }
    },
    types: async () => guarded(path, () => typesIn(database, syncId)),
    messages: (signal) => read(sections, signal),
    find: ({ section, id }) =>
      guarded(path, () => {
        const row = database
          .prepare(`select * from ${c1zTables[section]} where external_id = ? and sync_id = ?`)
          .get(id, syncId);
        return row === undefined ? undefined : toMessage(path, section, row);
      }),
    [Symbol.asyncDispose]: async () => {
      if (database.isOpen) {
        database.close();
      }
      await remove();
    },
  };
}

function toMessage(path: string, section: Section, row: Readonly<Record<string, unknown>>): StoredMessage {
  const { data, expansion = null } = row;
  if (!(data instanceof Uint8Array)) {
    throw incomplete(path, `one of its ${section} has no content`);
  }
  try {
    const stored = messageFromBytes(section, data);
    return stored.section === 'grants'
      ? {
          section: 'grants',
          message: withExpansion(stored.message, expansion instanceof Uint8Array ? expansion : null),
        }
      : stored;
  } catch {
    throw incomplete(path, `one of its ${section} is not understood`);
  }
}

/** What a message tells; undefined for a type, an entitlement, and what says nothing of its own. */
export function rowOfMessage(stored: StoredMessage): FileRow | undefined {
  switch (stored.section) {
    case 'resources':
      return rowOfResource(stored.message);
    case 'grants':
      return rowOfGrant(stored.message);
    default:
      return undefined;
  }
}

/** Runs an operation on the unpacked database; an error of SQLite means that the file is damaged. */
function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ConnectorError || !(thrown instanceof Error && 'errcode' in thrown)) {
      throw thrown;
    }
    throw incomplete(path, `it is damaged, or of another kind: its database cannot be read (${thrown.message})`);
  }
}
