/**
 * Every field that a log line may have. None of them ever holds a name, an address, an id of a person or a secret: what
 * is not listed here does not compile, and is dropped when it comes all the same. A new one needs a look at what it can
 * hold.
 */
export const logFieldNames = [
  'address',
  'alongside',
  'at',
  'cause',
  'code',
  'durationMs',
  'endpoint',
  'failuresInARow',
  'file',
  'folder',
  'grants',
  'health',
  'kind',
  'next',
  'note',
  'outcome',
  'path',
  'project',
  'reason',
  'reference',
  'removed',
  'requestId',
  'requests',
  'resources',
  'run',
  'seconds',
  'skipped',
  'sync',
  'task',
  'taskId',
  'tls',
  'until',
  'users',
] as const;

export type LogFieldName = (typeof logFieldNames)[number];

/** Fields of a log line: listed names and scalars only, so that no body, header or record can slip in. */
export type LogFields = Readonly<Partial<Record<LogFieldName, string | number | boolean | undefined>>>;

/** The narrow logger that every module takes; `cli/logger.ts` builds the real one. Lines go to stderr. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const ignore = (): void => undefined;

/** A logger that says nothing: the default of every factory that takes one. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The logger, with these fields in every line. They are asked for anew each time; the line's own win. */
export function withFields(logger: Logger, fields: () => LogFields): Logger {
  return {
    debug: (event, own) => logger.debug(event, { ...fields(), ...own }),
    info: (event, own) => logger.info(event, { ...fields(), ...own }),
    warn: (event, own) => logger.warn(event, { ...fields(), ...own }),
    error: (event, own) => logger.error(event, { ...fields(), ...own }),
  };
}

const framesTold = 4;

/**
 * What a log tells of a bug: its kind and the places in the code. Not its message, which can quote what was being
 * worked on (a parser's does, and then it is a person's record).
 */
export function whereItBroke(thrown: unknown): LogFields {
  if (!(thrown instanceof Error)) {
    return { cause: typeof thrown };
  }
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    cause: thrown.name,
    at: frames
      .slice(0, framesTold)
      .map((line) =>
        line
          .trim()
          .replace(/^at /, '')
          .replace(/(?:file:\/\/)?\/[^\s()]*\/((?:src|dist|node_modules)\/)/, '$1'),
      )
      .join(' < '),
  };
}
