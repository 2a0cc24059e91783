import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { TlsFiles } from '../../src/server/tls.ts';

x509.cryptoProvider.set(globalThis.crypto);

const algorithm = { name: 'Ed25519' };
const dayMs = 24 * 60 * 60 * 1000;

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Issued {
  /** A leaf for `localhost` or another host, valid from yesterday for a year unless said otherwise. */
  issue(name: string, options?: { readonly isExpired?: boolean; readonly host?: string }): Promise<Issued>;
}

let serial = 0;

async function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair; // a pair, for a signing algorithm
}

async function pemOfKey({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

/** A certificate authority of its own for a test, with Ed25519 keys as the Baton wrapper uses them. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await keyPair();
  const notBefore = new Date(Date.now() - dayMs);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${name}`,
    notBefore,
    notAfter: new Date(Date.now() + 365 * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    cert: root.toString('pem'),
    key: await pemOfKey(keys),
    issue: async (leafName, { isExpired = false, host = 'localhost' } = {}) => {
      const leafKeys = await keyPair();
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: nextSerial(),
        subject: `CN=${leafName}`,
        issuer: root.subject,
        notBefore: new Date(Date.now() - 2 * dayMs),
        notAfter: new Date(Date.now() + (isExpired ? -dayMs : 365 * dayMs)),
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: host },
            ...(host === 'localhost' ? [{ type: 'ip' as const, value: '127.0.0.1' }] : []),
          ]),
        ],
      });
      return { cert: leaf.toString('pem'), key: await pemOfKey(leafKeys) };
    },
  };
}

/** Writes the three files of mutual TLS into a folder. */
export async function putTlsFiles(
  folder: string,
  { cert, key }: Issued,
  clientCa: string,
  name = 'server',
): Promise<TlsFiles> {
  const paths = {
    cert: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
    clientCa: join(folder, `${name}-ca.crt`),
  };
  await Promise.all([writeFile(paths.cert, cert), writeFile(paths.key, key), writeFile(paths.clientCa, clientCa)]);
  return paths;
}

/** A certificate for `localhost` that vouches for itself, and is no authority. */
export async function createSelfSigned(): Promise<Issued> {
  const keys = await keyPair();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: 'CN=self',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return { cert: cert.toString('pem'), key: await pemOfKey(keys) };
}

function nextSerial(): string {
  serial += 1;
  return (1000 + serial).toString(16);
}
