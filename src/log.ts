/** Fields of a log line: an allow-list of scalars by construction, so that no body, header or record can slip in. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

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
