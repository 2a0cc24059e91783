import { once } from 'node:events';
import { throwIfCancelled } from '../errors.ts';

/** Text is handed over when this much has gathered. */
const chunkLength = 64 * 1024;

/**
 * Writes a result that may be long to stdout, no faster than it is taken. A reader that has seen enough (`| head`) is no
 * fault: the rest is not written.
 */
export async function writeResult(pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>, signal: AbortSignal, output: NodeJS.WriteStream = process.stdout): Promise<void> {
  let isClosed = false;
  let failure: Error | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    isClosed = true;
    failure = error.code === 'EPIPE' ? undefined : error;
  };
  output.on('error', onError);

  async function send(piece: string | Uint8Array): Promise<void> {
    if (!output.write(piece) && !isClosed) {
      await once(output, 'drain', { signal }).catch(() => undefined); // closed or stopped: seen below
    }
  }

  try {
    let waiting = '';
    for await (const piece of pieces) {
      throwIfCancelled(signal);
      if (isClosed) {
        break;
      }
      if (typeof piece !== 'string') {
        await send(piece);
        continue;
      }
      waiting += piece;
      if (waiting.length >= chunkLength) {
        await send(waiting);
        waiting = '';
      }
    }
    if (waiting !== '' && !isClosed) {
      await send(waiting);
    }
  } finally {
    setImmediate(() => output.off('error', onError)); // the last piece may still be refused
  }
  if (failure !== undefined) {
    throw failure;
  }
}

/** The columns of the screen that a result is shown on; undefined when it goes to a file or another program. */
export function screenWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** Lines with their ends. */
export function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) {
    yield `${line}\n`;
  }
}
