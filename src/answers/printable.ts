// The report's page is bundled for the browser and imports this file, so nothing of Node may be needed here.

import { printable, quoted, unprintable } from '../printable.ts';

export { printable, quoted };

/** ASCII without control characters: nothing in it needs a look at what Unicode says of each character. */
function isPlain(text: string): boolean {
  return !/[^\x20-\x7E]/.test(text);
}

/** JSON in one line that is harmless on a terminal and still the same JSON. */
export function printableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return isPlain(json)
    ? json
    : json.replace(unprintable, (character) =>
        Array.from(
          { length: character.length },
          (_, place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`,
        ).join(''),
      );
}

/**
 * A text as a cell that no spreadsheet takes for a formula: where it begins like one, an apostrophe stands before it,
 * which spreadsheets understand as "this is text". The wide forms count, too: some spreadsheets read them alike.
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
