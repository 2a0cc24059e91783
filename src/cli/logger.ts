import { type DestinationStream, pino } from 'pino';
import { type LogFields, logFieldNames, type Logger } from '../log.ts';
import { processRunId, safeText } from './safe-text.ts';
import { writeErr } from './streams.ts';
import { hasColors } from './terminal.ts';

/**
 * Structured logs on stderr; stdout is for results. A line has listed fields only (`log.ts`); texts are stripped of
 * what looks like an address or could begin another line. The run id is in every line.
 */
export function createLogger(level: string, format: 'json' | 'console', stream: DestinationStream): Logger {
  const log = pino(
    {
      level,
      base: { run: processRunId },
      timestamp: pino.stdTimeFunctions.isoTime,
      ...(format === 'json' && { formatters: { level: (label) => ({ level: label }) } }),
    },
    stream,
  );
  const tell = (lineLevel: keyof Logger, event: string, fields?: LogFields): void => {
    if (log.isLevelEnabled(lineLevel)) {
      log[lineLevel](safeFields(fields), safeText(event));
    }
  };
  return {
    debug: (event, fields) => tell('debug', event, fields),
    info: (event, fields) => tell('info', event, fields),
    warn: (event, fields) => tell('warn', event, fields),
    error: (event, fields) => tell('error', event, fields),
  };
}

/** Where all log lines go: not to the file descriptor itself, so that a reader that goes away is met in one place. */
const stderrLines: DestinationStream = { write: (line) => writeErr(line) };

/**
 * The logger of a command: to stderr, or to the places that --log-path names. What writes for people is loaded only
 * where people read.
 */
export async function openLogger(
  level: string,
  asked?: 'json' | 'console',
  paths: readonly string[] = [],
): Promise<Logger> {
  const { stream, isStderr } =
    paths.length === 0
      ? { stream: stderrLines, isStderr: true }
      : (await import('./log-files.ts')).openLogPlaces(paths, stderrLines);
  const format = asked ?? (isStderr && process.stderr.isTTY ? 'console' : 'json');
  return createLogger(
    level,
    format,
    format === 'console'
      ? (await import('./console-stream.ts')).consoleStream(stream, isStderr && hasColors(process.stderr))
      : stream,
  );
}

const allowed: ReadonlySet<string> = new Set(logFieldNames);

/** The fields of a line that may be in it: whoever goes around the types gets nothing in, either. */
function safeFields(fields: LogFields = {}): object {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => allowed.has(name))
      .map(([name, value]) => [name, safeValue(value)]),
  );
}

function safeValue(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') {
    return safeText(value);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
