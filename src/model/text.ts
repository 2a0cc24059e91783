/** The protocol's limits for text, in UTF-8 bytes. */
export const maxDisplayNameBytes = 1024;
export const maxDescriptionBytes = 2048;
export const maxStatusDetailBytes = 1024;

/** Told of each text that was cut and each attribute that was left out because the protocol could not carry it. */
export interface CutCounter {
  textCut(): void;
  attributesDropped(reason: DropReason): void;
}

/** Why an attribute is left out: the words of the summary. */
export type DropReason = 'tooLarge' | 'tooDeep' | 'inexactNumber' | 'reservedName';

export const noCuts: CutCounter = { textCut: () => undefined, attributesDropped: () => undefined };

/**
 * Text as the protocol can carry it: well-formed (a lone surrogate would make Go reject the whole page) and cut on a
 * character boundary at `maxBytes` of UTF-8.
 */
export function fitText(value: string, maxBytes: number, cuts: CutCounter = noCuts): string {
  const text = value.isWellFormed() ? value : value.toWellFormed();
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text, 'utf8') <= maxBytes) {
    return text;
  }
  cuts.textCut();
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character, 'utf8');
    if (bytes > maxBytes) {
      break;
    }
    end += character.length;
  }
  return text.slice(0, end);
}
