import { STATUS_CODES } from 'node:http';
import { basename } from 'node:path';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { printable } from '../printable.ts';
import { shownStore } from '../store-url.ts';

/** A question that is not answered, as RFC 9457 has it; `code` is for programs. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Seconds after which it is worth another try. */
  readonly retryAfter?: number;
}

/** The statuses of errors that an answer can end with; all others are faults of the store. */
const statuses: Partial<Readonly<Record<ErrorKind, number>>> = {
  config: 400,
  'not-found': 404,
  conflict: 409,
  'local-io': 503,
  held: 503,
  unavailable: 503,
  timeout: 503,
};

/** An error of an answer as a problem, which does not tell where the store lies; undefined for a bug. */
export function problemOf(thrown: unknown, store: string): Problem | undefined {
  if (!(thrown instanceof ConnectorError)) {
    return undefined;
  }
  // the words are those of the command line, whose flags have the names of the parameters
  const detail = thrown.message
    .replaceAll(printable(shownStore(store)), printable(basename(shownStore(store))))
    .replaceAll(/--(tenant|project|at)\b/g, 'the parameter "$1"');
  return { status: statuses[thrown.kind] ?? 500, code: thrown.kind, detail };
}

/** The body of a problem. */
export function problemBody({ status, code, detail }: Problem): string {
  return `${JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? '', status, code, detail })}\n`;
}
