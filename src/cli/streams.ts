import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ConnectorError } from '../errors.ts';
import { osCode, osReason } from '../os-reasons.ts';

/**
 * The two streams that the process writes to, and the only listener to their errors: a reader that went away is no
 * error of ours, an error of stderr cannot be reported, and a full disk under stdout must be reported.
 */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN', 'ERR_STREAM_DESTROYED']);

/** The state of stdout: `gone` when its reader went away, an error when not all that was written arrived. */
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

/** Resolves when all that was written to stdout so far has been delivered, or is lost. */
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

/** Writes to stderr. A failure is ignored: there is no place left to report it. */
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

/** Node's own stream for files silently drops the rest when a disk takes only a part of a write. */
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
