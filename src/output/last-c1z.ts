import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { c1zTables, isOfAnotherConnector, readC1zAbout } from '../sync-format/c1z.ts';
import { c1zMagic, isC1z } from '../sync-format/layout.ts';
import { toLocalIo } from './c1z-database.ts';
import type { LastSync } from './last-sync.ts';
import { unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';

/**
 * A database is packed to about a twelfth. A file that unpacks to more than this is no sync, but could fill the disk.
 */
const mostUnpacked = { base: 64 * 1024 * 1024, perPackedByte: 100 };

class TooLarge extends Error {}

/**
 * Counts what the last finished full sync in a `.c1z` file holds. It is unpacked beside the file for that, mode 0600,
 * and taken away again. Undefined when there is none to be understood, `untold` when it is too large to unpack;
 * `local-io` when the disk does not take it. A file that we did not write ourselves may hold derived grants: they are
 * not told.
 */
export async function readLastC1z(path: string, signal?: AbortSignal): Promise<LastSync | 'untold' | undefined> {
  const size = await sizeOf(path);
  if (size === undefined) {
    return undefined;
  }
  const unpacked = unfinishedPath(await placeOf(path), '.db.tmp');
  try {
    await unpack(path, unpacked, mostUnpacked.base + size * mostUnpacked.perPackedByte, signal);
    return count(unpacked);
  } catch (thrown) {
    if (signal?.aborted) {
      throw new ConnectorError('cancelled', 'the caller went away before the work was done');
    }
    if (thrown instanceof TooLarge) {
      return 'untold';
    }
    const told = toLocalIo(path, 'unpack the existing file, to compare with it', thrown);
    if (told instanceof ConnectorError) {
      throw told;
    }
    return undefined; // no packed database, or not that of a sync
  } finally {
    await rm(unpacked, { force: true }).catch(() => undefined);
  }
}

/** The size of a file that begins as a container does. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    if (!(await stat(path)).isFile()) {
      return undefined; // a pipe would keep us waiting
    }
    await using handle = await open(path, 'r');
    const head = Buffer.alloc(c1zMagic.length);
    await handle.read(head, 0, head.length, 0);
    return isC1z(head) ? (await handle.stat()).size : undefined;
  } catch {
    return undefined;
  }
}

async function unpack(from: string, to: string, mostBytes: number, signal: AbortSignal | undefined): Promise<void> {
  await using handle = await open(to, 'wx', 0o600);
  const write = async (unpacked: AsyncIterable<Uint8Array>): Promise<void> => {
    let written = 0;
    for await (const bytes of unpacked) {
      written += bytes.length;
      if (written > mostBytes) {
        throw new TooLarge();
      }
      await writeAll(handle, bytes);
    }
  };
  await pipeline(createReadStream(from, { start: c1zMagic.length }), createZstdDecompress(), write, {
    ...(signal !== undefined && { signal }),
  });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray((await handle.write(rest)).bytesWritten);
  }
}

const countSchema = z.array(z.object({ type: z.string(), count: z.number().int().nonnegative() }));

function count(path: string): LastSync | undefined {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1'); // a database with a write-ahead log would otherwise create files beside it
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    const run = database
      .prepare(
        "select sync_id from v1_sync_runs where ended_at is not null and sync_type = 'full' order by ended_at desc, sync_id desc limit 1",
      )
      .get();
    const syncId = run?.['sync_id'];
    if (typeof syncId !== 'string') {
      return lastPart(database);
    }
    const countBy = (section: 'resources' | 'grants'): Readonly<Record<string, number>> => {
      const rows = countSchema.parse(
        database
          .prepare(
            `select resource_type_id as type, count(*) as count from ${c1zTables[section]} where sync_id = ? group by resource_type_id`,
          )
          .all(syncId),
      );
      return Object.fromEntries(rows.map((row) => [row.type, row.count]));
    };
    const about = readC1zAbout(database, syncId);
    const projectId = about?.projectId;
    return {
      projectId,
      tenantRoles: about?.tenantRoles,
      ...(about?.summary?.['complete'] === false && { isNarrow: true }),
      ...(about === undefined && isOfAnotherConnector(database, syncId) && { isForeign: true }),
      counts: { resources: countBy('resources'), grants: projectId === undefined ? {} : countBy('grants') },
    };
  } finally {
    database.close();
  }
}

/** A file that holds no full sync, but one of a part of the project: there is nothing to compare with it. */
function lastPart(database: DatabaseSync): LastSync | undefined {
  const run = database
    .prepare('select sync_id from v1_sync_runs where ended_at is not null order by ended_at desc, sync_id desc limit 1')
    .get();
  const about = run === undefined ? undefined : readC1zAbout(database, String(run['sync_id']));
  return about === undefined
    ? undefined
    : { projectId: about.projectId, isNarrow: true, counts: { resources: {}, grants: {} } };
}
