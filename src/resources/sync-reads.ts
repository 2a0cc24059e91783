import { type ProjectRead, type SyncPolicy, SyncRead } from './sync-read.ts';

const idleLifeMs = 15 * 60_000;

/** The reads of the syncs that are under way, one for each `active_sync_id`: two syncs never share what they saw. */
export interface SyncReads {
  /** The read of this sync, begun when it is new. */
  of(syncId: string): SyncRead;
  /** The read of this sync if there is one. */
  peek(syncId: string): SyncRead | undefined;
  /** Ends a sync's read. */
  end(syncId: string): void;
  /** Ends all of them. */
  close(): void;
}

export interface SyncReadsOptions {
  readonly project: ProjectRead;
  readonly policy: SyncPolicy;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export function createSyncReads({ project, policy, now = () => performance.now() }: SyncReadsOptions): SyncReads {
  const reads = new Map<string, { readonly read: SyncRead; usedAt: number }>();

  function end(syncId: string): void {
    reads.get(syncId)?.read.close();
    reads.delete(syncId);
  }

  /** Whatever nobody has asked of for fifteen minutes is gone; looked at whenever a read is asked for. */
  function endIdle(): void {
    const oldest = now() - idleLifeMs;
    for (const [syncId, { usedAt }] of reads) {
      if (usedAt < oldest) {
        end(syncId);
      }
    }
  }

  return {
    end,
    peek: (syncId) => reads.get(syncId)?.read,
    of: (syncId) => {
      endIdle();
      const entry = reads.get(syncId) ?? { read: new SyncRead(project, policy), usedAt: now() };
      entry.usedAt = now();
      reads.set(syncId, entry);
      return entry.read;
    },
    close: () => {
      for (const syncId of reads.keys()) {
        end(syncId);
      }
    },
  };
}
