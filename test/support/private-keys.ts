import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import {
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  type Identity,
  identityToRecipient,
} from 'age-encryption';
import { compactDecrypt } from 'jose';
import { create } from '@bufbuild/protobuf';
import {
  type EncryptedData,
  type EncryptionConfig,
  EncryptionConfigSchema,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';

// The other side of src/encryption: private keys of every kind, which open what was sealed for them. SSH keys are opened
// after the specification of age by the private half of the key, not by what sealed it.

/** One who asks for secrets: what the request says of them, and how they open an answer. */
export interface Reader {
  readonly config: EncryptionConfig;
  open(data: Pick<EncryptedData, 'encryptedBytes'>): Promise<string>;
}

/** An `age1...` recipient, or with `isHybrid` an `age1pq1...` one. */
export async function ageReader(
  isHybrid = false,
): Promise<Reader & { readonly recipient: string; readonly openFile: (file: Uint8Array) => Promise<string> }> {
  const identity = await (isHybrid ? generateHybridIdentity() : generateX25519Identity());
  const recipient = await identityToRecipient(identity);
  const openFile = async (file: Uint8Array): Promise<string> => await openAge(file, identity);
  return {
    recipient,
    config: create(EncryptionConfigSchema, { config: { case: 'ageRecipientConfig', value: { recipient } } }),
    openFile,
    open: async ({ encryptedBytes }) => await openFile(encryptedBytes),
  };
}

export type KeyKind = 'Ed25519' | 'P-256' | 'P-384' | 'P-521' | 'RSA';

/** A JSON Web Key of a kind; `recipient` is its text. */
export function jwkReader(kind: KeyKind, modulusLength = 2048): Reader & { readonly recipient: string } {
  const { publicKey, privateKey } = pairOf(kind, modulusLength);
  const pubKey = Buffer.from(JSON.stringify(publicKey.export({ format: 'jwk' })));
  return {
    recipient: pubKey.toString('utf8'),
    config: create(EncryptionConfigSchema, { config: { case: 'jwkPublicKeyConfig', value: { pubKey } } }),
    open: async ({ encryptedBytes }) => {
      const bytes = Buffer.from(Buffer.from(encryptedBytes).toString('ascii'), 'base64');
      if (kind === 'Ed25519') return await openAge(bytes, ed25519Identity(privateKey));
      if (kind === 'RSA') return await openAge(bytes, rsaIdentity(privateKey));
      const { plaintext } = await compactDecrypt(bytes.toString('ascii'), privateKey);
      return Buffer.from(plaintext).toString('utf8');
    },
  };
}

function pairOf(
  kind: KeyKind,
  modulusLength: number,
): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519');
  return kind === 'RSA'
    ? generateKeyPairSync('rsa', { modulusLength })
    : generateKeyPairSync('ec', { namedCurve: kind });
}

async function openAge(file: Uint8Array, identity: string | Identity): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(file, 'text');
}

function rsaIdentity(key: KeyObject): Identity {
  const oaepLabel = Buffer.from('age-encryption.org/v1/ssh-rsa');
  return {
    unwrapFileKey: ([stanza]) =>
      stanza?.args[0] === 'ssh-rsa' ? privateDecrypt({ key, oaepHash: 'sha256', oaepLabel }, stanza.body) : null,
  };
}

function ed25519Identity(key: KeyObject): Identity {
  const { d = '', x = '' } = createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' });
  const scalar = createHash('sha512').update(Buffer.from(d, 'base64url')).digest().subarray(0, 32);
  const publicKey = Buffer.from(x, 'base64url');
  const sshKey = Buffer.concat([Buffer.of(0, 0, 0, 11), Buffer.from('ssh-ed25519'), Buffer.of(0, 0, 0, 32), publicKey]);
  const label = 'age-encryption.org/v1/ssh-ed25519';
  return {
    unwrapFileKey: ([stanza]) => {
      const [type, print, share = ''] = stanza?.args ?? [];
      const own = createHash('sha256').update(sshKey).digest().subarray(0, 4).toString('base64').slice(0, 6);
      if (stanza === undefined || type !== 'ssh-ed25519' || print !== own) return null;
      const theirs = Buffer.from(share, 'base64');
      const tweak = Buffer.from(hkdfSync('sha256', '', sshKey, label, 32));
      const shared = x25519.getSharedSecret(tweak, x25519.getSharedSecret(scalar, theirs));
      const salt = Buffer.concat([theirs, ed25519.utils.toMontgomery(publicKey)]);
      const wrapping = Buffer.from(hkdfSync('sha256', shared, salt, label, 32));
      const cipher = createDecipheriv('chacha20-poly1305', wrapping, Buffer.alloc(12), { authTagLength: 16 });
      cipher.setAuthTag(stanza.body.subarray(-16));
      return Buffer.concat([cipher.update(stanza.body.subarray(0, -16)), cipher.final()]);
    },
  };
}
