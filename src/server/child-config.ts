import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { type ServerConfig, ServerConfigSchema } from '../gen/c1/connector_wrapper/v1/connector_wrapper_pb.ts';

/** Our certificate and key, and the CA that the caller's certificate comes from; all PEM. */
export interface PemIdentity {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What a parent process tells its connector. */
export interface ChildConfig {
  /** The port of the listener that it hands down. */
  readonly port: number;
  readonly identity: PemIdentity;
}

/** A configuration has three certificates and keys, each far below a kilobyte. */
export const longestConfigLine = 64 * 1024;

const seedBytes = 32;

/**
 * Reads the line that a parent writes: standard base64 of a ServerConfig. Its certificates are DER, its key is an Ed25519
 * key as Go holds one: the seed and, behind it, the public key. Throws `config`; nothing of the line is repeated, since
 * it holds a key.
 */
export function parseChildConfig(line: string): ChildConfig {
  const { listenPort, credential } = decoded(line.trim());
  if (credential === undefined) {
    throw flaw('it has no credential');
  }
  if (listenPort === 0 || listenPort > 65_535) {
    throw flaw('it names no port to listen on');
  }
  const ca = certificate(credential.caCert, 'ca_cert');
  const cert = certificate(credential.cert, 'cert');
  const key = privateKey(credential.key);
  if (!createPublicKey(key).equals(cert.publicKey)) {
    throw flaw('its key is not that of its certificate');
  }
  return {
    port: listenPort,
    identity: { ca: Buffer.from(ca.toString()), cert: Buffer.from(cert.toString()), key: Buffer.from(key) },
  };
}

function decoded(line: string): ServerConfig {
  if (line === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(line)) {
    throw flaw(line === '' ? 'there is none' : 'it is not base64');
  }
  try {
    return fromBinary(ServerConfigSchema, Buffer.from(line, 'base64'));
  } catch {
    throw flaw('it is no c1.connector_wrapper.v1.ServerConfig');
  }
}

function certificate(der: Uint8Array, field: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw flaw(`its ${field} is no certificate in DER`);
  }
}

/** The key as PKCS #8 in PEM, which is what TLS takes here. */
function privateKey(raw: Uint8Array): string {
  if (raw.length !== 2 * seedBytes) {
    throw flaw(`its key has ${raw.length} bytes, and an Ed25519 key with its public half has ${2 * seedBytes}`);
  }
  const half = (from: number): string => Buffer.from(raw.subarray(from, from + seedBytes)).toString('base64url');
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', d: half(0), x: half(seedBytes) };
    return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    throw flaw('its key is no Ed25519 key');
  }
}

function flaw(what: string): ConnectorError {
  return new ConnectorError('config', `the configuration on standard input is not understood: ${what}`);
}
