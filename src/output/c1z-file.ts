import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { c1zAboutOf } from '../sync-format/c1z-about.ts';
import type { SyncType } from '../sync-format/c1z.ts';
import { c1zMagic, contentHashOf } from '../sync-format/layout.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import { createC1zDatabase, toLocalIo } from './c1z-database.ts';
import { valuesOfEntitlement, valuesOfGrant, valuesOfResource, valuesOfType } from './c1z-rows.ts';
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
   * This process has to answer others meanwhile: what takes seconds is done in a thread, for some 15 MB more. A command
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
      database.put('v1_resource_types', rows, valuesOfType);
      counts.resourceTypes += rows.length;
    },
    resources: async (rows) => {
      database.put('v1_resources', rows, valuesOfResource);
      countAll(counts.resources, rows);
    },
    entitlements: async (rows) => {
      database.put('v1_entitlements', rows, valuesOfEntitlement);
      countAll(counts.entitlements, rows);
    },
    grants: async (rows) => {
      database.put('v1_grants', rows, valuesOfGrant);
      countAll(counts.grants, rows);
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

/** Read and packed at once. */
const chunkBytes = 128 * 1024;

/** Writes the container around the database, a piece at a time; returns the SHA-256 of all that was written. */
async function pack(path: string, output: AtomicFile): Promise<string> {
  const hash = createHash('sha256');
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await output.writeBytes(bytes);
  };
  await write(c1zMagic);
  await pipeline(
    createReadStream(path, { highWaterMark: chunkBytes }),
    createZstdCompress({ chunkSize: chunkBytes, params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const bytes of packed) {
        await write(bytes);
      }
    },
  );
  return hash.digest('hex');
}
