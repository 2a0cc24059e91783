import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseChildConfig } from '../../src/server/child-config.ts';
import { createParent } from '../support/child-parent.ts';

describe('the line that a parent writes', () => {
  it('names the port, and has the certificates and the key in forms that TLS takes here', async () => {
    const { line, authority } = await createParent(4567);

    const { port, identity } = parseChildConfig(`${line}\r`);

    expect(port).toBe(4567);
    expect(new X509Certificate(identity.ca).raw).toEqual(new X509Certificate(authority.cert).raw);
    expect(new X509Certificate(identity.cert).checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['there is none', () => ''],
    ['it is not base64', () => '{"credential": {}}'],
    ['it is no c1.connector_wrapper.v1.ServerConfig', () => Buffer.from('hello').toString('base64')],
    ['it has no credential', () => Buffer.from([0x18, 1]).toString('base64')],
    ['it names no port to listen on', async () => (await createParent(0)).line],
    ['its ca_cert is no certificate in DER', async () => (await createParent(1, { caCert: new Uint8Array(3) })).line],
    ['its key has 32 bytes', async () => (await createParent(1, { key: new Uint8Array(32) })).line],
    ['its key is no', async () => (await createParent(1, { key: new Uint8Array(64) })).line],
  ])('is refused where %s', async (flaw, line) => {
    const text = await line();

    expect(() => parseChildConfig(text)).toThrow(`the configuration on standard input is not understood: ${flaw}`);
  });
});
