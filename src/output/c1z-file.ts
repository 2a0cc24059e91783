import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { Entitlement, Grant, Resource, ResourceType } from '../model/messages.ts';
import type { SyncType } from '../sync-format/c1z.ts';
import { c1zAboutOf } from '../sync-format/c1z-about.ts';
import { c1zMagic, contentHashOf } from '../sync-format/layout.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import { createC1zDatabase, toLocalIo } from './c1z-database.ts';
import { toEntitlementRow, toGrantRow, toResourceRow, toResourceTypeRow } from './c1z-rows.ts';
import type { FileLayer } from './file-layer.ts';
import { unfinishedPath } from './leftovers.ts';
import { placeOf } from './place.ts';
import type { RowCounts } from './sync-file.ts';

/**
 * Writes a sync into a `.c1z` file, the format of Baton's own tools. Rows may come in any order; a row that comes twice
 * replaces the first one. Nothing stands at the target before `finish`.
 */
export interface C1zFile {
  resourceType(row: ResourceType): Promise<void>;
  resource(row: Resource): Promise<void>;
  entitlement(row: Entitlement): Promise<void>;
  grant(row: Grant): Promise<void>;
  readonly counts: RowCounts;
  /**
   * Packs the database, with the summary in it, and puts the file in its place. The hash that the summary is made of is
   * the whole file's, so the summary is asked for twice: first without the hash, for the file itself.
   */
  finish(summary: (contentHash: string) => object): Promise<void>;
  /** Gives up; the target stays as it was. Never throws. */
  discard(): Promise<void>;
}

export interface C1zFileOptions {
  /** A KSUID: readers sort by it. */
  readonly syncId: string;
  /** What Baton's tools call the sync: full when left out. */
  readonly syncType?: SyncType;
  /** What the sync is made of. It is kept in the file, so that the next one knows what it compares itself with. */
  readonly about?: { readonly projectId: string; readonly tenantRoles?: TenantRoles };
  readonly now?: () => number;
  /** What the file itself is written with; SQLite writes its database by itself. */
  readonly files?: FileLayer;
}

export async function createC1zFile(
  target: string,
  { syncId, syncType, about, now = Date.now, files }: C1zFileOptions,
): Promise<C1zFile> {
  const path = unfinishedPath(await placeOf(target), '.db.tmp');
  const database = await createC1zDatabase({ path, target, syncId, syncType, now });
  const counts = { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} };
  let output: AtomicFile | undefined;

  return {
    counts,
    resourceType: async (message) => {
      counts.resourceTypes += Number(database.put('v1_resource_types', toResourceTypeRow(message)));
    },
    resource: async (message) => {
      if (database.put('v1_resources', toResourceRow(message))) {
        countOne(counts.resources, message.id?.resourceType);
      }
    },
    entitlement: async (message) => {
      if (database.put('v1_entitlements', toEntitlementRow(message))) {
        countOne(counts.entitlements, message.resource?.id?.resourceType);
      }
    },
    grant: async (message) => {
      if (database.put('v1_grants', toGrantRow(message))) {
        countOne(counts.grants, message.entitlement?.resource?.id?.resourceType);
      }
    },
    finish: async (summary) => {
      try {
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

/** Writes the container around the database, a piece at a time; returns the SHA-256 of all that was written. */
async function pack(path: string, output: AtomicFile): Promise<string> {
  const hash = createHash('sha256');
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await output.writeBytes(bytes);
  };
  await write(c1zMagic);
  await pipeline(
    createReadStream(path),
    createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const bytes of packed) {
        await write(bytes);
      }
    },
  );
  return hash.digest('hex');
}

function countOne(counts: Record<string, number>, typeId = 'unknown'): void {
  counts[typeId] = (counts[typeId] ?? 0) + 1;
}
