import { describe, expect, it } from 'vitest';
import { certificatesIn } from '../../src/descope/certificates.ts';
import { expiredCertificate, validCertificate } from '../../src/emulator/sso/certificates.ts';

const valid = {
  subject: 'O=Initech, CN=idp.initech.example',
  fingerprintSha256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string,
  notAfterMs: Date.UTC(2099, 11, 31, 23, 59, 59),
};
const bare = validCertificate.replaceAll(/-----[^-]+-----/g, '');

describe('certificates of an identity provider', () => {
  it.each([
    ['PEM', validCertificate],
    ['PEM with other line ends', validCertificate.replaceAll('\n', '\r\n')],
    ['PEM on one line', validCertificate.replaceAll('\n', ' ')],
    ['base64 without its frame', bare],
    ['base64 on one line', bare.replaceAll('\n', '')],
    ['PEM as older tools call it', validCertificate.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ])('are read from %s', (_form, text) => {
    expect(certificatesIn(text)).toEqual([valid]);
  });

  it('are read one by one where a field holds several', () => {
    expect(certificatesIn(`${validCertificate}\nsomething else\n${expiredCertificate}`)).toEqual([
      valid,
      expect.objectContaining({ notAfterMs: Date.UTC(2022, 2, 1) }),
    ]);
  });

  it.each(['cert', 'MIIB', 'not base64 at all!', '-----BEGIN CERTIFICATE-----\ncert\n-----END CERTIFICATE-----', '{}'])(
    'that cannot be read are told as such, and fail nothing: %j',
    (text) => {
      expect(certificatesIn(text)).toEqual([{ isUnparseable: true }]);
    },
  );

  it.each(['', '  \n'])('are none where the field is blank: %j', (text) => {
    expect(certificatesIn(text)).toEqual([]);
  });
});
