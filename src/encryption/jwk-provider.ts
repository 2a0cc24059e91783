import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, CompactEncrypt } from 'jose';
import { ageEncrypter } from './age-file.ts';
import { jwkProvider, type Recipient, unusable } from './recipient.ts';
import { sshEd25519Recipient, sshRsaRecipient } from './ssh-recipients.ts';

const longestKey = 64 * 1024;
const rsaBits = { from: 2048, to: 16_384 };
const curves: ReadonlySet<string> = new Set(['P-256', 'P-384', 'P-521']);

/** The key in words, for what is refused. */
const known = 'Ed25519 (OKP), P-256, P-384 or P-521 (EC), or RSA of 2,048 to 16,384 bits';

/** The recipient that a public key in JSON names; of a private one, the public half is taken. */
export async function jwkRecipient(pubKey: Uint8Array): Promise<Recipient> {
  const key = readKey(pubKey);
  const jwk = key.export({ format: 'jwk' });
  const seal = sealFor(key, jwk);
  return {
    provider: jwkProvider,
    keyId: Buffer.from(
      await calculateJwkThumbprint(jwk as Parameters<typeof calculateJwkThumbprint>[0]),
      'base64url',
    ).toString('hex'),
    tellsOldKeyId: true,
    // The protocol has base64 text in a field of bytes here.
    encrypt: async (bytes) => Buffer.from(Buffer.from(await seal(bytes)).toString('base64'), 'ascii'),
  };
}

function readKey(pubKey: Uint8Array): KeyObject {
  if (pubKey.length === 0 || pubKey.length > longestKey) {
    throw unusable('pub_key must be a JSON Web Key');
  }
  try {
    const jwk: unknown = JSON.parse(Buffer.from(pubKey).toString('utf8'));
    return createPublicKey({ key: publicHalf(jwk), format: 'jwk' });
  } catch {
    throw unusable(`pub_key is not a JSON Web Key of a kind that is known: ${known}`);
  }
}

/** What names a public key, and nothing else that the text may hold. */
function publicHalf(jwk: unknown): JsonWebKey {
  const members = Object.entries(Object(jwk)).filter(
    ([name, value]) => ['kty', 'crv', 'x', 'y', 'n', 'e'].includes(name) && typeof value === 'string',
  );
  return Object.fromEntries(members);
}

function sealFor(key: KeyObject, { crv = '', x = '' }: JsonWebKey): Recipient['encrypt'] {
  if (key.asymmetricKeyType === 'ec' && curves.has(crv)) {
    return async (bytes) => {
      const jwe = new CompactEncrypt(bytes).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' });
      return Buffer.from(await jwe.encrypt(key), 'ascii');
    };
  }
  if (key.asymmetricKeyType === 'ed25519') {
    return sealForPoint(Buffer.from(x, 'base64url'));
  }
  if (key.asymmetricKeyType === 'rsa') {
    const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
    if (modulusLength >= rsaBits.from && modulusLength <= rsaBits.to) {
      return ageEncrypter(sshRsaRecipient(key));
    }
  }
  throw unusable(`pub_key is a key of a kind that is not known here: ${known}`);
}

function sealForPoint(publicKey: Uint8Array): Recipient['encrypt'] {
  try {
    return ageEncrypter(sshEd25519Recipient(publicKey));
  } catch {
    throw unusable('pub_key is not an Ed25519 key: its bytes are no point of the curve');
  }
}
