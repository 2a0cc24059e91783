import { createHash } from 'node:crypto';
import { ageEncrypter } from './age-file.ts';
import { ageProvider, type Recipient, unusable } from './recipient.ts';

const longestRecipient = 4096;

/** `age1...` or, against computers to come, `age1pq1...`. Other kinds of age's exist, which the protocol leaves out. */
const form = /^age1(?:pq1)?[02-9ac-hj-np-z]+$/;

/** The recipient of an age file. Its key id is the hash of its text, so the text must be the one way to write it. */
export function ageRecipient(recipient: string): Recipient {
  if (recipient === '' || recipient.length > longestRecipient || !form.test(recipient)) {
    throw unusable('recipient must be one age recipient in lower case (age1... or age1pq1...), and nothing around it');
  }
  let encrypt: Recipient['encrypt'];
  try {
    encrypt = ageEncrypter(recipient);
  } catch {
    throw unusable('recipient is not an age recipient: it is cut short or mistyped; copy it again');
  }
  return {
    provider: ageProvider,
    keyId: createHash('sha256').update(recipient, 'utf8').digest('hex'),
    tellsOldKeyId: false,
    encrypt,
  };
}
