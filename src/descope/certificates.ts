import { X509Certificate } from 'node:crypto';

/** A certificate of an identity provider, as far as a review needs it. */
export type Certificate =
  | { readonly subject: string; readonly fingerprintSha256: string; readonly notAfterMs: number }
  | { readonly isUnparseable: true };

const block = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----([\s\S]*?)-----END [A-Z0-9 ]*CERTIFICATE-----/g;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The certificates that a field holds. Descope keeps whatever was typed in: PEM, the same without its frame, several
 * blocks, or rubbish, which is one certificate that nobody can read. A blank field holds none.
 */
export function certificatesIn(field: string): readonly Certificate[] {
  if (field.trim() === '') {
    return [];
  }
  const blocks = [...field.matchAll(block)].map(([, content = '']) => content);
  return (blocks.length === 0 ? [field] : blocks).map(toCertificate);
}

function toCertificate(content: string): Certificate {
  const text = content.replaceAll(/\s/g, '');
  if (!base64.test(text)) {
    return { isUnparseable: true };
  }
  try {
    const { subject, fingerprint256, validToDate } = new X509Certificate(Buffer.from(text, 'base64'));
    const notAfterMs = validToDate.getTime();
    return Number.isNaN(notAfterMs)
      ? { isUnparseable: true }
      : {
          subject: (subject ?? '').toWellFormed().replaceAll('\n', ', '),
          fingerprintSha256: fingerprint256,
          notAfterMs,
        };
  } catch {
    return { isUnparseable: true };
  }
}
