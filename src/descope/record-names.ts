const longestName = 120;
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu;

/** What a record calls itself: `tenant "acme"`. */
export function named(what: string, id: unknown): string {
  return typeof id === 'string' && id !== '' ? `${what} ${quoted(id)}` : `a ${what} without an id`;
}

/** In quotes and on one line, whatever it is made of; cut, since an id may be as long as somebody likes. */
export function quoted(text: string): string {
  const whole = text.toWellFormed();
  const shown = whole.length > longestName ? `${whole.slice(0, longestName).toWellFormed()}...` : whole;
  return JSON.stringify(shown).replace(unprintable, (odd) => `\\u{${(odd.codePointAt(0) ?? 0).toString(16)}}`);
}
