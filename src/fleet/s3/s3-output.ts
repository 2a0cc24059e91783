import { ConnectorError } from '../../errors.ts';
import { checkShrink, type SyncExtent } from '../../sync/guard.ts';
import type { OutputFormat } from '../../output/kept-files.ts';
import type { TenantRoles } from '../../sync-format/summary.ts';
import type { Lease, Made } from '../engine.ts';
import { keepNewest, listKeys } from './listing.ts';
import { type FoundPointer, pointAt, readPointer, type S3Pointer } from './pointer.ts';
import type { S3Client } from './s3-client.ts';
import { uploadFile } from './upload.ts';

/** The syncs of one project in a bucket: an object each, and a small one, `latest.json`, that names the latest. */
export interface S3Output {
  /** What is latest now. */
  latest(): Promise<FoundPointer | undefined>;
  /**
   * Holds a sync back that found far less than the latest one, where that is newer than a moment: what stood there
   * before was compared by whoever made the file.
   */
  compare(found: SyncExtent, maxShrink: number, afterMs: number | undefined): Promise<void>;
  /** Puts a file there, where nobody looks at it yet. */
  store(path: string, sync: StoredSync): Promise<S3Pointer>;
  /** Makes it the latest. `conflict` where that is newer. */
  point(pointer: S3Pointer): Promise<void>;
  /** The name of the object whose sync was finished then. */
  finishedAt(ms: number): Promise<string | undefined>;
  /** Takes it away again. */
  discard(pointer: S3Pointer): Promise<void>;
  /** Takes the oldest ones away. */
  tidy(keep: number): Promise<void>;
}

export interface StoredSync {
  readonly lease: Pick<Lease, 'run' | 'token' | 'slotMs'>;
  readonly made: Made;
  readonly extent: SyncExtent;
  readonly format: OutputFormat;
}

const types: Readonly<Record<OutputFormat, string>> = { json: 'application/json', c1z: 'application/octet-stream' };

export function openS3Output(
  client: S3Client,
  prefix: string,
  { now, partBytes }: { readonly now: () => number; readonly partBytes?: number },
): S3Output {
  const key = `${prefix}/latest.json`;
  const ours = `${prefix}/sync-`;
  return {
    latest: async () => await readPointer(client, key),
    compare: async (found, maxShrink, afterMs = Number.NEGATIVE_INFINITY) => {
      const { pointer } = (await readPointer(client, key)) ?? {};
      if (pointer === undefined) {
        return;
      }
      if (pointer.projectId !== found.projectId) {
        throw new ConnectorError(
          'held',
          `held back, ${client.placeOf(key)} stays as it was: it is of another project; name another bucket or prefix`,
        );
      }
      if (pointer.finishedMs > afterMs && maxShrink !== 100) {
        const last = { ...pointer, tenantRoles: pointer.tenantRoles as TenantRoles | undefined };
        const kept = `${client.placeOf(key)} stays as it was`;
        const remedy = 'let it through once with max-shrink: 100 in its settings';
        checkShrink(last, found, { maxShrink, isAccepted: false, words: { kept, remedy } });
      }
    },
    store: async (path, { lease: { run, token, slotMs }, made, extent, format }) => {
      const { startedMs, finishedMs } = made;
      const object = `${ours}${stampOf(finishedMs)}-${run.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 8)}-${token}.${format}`;
      const more = { type: types[format], ...(partBytes !== undefined && { partBytes }) };
      const { projectId, tenantRoles, counts } = extent;
      return {
        version: 1,
        object,
        ...(await uploadFile(client, object, path, more)),
        format,
        projectId,
        run,
        slotMs,
        token,
        startedMs,
        finishedMs,
        ...(tenantRoles !== undefined && { tenantRoles }),
        counts: { resources: { ...counts.resources }, grants: { ...counts.grants } },
      };
    },
    point: async (pointer) => await pointAt(client, key, pointer, now()),
    finishedAt: async (ms) => (await listKeys(client, `${ours}${stampOf(ms)}-`)).at(-1),
    discard: async ({ object }) => {
      if ((await readPointer(client, key))?.pointer.object !== object) {
        await client.ask({ method: 'DELETE', key: object, taken: [404] });
      }
    },
    tidy: async (keep) => void (await keepNewest(client, ours, keep, (await readPointer(client, key))?.pointer.object)),
  };
}

/** "20261130T181500.000Z": sorts by time. */
function stampOf(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]/g, '');
}
