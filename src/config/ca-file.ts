import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates (PEM) in a file of CAs, in its order. Throws `config` where there is none, or one that is damaged.
 */
export function readCaFile(path: string, flag = '--ca-file'): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (thrown) {
    const code = osCode(thrown);
    throw new ConnectorError('config', `${flag} ${path} cannot be read (${code})`);
  }
  return readCaText(text, `${flag} ${path}`);
}

/** The same of a text; `source` is what errors call it. */
export function readCaText(text: string, source: string): readonly string[] {
  const certificates = text.match(certificate) ?? [];
  if (certificates.length === 0) {
    throw new ConnectorError(
      'config',
      `${source} holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----"); a binary one becomes PEM with: ` +
        'openssl x509 -inform der -in FILE',
    );
  }
  const place = certificates.findIndex((pem) => !isCertificate(pem));
  if (place !== -1) {
    throw new ConnectorError('config', `${source}: certificate ${place + 1} of ${certificates.length} is damaged`);
  }
  return certificates;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
