import type { SyncReport } from '../connector.ts';
import { cleanupRequest } from '../model/walk-requests.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import type { SyncExtent } from './guard.ts';
import { type SummaryCounts, type SyncSummary, toSummary } from './summary.ts';
import { newSyncId } from './sync-id.ts';
import { type SyncSink, walk, type WalkProgress } from './walk.ts';

/** Where a sync's rows go, and what makes them count: `output/sync-file.ts` is one. */
export interface SyncTarget extends SyncSink {
  readonly counts: SummaryCounts;
  finish(summary: (contentHash: string) => object): Promise<void>;
  discard(): Promise<void>;
}

export interface RunOptions {
  readonly surface: ConnectorSurface;
  /** What the connector has read and proved for a sync id: the summary is made of it. */
  readonly report: (syncId: string) => SyncReport | undefined;
  readonly target: SyncTarget;
  /** A KSUID; a new one when left out. */
  readonly syncId?: string;
  /** The policy that the rows were made under, if it is known here: the summary tells it. */
  readonly tenantRoles?: TenantRoles;
  /** Looks at what was found before the target is finished; what it throws ends the sync without a result. */
  readonly guard?: (found: SyncExtent) => Promise<void>;
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

/**
 * One full sync, from the first call to the finished target. It is complete, or it throws and the target is discarded.
 */
export async function runSync({
  surface,
  report,
  target,
  syncId = newSyncId(),
  tenantRoles,
  guard,
  onProgress,
  signal,
  now = Date.now,
}: RunOptions): Promise<SyncSummary> {
  const startedAtMs = now();
  try {
    await walk({
      surface,
      syncId,
      sink: target,
      ...(onProgress !== undefined && { onProgress }),
      ...(signal !== undefined && { signal }),
    });
    const read = report(syncId);
    if (read === undefined) {
      throw new Error('the walk ended although the users were not all read');
    }
    const typesNotOffered = [...(read.sso?.typesNotOffered ?? []), ...(read.thirdParty?.typesNotOffered ?? [])];
    const isScimUntold = read.accessKeys?.scim === 'not-offered';
    await guard?.({ projectId: read.projectId, tenantRoles, counts: target.counts, typesNotOffered, isScimUntold });
    let summary: SyncSummary | undefined;
    await target.finish(
      (contentHash) =>
        (summary = toSummary(read, target.counts, { startedAtMs, finishedAtMs: now(), tenantRoles }, contentHash)),
    );
    if (summary === undefined) {
      throw new Error('the target did not take the summary');
    }
    return summary;
  } catch (thrown) {
    await target.discard();
    throw thrown;
  } finally {
    await surface.cleanup(cleanupRequest(syncId)).catch(() => undefined); // the result stands or falls without it
  }
}
