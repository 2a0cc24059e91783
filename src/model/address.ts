const ascii = /^[\0-\x7f]*$/; // eslint-disable-line no-control-regex
/** Characters that normal forms turn into ASCII ones: the sign for kelvin, the Greek question mark and accent. */
const asciiAlike = /([\u037E\u1FEF\u212A])/u;

/**
 * An email address, or a mail domain, in the form in which two of them are compared: in small letters and in one normal
 * form. Nothing else is folded, in contrast to names (`fold.ts`): "ß" is not "ss", "ı" and "İ" are not "i", "ς" is not
 * "σ", and what is not ASCII never becomes it. Two addresses that somebody could give to two people stay two.
 */
export function foldAddress(text: string): string {
  if (ascii.test(text)) {
    return text.toLowerCase();
  }
  return text
    .split(asciiAlike)
    .map((part) => (asciiAlike.test(part) ? part : part.normalize('NFC').toLowerCase().normalize('NFC')))
    .join('');
}
