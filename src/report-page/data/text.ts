/** A piece of a name: text, or one character that would not be seen, or would change how others are seen. */
export interface TextPiece {
  readonly text: string;
  /** Such as "U+202E"; absent for ordinary text. */
  readonly hidden?: string;
}

// Controls, separators of lines, halves of characters, and whatever Unicode says to draw as nothing or to use for
// turning the direction of writing; but not the selectors of emoji and of Han variants, nor joiners between letters
// that need them.
const hidden =
  /[[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u{fff9}-\u{fffb}]--[\p{Variation_Selector}\p{Join_Control}]]|(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}])\p{Join_Control}/gv;

/** A name in pieces, so that nothing in it is invisible: two names that look alike are alike. */
export function pieces(text: string): TextPiece[] {
  const found: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > from) {
      found.push({ text: text.slice(from, match.index) });
    }
    const code = match[0].codePointAt(0) ?? 0;
    found.push({ text: match[0], hidden: `U+${code.toString(16).toUpperCase().padStart(4, '0')}` });
    from = match.index + match[0].length;
  }
  if (from < text.length || found.length === 0) {
    found.push({ text: text.slice(from) });
  }
  return found;
}

/** A name as plain text, for charts and titles: hidden characters in brackets, and apart from the text around it. */
export function plain(text: string): string {
  const visible = pieces(text)
    .map((piece) => (piece.hidden === undefined ? piece.text : `[${piece.hidden}]`))
    .join('');
  return `\u{2068}${visible}\u{2069}`; // first-strong isolate ... pop: right-to-left names stay within themselves
}

/** At most so many characters, the rest as an ellipsis. Counts what a reader would count. */
export function shorten(text: string, most: number): string {
  const characters = Array.from(new Intl.Segmenter().segment(text.slice(0, most * 16)), ({ segment }) => segment);
  return characters.length > most || text.length > most * 16 ? `${characters.slice(0, most - 1).join('')}…` : text;
}
