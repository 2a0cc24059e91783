import { ConnectorError, type ErrorKind } from '../../errors.ts';
import { osReason } from '../../os-reasons.ts';
import { printable } from '../../printable.ts';

/** What a server's error means: by its code (SQLSTATE), or by the first two letters of it. */
const meanings: Readonly<Record<string, { readonly kind: ErrorKind; readonly words: string }>> = {
  '08': { kind: 'unavailable', words: 'the connection to the database was lost; run it again' },
  '28': { kind: 'local-io', words: 'the database refused the user or the password: check the URL, or set PGPASSWORD' },
  '3D000': { kind: 'local-io', words: 'the server has no such database: make it with "createdb", or name another one' },
  '42501': {
    kind: 'local-io',
    words: 'the user of the database may not do that: docs/history.md lists the rights that are needed',
  },
  '53100': { kind: 'local-io', words: "the disk of the database's server is full" },
  '53': {
    kind: 'unavailable',
    words: 'the database has no room for this now (connections or memory): try again later',
  },
  '55P03': { kind: 'held', words: 'another command holds it: run this one again when it is done' },
  '57014': { kind: 'timeout', words: 'the database stopped the query, which took too long' },
  '57': { kind: 'unavailable', words: 'the database is going down, or starting: try again later' },
  '58': { kind: 'local-io', words: "the disk of the database's server failed" },
  '25006': { kind: 'local-io', words: 'the database is read-only: name the server that may be written to' },
  '40': { kind: 'unavailable', words: 'the database gave this transaction up: run it again' },
  XX: { kind: 'inconsistent', words: 'the database is damaged: restore it from a backup' },
};

/** What an error of the network means on the way to a server. */
const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EAI_AGAIN: 'the name of the host cannot be looked up',
};

/** Errors of `pg` that have no code, by what they say. */
const lostWords = /Connection terminated|connection is closed|not queryable|Connection ended/i;
const noTlsWords = /does not support SSL/i;

/** The code of an error that the server sent; undefined for any other. */
export function serverCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'severity' in thrown && 'code' in thrown ? String(thrown.code) : undefined;
}

/**
 * A fault of a server or of the way to it as what it means for the store; anything else stays as it is. What the server
 * says is not repeated, since it may quote rows.
 */
export function toServerFault(name: string, thrown: unknown, doing: 'read' | 'write'): unknown {
  if (thrown instanceof ConnectorError || !(thrown instanceof Error)) {
    return thrown;
  }
  const fault = (kind: ErrorKind, words: string): ConnectorError =>
    new ConnectorError(kind, `cannot ${doing} ${printable(name)}: ${words}`);
  const code = serverCode(thrown);
  if (code !== undefined) {
    const meaning = meanings[code] ?? meanings[code.slice(0, 2)];
    return meaning === undefined ? thrown : fault(meaning.kind, meaning.words);
  }
  if (noTlsWords.test(thrown.message)) {
    return fault('unavailable', 'the server does not speak TLS: add ?sslmode=disable where the way to it is safe');
  }
  if (isTlsFault(thrown)) {
    return fault(
      'unavailable',
      `its certificate is not trusted (${osReason(thrown)}): name the authority with ?sslmode=verify-full&sslrootcert=FILE`,
    );
  }
  if (/timeout expired|timed? ?out/i.test(thrown.message)) {
    return fault('unavailable', 'it does not answer');
  }
  if (lostWords.test(thrown.message)) {
    return fault('unavailable', 'the connection to the database was lost; run it again');
  }
  if (/password must be a string/i.test(thrown.message)) {
    return fault('local-io', 'the database asks for a password: set PGPASSWORD, or put it into the URL');
  }
  return 'syscall' in thrown || thrown instanceof AggregateError
    ? fault('unavailable', osReason(innermost(thrown), networkWords))
    : thrown;
}

/** Of all addresses that were tried the first one. */
function innermost(thrown: Error): unknown {
  return thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown;
}

function isTlsFault(thrown: Error): boolean {
  const code = 'code' in thrown ? String(thrown.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code);
}
