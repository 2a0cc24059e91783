import { createCipheriv, createHash, hkdfSync, type KeyObject, publicEncrypt } from 'node:crypto';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { type Recipient as AgeRecipient, Stanza } from 'age-encryption';

// Recipients of age that are SSH keys, which the library leaves out: https://github.com/C2SP/C2SP/blob/main/age.md and
// the Go implementation's agessh. The file around the stanza is the library's.

const text = (value: string): Buffer => Buffer.from(value, 'utf8');

/** A part of an SSH key: its length, then itself. */
function part(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive whole number of an SSH key: a zero goes before a first bit that would make it negative. */
function number(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(first === -1 ? bytes.length : first);
  return part((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** What a receiver tells its stanza by: four bytes of a hash, so that such a file is not anonymous. */
const fingerprint = (sshKey: Uint8Array): string =>
  unpadded(createHash('sha256').update(sshKey).digest().subarray(0, 4));

const ed25519Label = 'age-encryption.org/v1/ssh-ed25519';

/** For the 32 bytes of an Ed25519 key. Throws for bytes that are no point of the curve. */
export function sshEd25519Recipient(publicKey: Uint8Array): AgeRecipient {
  const sshKey = Buffer.concat([part(text('ssh-ed25519')), part(publicKey)]);
  const theirs = ed25519.utils.toMontgomery(publicKey);
  const tweak = Buffer.from(hkdfSync('sha256', '', sshKey, ed25519Label, 32));
  return {
    wrapFileKey(fileKey) {
      const ephemeral = x25519.utils.randomSecretKey();
      const ours = x25519.getPublicKey(ephemeral);
      const shared = x25519.getSharedSecret(tweak, x25519.getSharedSecret(ephemeral, theirs));
      const salt = Buffer.concat([ours, theirs]);
      const key = Buffer.from(hkdfSync('sha256', shared, salt, ed25519Label, 32));
      const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['ssh-ed25519', fingerprint(sshKey), unpadded(ours)], body)];
    },
  };
}

/** For an RSA key. */
export function sshRsaRecipient(publicKey: KeyObject): AgeRecipient {
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' });
  const sshKey = Buffer.concat([
    part(text('ssh-rsa')),
    number(Buffer.from(e, 'base64url')),
    number(Buffer.from(n, 'base64url')),
  ]);
  const options = { key: publicKey, oaepHash: 'sha256', oaepLabel: text('age-encryption.org/v1/ssh-rsa') };
  return {
    wrapFileKey: (fileKey) => [new Stanza(['ssh-rsa', fingerprint(sshKey)], publicEncrypt(options, fileKey))],
  };
}
