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
