import { unprintable } from '../printable.ts';
import { ConnectorError } from '../errors.ts';
import type { AtomicFile } from '../output/atomic-file.ts';
import { outputState, writeOut } from './streams.ts';

/**
 * Standard output as a file that grows: nothing can be taken back from it, so what it gets must tell by itself whether
 * it is whole. On a terminal, what a terminal would obey is written as JSON's escapes, which are the same texts.
 */
export function stdoutFile(isTerminal: boolean = process.stdout.isTTY): AtomicFile {
  const put = async (piece: string | Uint8Array): Promise<void> => {
    const isTaken = await writeOut(isTerminal ? escaped(Buffer.from(piece).toString('utf8')) : Buffer.from(piece));
    if (!isTaken) {
      const state = outputState();
      throw state instanceof ConnectorError
        ? state
        : new ConnectorError('cancelled', 'the reader of the output is gone');
    }
  };
  return { write: put, writeBytes: put, commit: async () => undefined, discard: async () => undefined };
}

function escaped(lines: string): string {
  return lines.replace(unprintable, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
