import type { DatabaseSync } from 'node:sqlite';
import { rowOfResourceBytes } from '../answers/c1z-tables.ts';
import { keptProfile } from '../answers/profile-rows.ts';
import type { FileRow } from '../answers/rows.ts';
import { messageOf } from './message-content.ts';

/**
 * What a store keeps in messages alone, as functions of SQL: `last_login_of(message)`, null where a user's message does
 * not tell, and `profile_of(type, message)`, which gives JSON. A message that cannot be read is an error, never a null.
 */
export function defineMessageFunctions(path: string, database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function('last_login_of', options, (data) => {
    const row = rowOf(path, data);
    return row?.kind === 'user' ? (row.lastLogin ?? null) : null;
  });
  database.function('profile_of', options, (type, data) => {
    const row = rowOf(path, data);
    return keptProfile(String(type), row !== undefined && 'profile' in row ? (row.profile ?? {}) : {});
  });
}

function rowOf(path: string, data: unknown): FileRow | undefined {
  return data instanceof Uint8Array ? rowOfResourceBytes(data, () => messageOf(path, 'resources', data)) : undefined;
}
