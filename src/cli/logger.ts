import { randomUUID } from 'node:crypto';
import { destination, type DestinationStream, pino } from 'pino';
import { type LogFields, logFieldNames, type Logger } from '../log.ts';

const maxTextLength = 1_000;

/** Tells the lines of one process from those of the next, and of others that log to the same place. */
export const processRunId: string = randomUUID().slice(0, 8);

/**
 * Structured logs on stderr; stdout is for results. A line has listed fields only (`log.ts`); texts are stripped of what
 * looks like an address or could begin another line. The run id is in every line.
 */
export function createLogger(level: string, format: 'json' | 'console', stream: DestinationStream): Logger {
  const log = pino({ level, base: { run: processRunId }, timestamp: pino.stdTimeFunctions.isoTime, ...(format === 'json' && { formatters: { level: (label) => ({ level: label }) } }) }, stream);
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

/** The logger of a command. What writes for people is loaded only where people read. */
export async function openLogger(level: string, format: 'json' | 'console' = process.stderr.isTTY ? 'console' : 'json'): Promise<Logger> {
  return createLogger(level, format, format === 'console' ? (await import('./console-stream.ts')).consoleStream(2, process.stderr.isTTY) : destination({ dest: 2, sync: true }));
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

/** Line ends, escape codes, and marks that turn the direction of text. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const addresses = /[^\s@"'<>(),;]+@[^\s@"'<>(),;]+/g;

function safeText(text: string): string {
  return text
    .slice(0, maxTextLength)
    .replaceAll(unprintable, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(addresses, '[address]');
}
