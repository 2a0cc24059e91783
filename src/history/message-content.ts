import type { Section } from '../sync-format/layout.ts';
import { messageFromBytes, type StoredMessage } from '../sync-format/stored-rows.ts';
import { damaged } from './faults.ts';

/** The bytes of a message, which each kept version has. */
export function checkContent(path: string, section: Section, data: unknown): Uint8Array {
  if (!(data instanceof Uint8Array)) {
    throw damaged(path, `one of its ${section} has no content`);
  }
  return data;
}

/** A message of a store. Error: `inconsistent` where it cannot be read. */
export function messageOf(path: string, section: Section, data: unknown): StoredMessage {
  const bytes = checkContent(path, section, data);
  try {
    return messageFromBytes(section, bytes);
  } catch {
    throw damaged(path, `one of its ${section} is not understood`);
  }
}
