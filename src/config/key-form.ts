import { ConnectorError } from '../errors.ts';

/**
 * Management keys are "K2" or "K3" (the digit grows with time) and then letters and digits without a break. The id of a
 * key has the same form with exactly 28 characters, and is no secret.
 */
const keyRun = /(?<![A-Za-z0-9])K[23][A-Za-z0-9]{18,}(?![A-Za-z0-9])/g;
const idLength = 28;

/** True when the text has what looks like a management key anywhere in it. */
export function holdsKey(text: string): boolean {
  return (text.match(keyRun) ?? []).some((found) => found.length !== idLength && /[a-z]/.test(found));
}

/** Throws a `config` error, which does not repeat the text, when it has what looks like a management key in it. */
export function refuseKeyForm(text: string, source: string): void {
  if (holdsKey(text)) {
    throw new ConnectorError('config', keyInWrongPlace(source));
  }
}

/** What to say of a place that holds a key and must not. */
export function keyInWrongPlace(source: string): string {
  return (
    `${source} holds what looks like a management key (not shown): put it into DESCOPE_MANAGEMENT_KEY, or into a ` +
    'file that DESCOPE_MANAGEMENT_KEY_FILE names'
  );
}

const quotes = `"'\`\u2018\u2019\u201C\u201D\u00AB\u00BB`;
const zeroWidth = /[\u00AD\u200B-\u200F\u2060\uFEFF]/;

/**
 * What was copied along with a key or put around it, and how to mend that; undefined when it can be a key as it is. A
 * key travels in a header: printable ASCII without spaces, and of a sane length. `fileVariable` is where to name a file
 * that holds it.
 */
export function keyFlaw(key: string, fileVariable = 'DESCOPE_MANAGEMENT_KEY_FILE'): string | undefined {
  const [first = '', last = ''] = [key.at(0), key.at(-1)];
  const name = /^(?:export\s+|set\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*[=:]\s*(?=.)/.exec(key)?.[0];
  if (key === '') {
    return 'is empty';
  }
  if (key.includes('\0') || key.includes('\uFFFD')) {
    return 'is not UTF-8 text, perhaps UTF-16 as Windows tools write it: save it as UTF-8';
  }
  if (quotes.includes(first) || quotes.includes(last)) {
    return 'has quotes around the key, which are taken as part of it: leave the quotes out';
  }
  if (/^bearer\s/i.test(key)) {
    return 'begins with "Bearer": leave that out, and give the key alone';
  }
  if (/^P[A-Za-z0-9]{5,}:/.test(key)) {
    return 'has the project id and a colon before the key: give the key alone';
  }
  if (name !== undefined) {
    return `begins with a name and "${name.includes('=') ? '=' : ':'}": leave out everything before the key itself`;
  }
  if (/[\r\n]/.test(key)) {
    return 'has more than one line: it must be the key alone';
  }
  if (/\s/.test(key)) {
    return 'has a blank inside: it must be the key alone, without spaces';
  }
  if (zeroWidth.test(key)) {
    return 'has an invisible character in it (a byte order mark or a zero-width space): copy the key again';
  }
  if (/^[<[({](?!\{).*[>\])}]$/.test(key)) {
    return 'has brackets around the key: leave them out';
  }
  if (/^(\$\{?\w|%\w+%|\{\{)/.test(key)) {
    return 'is the name of a variable that was not replaced by its value';
  }
  if (/(\.\.\.|\u2026)$/.test(key)) {
    return 'ends with "...", as in an example: give the whole key';
  }
  if (/[,;]$/.test(key)) {
    return `ends with "${last}": leave that out`;
  }
  if (/^(\/|~\/|\.{1,2}\/|[A-Za-z]:\\)/.test(key)) {
    return `looks like the path of a file: name a key file with ${fileVariable}`;
  }
  if (/^P[A-Za-z0-9]{27}$|^P[A-Za-z0-9]{31}$/.test(key)) {
    return 'looks like a project id: a management key begins with "K", and is made in Console > Company > Management Keys';
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return 'has a character that no key has: copy the key again';
  }
  return key.length > 4_096 ? 'is longer than any key' : undefined;
}
