const longestName = 120;
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu;

/** The name of a record in an error: `tenant "acme"`. */
export function named(what: string, id: unknown): string {
  return typeof id === 'string' && id !== '' ? `${what} ${quoted(id)}` : `a ${what} without an id`;
}

/** In quotes, on one line, with unprintable characters escaped, and cut: an id may have any length. */
export function quoted(text: string): string {
  const whole = text.toWellFormed();
  const shown = whole.length > longestName ? `${whole.slice(0, longestName).toWellFormed()}...` : whole;
  return JSON.stringify(shown).replace(unprintable, (odd) => `\\u{${(odd.codePointAt(0) ?? 0).toString(16)}}`);
}
