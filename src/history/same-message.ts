import { type Section } from '../sync-format/layout.ts';
import { messageFromBytes, messageToJson } from '../sync-format/stored-rows.ts';

/**
 * Whether two encodings of a message say the same: other programs write the keys of a profile in another order. Asked
 * for the rows that changed only.
 */
export function isSameMessage(section: Section, one: Uint8Array, other: Uint8Array): boolean {
  if (Buffer.compare(one, other) === 0) {
    return true;
  }
  try {
    return sorted(section, one) === sorted(section, other);
  } catch {
    return false; // an annotation that this version does not know: then equal bytes alone are the same
  }
}

function sorted(section: Section, bytes: Uint8Array): string {
  return JSON.stringify(messageToJson(messageFromBytes(section, bytes)), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([first], [second]) => (first < second ? -1 : 1)))
      : value,
  );
}
