import { ConnectorError } from '../../src/errors.ts';

/** The message of what is thrown; fails when nothing is. */
export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  throw new Error('nothing was thrown');
}

/** "conflict: ..." of an error of ours that was caught. */
export function faultOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? `${thrown.kind}: ${thrown.message}` : `no error of ours: ${String(thrown)}`;
}
