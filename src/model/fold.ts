// The report's page is bundled for the browser and imports this file, so nothing of Node may be needed here.

const plain = /^[!-~]+(?: [!-~]+)*$/;

/**
 * A name in the form in which it is compared when a person asks for it: the same for every case (full case folding, so
 * "Straße" is "STRASSE"), every normal form (composed or decomposed), and every kind and number of blanks. The dotted
 * and the dotless i of Turkish fold to one letter, since their capitals depend on the language of whoever typed them.
 */
export function fold(text: string): string {
  if (plain.test(text)) {
    return text.toLowerCase();
  }
  return text
    .normalize('NFD')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ') // lower case alone depends on the place in a word
    .normalize('NFD')
    .replaceAll('i\u0307', 'i')
    .normalize('NFC')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}
