import { Encrypter, type Recipient as AgeRecipient } from 'age-encryption';

/** A whole age file, in binary, that this recipient alone can open. Throws for a text that is none. */
export function ageEncrypter(recipient: string | AgeRecipient): (bytes: Uint8Array) => Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return async (bytes) => await encrypter.encrypt(bytes);
}
