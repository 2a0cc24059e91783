import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ConnectorError } from '../errors.ts';
import { osCode, osReason } from '../os-reasons.ts';

/**
 * The two streams that the process writes to. Nothing else listens to their faults: a reader that went away is no fault of
 * ours, on stderr nothing is, and a full disk under stdout is one that must be told.
 */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN', 'ERR_STREAM_DESTROYED']);

/** How stdout stands: `gone` when nobody reads it any more, an error when what was written is not whole. */
export type OutputState = 'open' | 'gone' | ConnectorError;

let state: OutputState = 'open';
let onGone: () => void = () => undefined;
let last: Promise<unknown> = Promise.resolve();
const isTerminal = isatty(1);
const isPlainFile = !isTerminal && isFileLike();

/** Watches both streams from now on; calls back once when the reader of stdout goes away. */
export function watchStreams(whenGone: () => void): void {
  onGone = whenGone;
  process.stdout.on('error', fail);
  process.stderr.on('error', () => undefined);
}

export function outputState(): OutputState {
  return state;
}

/** Resolves when all that was written to stdout so far is taken, or lost. */
export async function outputSettled(): Promise<void> {
  await last;
}

/** Writes to stdout, in order; false when that is lost, for a reason that `outputState` then tells. */
export function writeOut(piece: string | Uint8Array): Promise<boolean> {
  const written =
    state !== 'open' ? Promise.resolve(false) : isPlainFile ? Promise.resolve(writeWhole(piece)) : writeStream(piece);
  last = written;
  return written;
}

/** Writes to stderr. Where that is lost nobody can be told, and nothing else changes for it. */
export function writeErr(text: string): void {
  process.stderr.write(text);
}

function writeStream(piece: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(piece, (fault) => {
      if (fault !== null && fault !== undefined) {
        fail(fault);
      }
      resolve(fault === null || fault === undefined);
    });
  });
}

/** Node's own stream for files loses the rest in silence where a disk takes only a part. */
function writeWhole(piece: string | Uint8Array): boolean {
  try {
    for (let rest = typeof piece === 'string' ? Buffer.from(piece) : piece; rest.length > 0;) {
      rest = rest.subarray(writeSync(1, rest));
    }
    return true;
  } catch (thrown) {
    fail(thrown as NodeJS.ErrnoException); // writeSync throws nothing else
    return false;
  }
}

function fail(fault: NodeJS.ErrnoException): void {
  if (state !== 'open') {
    return;
  }
  const code = osCode(fault);
  if (readerGone.has(code) || (code === 'EIO' && isTerminal)) {
    state = 'gone';
    onGone();
  } else {
    state = new ConnectorError(
      'local-io',
      `cannot write to standard output: ${osReason(fault)}; the output is incomplete`,
      { code },
    );
  }
}

function isFileLike(): boolean {
  try {
    const status = fstatSync(1);
    return !status.isFIFO() && !status.isSocket();
  } catch {
    return false;
  }
}
