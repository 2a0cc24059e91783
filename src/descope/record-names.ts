import { quoted } from '../printable.ts';

/** The name of a record in an error: `tenant "acme"`. */
export function named(what: string, id: unknown): string {
  return typeof id === 'string' && id !== '' ? `${what} ${quoted(id)}` : `a ${what} without an id`;
}
