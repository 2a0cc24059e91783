import { destination, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../log.ts';

/** Structured logs on stderr; stdout is for results. Fields are an allow-list by type, see `log.ts`. */
export function createLogger(level: string, format: 'json' | 'console' = process.stderr.isTTY ? 'console' : 'json'): Logger {
  const stream = format === 'console' ? pretty({ destination: 2, sync: true, colorize: process.stderr.isTTY, translateTime: 'SYS:HH:MM:ss' }) : destination({ dest: 2, sync: true });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, ...(format === 'json' && { formatters: { level: (label) => ({ level: label }) } }) }, stream);
  return {
    debug: (event, fields = {}) => log.debug(fields, event),
    info: (event, fields = {}) => log.info(fields, event),
    warn: (event, fields = {}) => log.warn(fields, event),
    error: (event, fields = {}) => log.error(fields, event),
  };
}
