/** Time that passes only when everybody waits for it. */
export class VirtualTime {
  nowMs = 0;
  #waiting: { readonly at: number; readonly go: () => void }[] = [];

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => this.#waiting.push({ at: this.nowMs + ms, go: resolve }));

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = work.finally(() => (state.isDone = true));
    done.catch(() => undefined);
    while (!state.isDone) {
      await new Promise(setImmediate);
      const [next] = this.#waiting.toSorted((one, other) => one.at - other.at);
      if (next !== undefined) {
        this.#waiting = this.#waiting.filter((one) => one !== next);
        this.nowMs = next.at;
        next.go();
      }
    }
    return await done;
  }
}

/** A network: a call arrives after a while, and its answer after another, in whole milliseconds that `latencies` gives. */
export function delayedBy(
  time: VirtualTime,
  latencies: Iterator<readonly [number, number]>,
): <T>(call: () => Promise<T>) => Promise<T> {
  return async (call) => {
    const [there, back] = latencies.next().value as readonly [number, number];
    await time.sleep(there);
    const answer = await call();
    await time.sleep(back);
    return answer;
  };
}
