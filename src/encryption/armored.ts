import { armor } from 'age-encryption';

/** An age file as text, which survives a terminal and a mail: what `age --decrypt` takes as well as the bytes. */
export function armored(file: Uint8Array): string {
  return armor.encode(file).trim();
}
