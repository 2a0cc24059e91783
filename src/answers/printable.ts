/**
 * What must not reach a terminal, a spreadsheet or a page as it is: control characters, among them those that move a
 * cursor or write a title; marks that turn the direction of text round; line ends. The two joiners stay: emoji and
 * Persian need them.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]|(?![\u200C\u200D])\p{Cf}/gu;

/** A name as one line of harmless text: what is not printable is told by its number, such as "\u{1b}". */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON in one line that is harmless on a terminal and still the same JSON. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    Array.from({ length: character.length }, (_, place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`).join(''),
  );
}

/**
 * A text as a cell that no spreadsheet takes for a formula: where it begins like one, an apostrophe stands before it, which
 * spreadsheets understand as "this is text". The wide forms count, too: some spreadsheets read them alike.
 */
export function harmlessCell(text: string): string {
  const cell = printable(text);
  return /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/.test(text.trimStart()) || /^[\t\r\n]/.test(text) ? `'${cell}` : cell;
}

/** A name in Markdown: as code, where nothing is a link, a mention, a tag or a heading. */
export function markdownName(text: string): string {
  const name = printable(text);
  const longest = Math.max(0, ...Array.from(name.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const isPadded = name.startsWith('`') || name.endsWith('`') || name.trim() === '';
  return isPadded ? `${fence} ${name} ${fence}` : `${fence}${name}${fence}`;
}
