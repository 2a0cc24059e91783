import { ConnectorError } from '../../errors.ts';

/** Waits, and rejects with `cancelled` when the signal fires first. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/**
 * Settles as the work does, or rejects with `cancelled` when the signal fires first, whatever the work still waits for.
 */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new ConnectorError('cancelled', 'the caller went away before the work was done'));
    signal.addEventListener('abort', cancel, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

/** The real sleep. */
export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const cancel = (): void => {
      clearTimeout(timer);
      reject(new ConnectorError('cancelled', 'the caller went away before the work was done'));
    };
    if (signal?.aborted) {
      reject(new ConnectorError('cancelled', 'the caller went away before the work was done'));
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancel);
      resolve();
    }, ms);
    signal?.addEventListener('abort', cancel, { once: true });
  });
