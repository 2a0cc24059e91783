import type { DatabaseSync } from 'node:sqlite';
import { rowOfResourceBytes } from '../answers/c1z-tables.ts';
import { keptProfile } from '../answers/profile-rows.ts';
import type { FileRow } from '../answers/rows.ts';
import { messageFromBytes } from '../sync-format/stored-rows.ts';

/**
 * What a store keeps in messages alone, as functions of SQL: `last_login_of(message)`, null where a user's message does
 * not tell, and `profile_of(type, message)`, which gives JSON.
 */
export function defineMessageFunctions(database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function('last_login_of', options, (data) => {
    const row = rowOf(data);
    return row?.kind === 'user' ? (row.lastLogin ?? null) : null;
  });
  database.function('profile_of', options, (type, data) => {
    const row = rowOf(data);
    return keptProfile(String(type), row !== undefined && 'profile' in row ? (row.profile ?? {}) : {});
  });
}

function rowOf(data: unknown): FileRow | undefined {
  return data instanceof Uint8Array ? rowOfResourceBytes(data, () => messageFromBytes('resources', data)) : undefined;
}
