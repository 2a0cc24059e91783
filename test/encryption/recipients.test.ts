import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { readRecipients } from '../../src/encryption/recipients.ts';
import { EncryptionConfigSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { ageReader, jwkReader, type KeyKind } from '../support/private-keys.ts';

const secretOf = (value: string, name = 'password') => ({
  name,
  description: 'for a test',
  schema: '',
  bytes: Buffer.from(value),
});

const jwkConfig = (jwk: unknown, provider = '') =>
  create(EncryptionConfigSchema, {
    provider,
    config: { case: 'jwkPublicKeyConfig', value: { pubKey: Buffer.from(JSON.stringify(jwk)) } },
  });

const ageConfig = (recipient: string, provider = '') =>
  create(EncryptionConfigSchema, { provider, config: { case: 'ageRecipientConfig', value: { recipient } } });

describe('a secret that is sealed', () => {
  it.each(['Ed25519', 'P-256', 'P-384', 'P-521', 'RSA'] satisfies KeyKind[])(
    'is opened by the private half of a JSON Web Key: %s',
    async (kind) => {
      const reader = jwkReader(kind);
      const { seal } = await readRecipients([reader.config]);

      const [data, ...others] = await seal([secretOf('pass-ä-🔑')]);

      expect(others).toEqual([]);
      expect(await reader.open(data ?? { encryptedBytes: Buffer.of() })).toBe('pass-ä-🔑');
    },
  );

  it.each([false, true])(
    'is opened by the identity of an age recipient, also against quantum computers: %s',
    async (isHybrid) => {
      const reader = await ageReader(isHybrid);
      const { seal } = await readRecipients([reader.config]);

      const [data] = await seal([secretOf('pass')]);

      expect(await reader.open(data ?? { encryptedBytes: Buffer.of() })).toBe('pass');
      expect(data).toMatchObject({
        provider: 'baton/age/v1',
        keyId: '',
        keyIds: [createHash('sha256').update(reader.recipient).digest('hex')],
      });
    },
  );

  it('names the thumbprint of a JSON Web Key in both fields, and tells the words of the secret', async () => {
    const reader = jwkReader('P-256');
    const { seal } = await readRecipients([reader.config]);
    const jwk: unknown = JSON.parse(
      Buffer.from((reader.config.config.value as { pubKey: Uint8Array }).pubKey).toString(),
    );
    const thumbprint = Buffer.from(
      await calculateJwkThumbprint(jwk as Parameters<typeof calculateJwkThumbprint>[0]),
      'base64url',
    );

    const [data] = await seal([secretOf('pass')]);

    expect(data).toMatchObject({
      provider: 'baton/jwk/v1',
      keyId: thumbprint.toString('hex'),
      keyIds: [thumbprint.toString('hex')],
      name: 'password',
      description: 'for a test',
      schema: '',
    });
  });

  it('is there once for each value and recipient, and is gone from memory', async () => {
    const [first, second] = [await ageReader(), jwkReader('Ed25519')];
    const { seal } = await readRecipients([first.config, second.config]);
    const secrets = [secretOf('one', 'one'), secretOf('two', 'two')];

    const sealed = await seal(secrets);

    expect(sealed.map(({ name, provider }) => [name, provider])).toEqual([
      ['one', 'baton/age/v1'],
      ['one', 'baton/jwk/v1'],
      ['two', 'baton/age/v1'],
      ['two', 'baton/jwk/v1'],
    ]);
    const opened = [];
    for (const [at, data] of sealed.entries()) opened.push(await (at % 2 === 0 ? first : second).open(data));
    expect(opened).toEqual(['one', 'one', 'two', 'two']);
    expect(secrets.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(['000000', '000000']);
  });

  it('takes a provider by name in any case, and takes the public half of a private key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const jwk = privateKey.export({ format: 'jwk' });
    const { recipient } = await ageReader();

    for (const config of [
      jwkConfig(jwk, 'Baton/JWK/v1'),
      jwkConfig(jwk, 'baton/jwk/v1/private'),
      ageConfig(recipient, ' BATON/AGE/V1 '),
    ]) {
      const [data] = await (await readRecipients([config])).seal([secretOf('pass')]);
      expect(data?.provider).toBe(config.config.case === 'ageRecipientConfig' ? 'baton/age/v1' : 'baton/jwk/v1');
    }
  });
});

describe('recipients that cannot be used', () => {
  const { publicKey: ed25519 } = generateKeyPairSync('ed25519');
  const good = ed25519.export({ format: 'jwk' });
  const jwkOf = (kind: 'x25519' | 'ed448' | 'rsa' | 'ec'): JsonWebKey => {
    if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    if (kind === 'ec')
      return generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
    return (kind === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed448')).publicKey.export({
      format: 'jwk',
    });
  };

  it.each([
    ['no provider and no key', () => create(EncryptionConfigSchema, {}), 'neither a provider nor a key'],
    ['a provider of tomorrow', () => jwkConfig(good, 'baton/jwe/v1'), 'provider "baton/jwe/v1" is not known'],
    ['the other kind of key', () => jwkConfig(good, 'baton/age/v1'), 'needs age_recipient_config'],
    ['the other kind of recipient', () => ageConfig('age1x', 'baton/jwk/v1'), 'needs jwk_public_key_config'],
    ['nothing', () => jwkConfig(''), 'not a JSON Web Key'],
    ['a list', () => jwkConfig([]), 'not a JSON Web Key'],
    ['null', () => jwkConfig(null), 'not a JSON Web Key'],
    ['a symmetric key', () => jwkConfig({ kty: 'oct', k: 'c2VjcmV0' }), 'not a JSON Web Key'],
    ['a key for agreement', () => jwkConfig(jwkOf('x25519')), 'of a kind that is not known here'],
    ['another curve of Edwards', () => jwkConfig(jwkOf('ed448')), 'of a kind that is not known here'],
    ['a curve of coins', () => jwkConfig(jwkOf('ec')), 'of a kind that is not known here'],
    ['a short RSA key', () => jwkConfig(jwkOf('rsa')), 'of a kind that is not known here'],
    [
      'no point of the curve',
      () => jwkConfig({ ...good, x: Buffer.alloc(32, 2).toString('base64url') }),
      'no point of the curve',
    ],
    [
      'an EC point off the curve',
      () => jwkConfig({ kty: 'EC', crv: 'P-256', x: good.x, y: good.x }),
      'not a JSON Web Key',
    ],
    ['two recipients in one', () => ageConfig('age1abc age1def'), 'one age recipient'],
    ['a mistyped recipient', () => ageConfig(`age1${'q'.repeat(58)}`), 'not an age recipient'],
    ['a plugin of age', () => ageConfig(`age1tag1${'q'.repeat(58)}`), 'one age recipient'],
    [
      'a point of low order',
      () => ageConfig('age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z'),
      'nothing can be encrypted',
    ],
    ['an SSH key', () => ageConfig(`ssh-ed25519 ${'A'.repeat(40)}`), 'one age recipient'],
    ['no recipient', () => ageConfig(''), 'one age recipient'],
    ['a long recipient', () => ageConfig(`age1${'q'.repeat(5000)}`), 'one age recipient'],
  ])('are refused before anything is made, with their place and without the key: %s', async (_what, config, words) => {
    const { config: usable } = await ageReader();

    const failed: unknown = await readRecipients([usable, config()]).catch((thrown: unknown) => thrown);

    expect(failed).toMatchObject({ kind: 'invalid', message: expect.stringContaining(words) as string });
    expect((failed as Error).message).toMatch(/^encryption_configs\[1\]: /);
    expect((failed as Error).message).not.toContain('qqqq');
    expect((failed as Error).message).not.toContain(String(good.x));
  });

  it('are refused where there are none, or more than anybody needs', async () => {
    const { config } = await ageReader();

    await expect(readRecipients([])).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('encryption_configs is empty') as string,
    });
    await expect(readRecipients(Array.from({ length: 65 }, () => config))).rejects.toMatchObject({ kind: 'invalid' });
  });
});
