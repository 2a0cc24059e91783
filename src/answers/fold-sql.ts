import type { DatabaseSync } from 'node:sqlite';
import { foldAddress } from '../model/address.ts';
import { fold } from '../model/fold.ts';

const known = new WeakSet<DatabaseSync>();

/** Makes `fold`, for names, and `fold_address` known to a database. */
export function addFold(database: DatabaseSync): void {
  if (!known.has(database)) {
    database.function('fold', { deterministic: true }, (text) => fold(String(text)));
    database.function('fold_address', { deterministic: true }, (text) => foldAddress(String(text)));
    known.add(database);
  }
}

/** SQL for the folded form of an address or a mail domain. ASCII is folded by SQLite itself. */
export function foldedAddress(text: string): string {
  return `iif(octet_length(${text}) = length(${text}), lower(${text}), fold_address(${text}))`;
}
