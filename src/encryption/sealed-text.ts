import { armor } from 'age-encryption';
import { ageProvider } from './recipient.ts';
import type { Sealed } from './recipients.ts';

/**
 * A sealed secret as text, which survives a terminal and a mail. For an age recipient an age file in its text form,
 * which `age --decrypt` takes; for a JSON Web Key what the protocol has in the bytes, which is text already.
 */
export function sealedText({ provider, encryptedBytes }: Pick<Sealed, 'provider' | 'encryptedBytes'>): string {
  return provider === ageProvider ? armor.encode(encryptedBytes).trim() : Buffer.from(encryptedBytes).toString('ascii');
}
