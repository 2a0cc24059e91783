import { ConnectorError } from '../errors.ts';
import { isDiskFull, sqliteCode, sqliteReason } from '../os-reasons.ts';
import { printable } from '../printable.ts';

/** SQLite's result codes for a store that another process writes to, for a damaged one, and for a file that is none. */
const busyCodes: ReadonlySet<number> = new Set([5, 6]);
const corruptCode = 11;
const noDatabaseCode = 26;

/** Whether another process has the store. */
export function isBusy(thrown: unknown): boolean {
  return busyCodes.has((sqliteCode(thrown) ?? 0) % 256);
}

export function heldByAnother(path: string): ConnectorError {
  return new ConnectorError(
    'held',
    `cannot write ${printable(path)}: another sync or command is writing to it; run this one again when it is done`,
  );
}

/** The file as a whole is wanted, and others have it open. */
export function heldByReader(path: string): ConnectorError {
  return new ConnectorError(
    'held',
    `cannot write ${printable(path)}: another command reads it or writes to it just now; run this one again when it is done`,
  );
}

/** The file is no store. */
export function noStore(path: string, why: string): ConnectorError {
  return new ConnectorError(
    'invalid',
    `cannot read ${printable(path)}: ${why}; give a store that "sync --out FILE.db" or "history import" made`,
  );
}

/** The store is there and not as it must be. */
export function damaged(path: string, why: string): ConnectorError {
  return new ConnectorError(
    'inconsistent',
    `cannot answer from ${printable(path)}: ${why}; restore it from a backup, or make a new one with "history import"`,
  );
}

/** A fault of SQLite as what it means for the store; anything else stays as it is. */
export function toStoreFault(path: string, thrown: unknown, doing: 'read' | 'write'): unknown {
  const code = sqliteCode(thrown);
  if (thrown instanceof ConnectorError || code === undefined) {
    return thrown;
  }
  if (isBusy(thrown)) {
    return heldByAnother(path);
  }
  if (code % 256 === noDatabaseCode) {
    return noStore(path, 'it is no database');
  }
  if (code % 256 === corruptCode) {
    return damaged(path, 'it is damaged: its database cannot be read');
  }
  const reason = isDiskFull(thrown) ? 'the disk is full' : sqliteReason(thrown);
  return reason === undefined
    ? thrown
    : new ConnectorError('local-io', `cannot ${doing} ${printable(path)}: ${reason}`, { code });
}

/** Runs an operation on a store; faults of SQLite are told. */
export function guarded<T>(path: string, doing: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw toStoreFault(path, thrown, doing);
  }
}
