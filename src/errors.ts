/**
 * What can go wrong, as a closed list. Kinds are assigned where the fault is seen (`descope/http/errors.ts` for
 * Descope's answers), become gRPC statuses in `server/errors.ts` and exit codes in `cli/exit-codes.ts`, and nowhere
 * else.
 */
export const errorKinds = [
  'config',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'invalid',
  'unsupported',
  'precondition',
  'refused',
  'rate-limited',
  'unavailable',
  'timeout',
  'upstream-contract',
  'inconsistent',
  'local-io',
  'held',
  'cancelled',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** Safe scalars only: endpoint names, statuses, counts, our own ids. Never a body, a header or a value of a record. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * The one error of this program that is meant to be read: one line that says what went wrong, where it came from and
 * how to mend it. Anything else that is thrown is a bug and leaves the process as "internal error" with a reference id.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ErrorKind;
  readonly facts: ErrorFacts;

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.kind = kind;
    this.facts = facts;
  }
}

/** True for a ConnectorError of one of the given kinds. */
export function isKind(thrown: unknown, ...kinds: readonly ErrorKind[]): thrown is ConnectorError {
  return thrown instanceof ConnectorError && kinds.includes(thrown.kind);
}

/** Throws `cancelled` when the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new ConnectorError('cancelled', 'the caller went away before the work was done');
  }
}
