import { ConnectorError, type ErrorKind } from '../errors.ts';

/** How the process ends for each kind of error. Documented in docs/exit-codes.md; part of the public contract. */
const exitCodeOfKind: Readonly<Record<ErrorKind, number>> = {
  config: 2,
  invalid: 2,
  unauthenticated: 3,
  forbidden: 3,
  'not-found': 1,
  conflict: 1,
  unsupported: 1,
  precondition: 1,
  refused: 1,
  'rate-limited': 4,
  unavailable: 4,
  timeout: 4,
  'upstream-contract': 5,
  inconsistent: 5,
  'local-io': 6,
  held: 7,
  cancelled: 130,
};

/** A bug: anything that was not raised on purpose. */
export const exitCodeOfBug = 70;

/** The reader of stdout went away: the code of a process that SIGPIPE ended, as with `cat`. */
export const exitCodeOfGoneReader = 141;

export function exitCodeOf(thrown: unknown): number {
  return thrown instanceof ConnectorError ? exitCodeOfKind[thrown.kind] : exitCodeOfBug;
}
