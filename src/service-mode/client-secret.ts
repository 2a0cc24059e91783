import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConnectorError } from '../errors.ts';

/**
 * The private key in a client secret, `secret-token:conductorone.com:v1:<base64url of a JWK>`. Throws `config` with
 * what is wrong, and never a part of the secret.
 */
export function parseClientSecret(secret: string, source: string): KeyObject {
  const parts = secret.trim().split(':');
  if (parts.length !== 4) {
    throw flaw(source, 'has not four parts with colons between them; perhaps a part was not copied');
  }
  if (parts[2] !== 'v1') {
    throw flaw(source, 'is of a version that this program does not know (not v1)');
  }
  try {
    const jwk: unknown = JSON.parse(Buffer.from(parts[3] ?? '', 'base64url').toString('utf8'));
    const key = createPrivateKey({
      key: jwk as NonNullable<Parameters<typeof createPrivateKey>[0]> & string,
      format: 'jwk',
    });
    if (key.asymmetricKeyType === 'ed25519') {
      return key;
    }
  } catch {
    // told below, without what was thrown: it may quote the secret
  }
  throw flaw(source, 'holds no Ed25519 key in its last part; copy it again, or make a new one at the platform');
}

function flaw(source: string, what: string): ConnectorError {
  return new ConnectorError('config', `the client secret of ${source} ${what}`);
}
