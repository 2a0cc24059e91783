import { armor, Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Secret } from '../secret.ts';

/** Reads what this process has had encrypted for itself. */
export interface OwnReader {
  /** `age1...` */
  readonly recipient: string;
  /** Opens an age file that was made for the recipient, as text. */
  readonly open: (armored: string) => Promise<Secret>;
}

/** A reader with a key of its own, which is gone with the process. */
export async function createOwnReader(): Promise<OwnReader> {
  const identity = await generateX25519Identity();
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return {
    recipient: await identityToRecipient(identity),
    open: async (armored) => new Secret(await decrypter.decrypt(armor.decode(armored), 'text')),
  };
}
