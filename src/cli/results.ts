import { throwIfCancelled } from '../errors.ts';
import { folded } from './folded.ts';
import { outputState, writeOut } from './streams.ts';
import { widthOf } from './terminal.ts';

/** Text is handed over when this much has gathered. */
const chunkLength = 64 * 1024;

/**
 * Writes a result that may be long to stdout, no faster than it is taken. A reader that has seen enough (`| head`) is
 * no error: the rest is not written. Other errors of stdout are reported at the end, by main.
 */
export async function writeResult(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  let waiting = '';
  for await (const piece of pieces) {
    throwIfCancelled(signal);
    if (outputState() !== 'open') {
      return;
    }
    if (typeof piece !== 'string') {
      await writeOut(piece);
      continue;
    }
    waiting += piece;
    if (waiting.length >= chunkLength) {
      await writeOut(waiting);
      waiting = '';
    }
  }
  if (waiting !== '') {
    await writeOut(waiting);
  }
}

/** The columns of the screen that a result is shown on; undefined when it goes to a file or another program. */
export function screenWidth(): number | undefined {
  return widthOf(process.stdout);
}

/** Sentences as lines that fit the screen. */
export function prose(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => folded(line, screenWidth()).split('\n'));
}

/** Lines with their ends. */
export function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) {
    yield `${line}\n`;
  }
}
