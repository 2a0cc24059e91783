/** What is to be told of service mode; `observe/watchers.ts` has the same shape. */
export interface PlatformWatcher {
  /** A question for tasks was answered ("ok"), or failed with this kind of error. */
  onPlatform(outcome: string): void;
  /** A task has ended: "success", or the kind of what went wrong. */
  onTask(kind: string, result: string, durationMs: number): void;
  /** The platform has taken a sync. */
  onUpload(): void;
}

export const noWatcher: PlatformWatcher = {
  onPlatform: () => undefined,
  onTask: () => undefined,
  onUpload: () => undefined,
};
