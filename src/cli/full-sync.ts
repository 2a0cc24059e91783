import type { Connector } from '../connector.ts';
import type { CreateOutput } from '../output/outputs.ts';
import type { TenantRoles } from '../sync-format/summary.ts';
import { runSync } from '../sync/run.ts';
import type { SyncSummary } from '../sync/summary.ts';
import { newSyncId } from '../sync/sync-id.ts';
import type { WalkProgress } from '../sync/walk.ts';
import type { LastOutputCheck } from './last-output.ts';

/** A full sync waits out the penalties of Descope: nobody holds a call open meanwhile. */
export const rateWaits = { longestRateWaitMs: 10 * 60_000, totalRateWaitMs: 10 * 60_000 };

export interface FullSyncOptions {
  readonly connector: Connector;
  readonly projectId: string;
  readonly tenantRoles: TenantRoles;
  readonly createOutput: CreateOutput;
  /** Holds back a sync that found far less than the target has; left out where nothing is replaced. */
  readonly comparison?: LastOutputCheck | undefined;
  /** What the comparison has to say, a line each, before the target is replaced. */
  readonly onNote: (note: string) => void;
  /** A KSUID; a new one when left out. */
  readonly syncId?: string;
  readonly onProgress?: (progress: WalkProgress) => void;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/**
 * One full sync into a file, by a command or on schedule. The file is there whole, or it throws and the one before
 * stays.
 */
export async function writeFullSync({
  connector,
  projectId,
  tenantRoles,
  createOutput,
  comparison,
  onNote,
  syncId = newSyncId(),
  ...run
}: FullSyncOptions): Promise<SyncSummary> {
  return await runSync({
    surface: connector,
    report: (reportOf) => connector.report(reportOf),
    target: await createOutput({ syncId, about: { projectId, tenantRoles } }),
    syncId,
    tenantRoles,
    guard: async (found) => {
      for (const note of (await comparison?.compare(found)) ?? []) {
        onNote(note);
      }
    },
    ...run,
  });
}
