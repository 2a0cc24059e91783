/**
 * What must not reach a terminal, a log, a spreadsheet or a page as it is: control characters, among them those that
 * move a cursor or write a title; marks that turn the direction of text round; line ends. The two joiners stay: emoji
 * and Persian need them.
 */
export const unprintable: RegExp = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]|(?![\u200C\u200D])\p{Cf}/gu;

/** A name as one line of harmless text: what is not printable is told by its number, such as "\u{1b}". */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Longer names are cut where they are quoted: whoever typed one knows it. */
const longestQuoted = 120;

/**
 * A name in quotes, as one line of harmless text, and not at length. For what somebody typed, or what a record is
 * called; names are escaped here, and nowhere before.
 */
export function quoted(text: string, longest: number = longestQuoted): string {
  const whole = text.toWellFormed();
  const told = whole.length > longest ? `${whole.slice(0, longest).toWellFormed()}...` : whole;
  return printable(JSON.stringify(told));
}

/** Lines of harmless text: only the line ends stay as they are. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Codes that dress text up, and nothing else. */
const dress = new RegExp(String.raw`${'\u001B'}\[[\d;]*m`, 'g');

/**
 * The last look at what goes to stdout as text for people, or as a line of JSON: what moves a cursor or turns text
 * round is told by its number, in a way that JSON understands, too. Names are escaped before, where they are told; this
 * is for what was forgotten.
 */
export function harmlessOutput(text: string, isDressed: boolean): string {
  const escaped = (part: string): string =>
    part.replace(unprintable, (character) =>
      character === '\n'
        ? character
        : Array.from(
            { length: character.length },
            (_, place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`,
          ).join(''),
    );
  if (!isDressed) {
    return escaped(text);
  }
  const codes = text.match(dress) ?? [];
  return text
    .split(dress)
    .map((part, place) => escaped(part) + (codes[place] ?? ''))
    .join('');
}
