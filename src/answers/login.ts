import type { FileUser } from './rows.ts';

/** The text that identifies a user for people: the first login id, else the email, phone or id. */
export function loginOf({ loginIds, email, phone, id }: Pick<FileUser, 'loginIds' | 'email' | 'phone' | 'id'>): string {
  return [...loginIds.slice(0, 1), email, phone].find((text) => text !== '') ?? id;
}
