/** Time that passes only when everybody waits for it, and whose waits end early with a signal. */
export class SimulatedTime {
  nowMs: number;
  readonly #waiting = new Set<{ readonly at: number; readonly go: () => void }>();

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** A clock of a process that is set so much wrong. */
  clock(skewMs = 0): () => number {
    return () => this.nowMs + skewMs;
  }

  /** Waits as `waitFor` of the command line does. `isFrozen` tells of a process that was killed: it waits for ever. */
  waiter(isFrozen: () => boolean = () => false): (ms: number, signal: AbortSignal) => Promise<void> {
    return (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const entry = { at: this.nowMs + Math.max(0, Math.round(ms)), go: () => done() };
        const done = (): void => {
          this.#waiting.delete(entry);
          signal.removeEventListener('abort', done);
          if (!isFrozen()) {
            resolve();
          }
        };
        this.#waiting.add(entry);
        signal.addEventListener('abort', done);
      });
  }

  /** Lets time pass up to a moment. */
  async passUntil(endMs: number): Promise<void> {
    for (;;) {
      await new Promise(setImmediate);
      let next: { readonly at: number; readonly go: () => void } | undefined;
      for (const entry of this.#waiting) {
        next = next === undefined || entry.at < next.at ? entry : next;
      }
      if (next === undefined || next.at > endMs) {
        this.nowMs = endMs;
        return;
      }
      this.nowMs = Math.max(this.nowMs, next.at);
      next.go();
    }
  }
}
