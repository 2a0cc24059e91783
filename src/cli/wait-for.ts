import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less where the signal fires. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
}
