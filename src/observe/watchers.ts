/**
 * What is to be told of requests to Descope; `descope/http/observer.ts` has the same shape, which this folder may not
 * open.
 */
export interface RequestWatcher {
  onAttempt(endpoint: string): (status: string) => void;
  onRetry(endpoint: string): void;
  onRateWait(waitMs: number): void;
}

/** How many there were of each kind: rows by resource type. */
export interface SyncCounts {
  readonly resources: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
}

/** A complete sync: when it was finished (epoch ms), and what it holds, if that is known. */
export interface CompleteSync {
  readonly finishedAtMs: number;
  readonly counts: SyncCounts | undefined;
}

/** What is to be told of scheduled syncs. `outcome` is "complete", or the kind of what went wrong. */
export interface SyncWatcher {
  onScheduled(nextAtMs: number): void;
  onSkipped(ticks: number): void;
  onStart(): void;
  /** A complete sync stands at its place; also told at the start, of the one that was found there. */
  onComplete(sync: CompleteSync): void;
  /** `failuresInARow` counts this one; a run that was cancelled leaves it as it was. */
  onEnd(outcome: string, durationMs: number, failuresInARow: number): void;
}

/** Runs a task of the platform; the work says how it ended: "success", or the kind of what went wrong. */
export type WrapTask = (kind: string, taskId: string, work: () => Promise<string>) => Promise<string>;

/** Runs one call to the platform. */
export type WrapPlatformCall = <T>(method: string, work: () => Promise<T>) => Promise<T>;

/** What is to be told of service mode. */
export interface PlatformWatcher {
  /** The platform answered ("ok"), or could not be asked: the kind of error. */
  onPlatform(outcome: string): void;
  /** A task has ended: "success", or the kind of what went wrong. */
  onTask(kind: string, result: string, durationMs: number): void;
  /** The platform has taken a sync. */
  onUpload(): void;
}
