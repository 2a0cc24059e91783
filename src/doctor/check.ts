import type { ErrorKind } from '../errors.ts';

/**
 * What one check found. `kind` says which error a failed one would be in a sync, and so how grave it is; `remedy` says
 * what to do. `skip` is not a result: it could not, or need not, be asked.
 */
export interface Check {
  readonly name: string;
  readonly level: 'ok' | 'warn' | 'fail' | 'skip';
  readonly text: string;
  readonly remedy?: string;
  readonly kind?: ErrorKind;
}

export function ok(name: string, text: string): Check {
  return { name, level: 'ok', text };
}

export function skip(name: string, text: string): Check {
  return { name, level: 'skip', text };
}

export function warn(name: string, text: string, remedy: string): Check {
  return { name, level: 'warn', text, remedy };
}

export function fail(kind: ErrorKind, name: string, text: string, remedy: string): Check {
  return { name, level: 'fail', text, remedy, kind };
}

/** The gravest first: who cannot get in need not look at the rest. Kinds with one exit code stand together. */
const gravity: readonly ErrorKind[] = [
  'unauthenticated',
  'forbidden',
  'unavailable',
  'timeout',
  'rate-limited',
  'upstream-contract',
  'config',
  'local-io',
];

/** The kind of the gravest failure; undefined when nothing failed. */
export function gravestKind(checks: readonly Check[]): ErrorKind | undefined {
  const kinds = checks.flatMap(({ kind }) => (kind === undefined ? [] : [kind]));
  return gravity.find((kind) => kinds.includes(kind)) ?? kinds[0];
}
