import type { JsonObject } from './decode.ts';

const longestName = 120;
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu;

/** A user whom we cannot read is told by id and login, as far as they are there, and by nothing else. */
export function nameOfRawUser(user: JsonObject): string {
  const logins: readonly unknown[] = Array.isArray(user['loginIds']) ? user['loginIds'] : [];
  const login = logins.find((candidate) => typeof candidate === 'string' && candidate !== '');
  return `${named('user', user['userId'])}${typeof login === 'string' ? ` (login ${quoted(login)})` : ''}`;
}

/** What a record calls itself: `tenant "acme"`. */
export function named(what: string, id: unknown): string {
  return typeof id === 'string' && id !== '' ? `${what} ${quoted(id)}` : `a ${what} without an id`;
}

/** In quotes and on one line, whatever it is made of; cut, since an id may be as long as somebody likes. */
function quoted(text: string): string {
  const whole = text.toWellFormed();
  const shown = whole.length > longestName ? `${whole.slice(0, longestName).toWellFormed()}...` : whole;
  return JSON.stringify(shown).replace(unprintable, (odd) => `\\u{${(odd.codePointAt(0) ?? 0).toString(16)}}`);
}
