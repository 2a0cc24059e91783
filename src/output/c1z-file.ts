import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { c1zAboutOf } from '../sync-format/c1z-about.ts';
import type { SyncType } from '../sync-format/c1z.ts';
import { c1zMagic, contentHashOf } from '../sync-format/layout.ts';
import { packed } from '../sync-format/packed.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import { createC1zDatabase, toLocalIo } from './c1z-database.ts';
import type { FileLayer } from './file-layer.ts';
import { unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';
import { countAll, type SyncFile } from './sync-file.ts';

export interface C1zFileOptions {
  /** A KSUID: readers sort by it. */
  readonly syncId: string;
  /** What Baton's tools call the sync: full when left out. */
  readonly syncType?: SyncType;
  /** What the sync is made of. It is kept in the file, so that the next one knows what it compares itself with. */
  readonly about?: { readonly projectId: string; readonly tenantRoles?: TenantRoles };
  readonly now?: () => number;
  /**
   * This process has to answer others meanwhile: what takes seconds is done in a thread, for some 27 MB more. A command
   * that only writes a file does not.
   */
  readonly isAnswering?: boolean;
  /** What the file itself is written with; SQLite writes its database by itself. */
  readonly files?: FileLayer;
}

/** With fewer rows than this no step takes long. */
const aThreadIsWorth = 100_000;

/**
 * Writes a sync into a `.c1z` file, the format of Baton's own tools. Rows may come in any order; of a row that comes
 * twice the last one stays, which `counts` knows once the file is finished. Nothing stands at the target before
 * `finish`. The hash that the summary is made of is the whole file's, so the summary is asked for twice: first without
 * the hash, for the file itself.
 */
export async function createC1zFile(
  target: string,
  { syncId, syncType, about, now = Date.now, isAnswering = false, files }: C1zFileOptions,
): Promise<SyncFile> {
  const path = unfinishedPath(await placeOf(target), '.db.tmp');
  const database = await createC1zDatabase({
    path,
    target,
    syncId,
    syncType,
    now,
    ...(isAnswering && { threadFrom: aThreadIsWorth }),
  });
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
  let output: AtomicFile | undefined;

  return {
    counts,
    resourceTypes: async (rows) => {
      database.resourceTypes(rows);
      counts.resourceTypes += rows.length;
    },
    resources: async (rows) => {
      database.resources(rows);
      countAll(counts.resources, rows);
      await aTurnForOthers();
    },
    entitlements: async (rows) => {
      database.entitlements(rows);
      countAll(counts.entitlements, rows);
      await aTurnForOthers();
    },
    grants: async (rows) => {
      database.grants(rows);
      countAll(counts.grants, rows);
      await aTurnForOthers();
    },
    finish: async (summary) => {
      try {
        const changed = await database.settle();
        counts.resourceTypes = changed.v1_resource_types?.[''] ?? counts.resourceTypes;
        Object.assign(counts.resources, changed.v1_resources);
        Object.assign(counts.entitlements, changed.v1_entitlements);
        Object.assign(counts.grants, changed.v1_grants);
        database.finish({ ...about, ...c1zAboutOf(summary('')) });
        output = await createAtomicFile(target, files);
        summary(contentHashOf(await pack(path, output)));
      } catch (thrown) {
        throw toLocalIo(target, 'read its database back', thrown);
      } finally {
        await database.remove();
      }
      await output.commit();
    },
    discard: async () => {
      await database.remove();
      await output?.discard();
    },
  };
}

/** Grants come from memory, and SQLite makes nobody wait: without it nothing else would run until all are in. */
async function aTurnForOthers(): Promise<void> {
  await new Promise(setImmediate);
}

/** Read and packed at once. */
const chunkBytes = 256 * 1024;
/** How far back zstd looks, 2^19 bytes: what is alike lies close. At its usual 2^21 it takes a fifth longer, for a larger file. */
const windowLog = 19;

/** Writes the container around the database, a piece at a time; returns the SHA-256 of all that was written. */
async function pack(path: string, output: AtomicFile): Promise<string> {
  const hash = createHash('sha256');
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await output.writeBytes(bytes);
  };
  await write(c1zMagic);
  const packer = createZstdCompress({
    chunkSize: chunkBytes,
    params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_windowLog]: windowLog },
  });
  for await (const bytes of packed(piecesOf(path), packer)) {
    await write(bytes);
  }
  return hash.digest('hex');
}

/** A file from end to end; a piece is good until the next one is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
    if (bytesRead === 0) {
      return;
    }
    yield buffer.subarray(0, bytesRead);
  }
}
