import { resolve } from 'node:path';

const scheme = /^postgres(?:ql)?:\/\//i;

/** Whether a text names a store in PostgreSQL, and no file. */
export function isPostgres(text: string): boolean {
  return scheme.test(text);
}

/**
 * The name of a store as it may be shown. Of a URL the server and the database are left: no user, no password, no
 * parameters, and nothing at all where it is not clear which part is what. The path of a file is returned as it is.
 */
export function shownStore(text: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    return text;
  }
  const url = URL.parse(text);
  const isOdd = url === null || /@|%40/.test(`${url.pathname}${url.search}${url.hash}`);
  return isOdd ? `${text.slice(0, text.indexOf(':'))}://...` : `${url.protocol}//${url.host}${url.pathname}`;
}

/** The path of a file in full; a URL stays as it is. */
export function fullPath(text: string): string {
  return isPostgres(text) ? text : resolve(text);
}
