import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DestinationStream } from 'pino';
import { ConnectorError } from '../errors.ts';
import { diskReason } from '../output/disk-fault.ts';
import { printable } from '../printable.ts';
import { tell } from './tell.ts';

/** Where log lines go instead of stderr, as --log-path says: "stderr" itself, or files that are appended to. */
export interface LogPlaces {
  readonly stream: DestinationStream;
  /** Whether all of them are stderr, which a person may be looking at. */
  readonly isStderr: boolean;
}

/** Without waiting for the reader of a pipe. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Opens every place, or none. Files are made with mode 0600, and keep what they hold; two processes can share one, since
 * each line is one write. A file that takes no more is told once on stderr, and ends nothing: its lines go there then.
 */
export function openLogPlaces(paths: readonly string[], stderrLines: DestinationStream): LogPlaces {
  const names = [...new Set(paths.map((path) => (path === 'stderr' ? path : resolve(path))))];
  if (paths.some((path) => path === 'stdout' || path === '-')) {
    throw new ConnectorError('config', '--log-path cannot be stdout, where results go: name a file, or "stderr"');
  }
  const opened: { readonly name: string; readonly fd: number }[] = [];
  try {
    for (const name of names.filter((one) => one !== 'stderr')) {
      opened.push({ name, fd: openSync(name, appending, 0o600) });
    }
  } catch (thrown) {
    opened.forEach(({ fd }) => closeSync(fd));
    const name = names.filter((one) => one !== 'stderr')[opened.length] ?? '';
    throw new ConnectorError(
      'local-io',
      `cannot append to the log ${printable(name)} (--log-path): ${diskReason(thrown)}`,
    );
  }
  const streams = [
    ...(names.includes('stderr') ? [stderrLines] : []),
    ...opened.map((file) => fileLines(file, stderrLines)),
  ];
  return {
    stream: { write: (line) => streams.forEach((stream) => stream.write(line)) },
    isStderr: opened.length === 0,
  };
}

function fileLines(
  { name, fd }: { readonly name: string; readonly fd: number },
  stderrLines: DestinationStream,
): DestinationStream {
  let isGone = false;
  return {
    write: (line) => {
      if (isGone) {
        stderrLines.write(line);
        return;
      }
      try {
        writeSync(fd, line);
      } catch (thrown) {
        isGone = true;
        tell(
          'warn',
          `warning: the log ${printable(name)} takes no more (${diskReason(thrown)}): log lines go to stderr`,
        );
        stderrLines.write(line);
      }
    },
  };
}
