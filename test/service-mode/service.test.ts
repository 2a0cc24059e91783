import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/log.ts';
import { parseClientId } from '../../src/service-mode/client-id.ts';
import { parseClientSecret } from '../../src/service-mode/client-secret.ts';
import { realClock } from '../../src/service-mode/clock.ts';
import { createTokenSource, type FormAnswer, type TokenSource } from '../../src/service-mode/token.ts';
import { taskId } from '../support/platform.ts';
import { company, entitlement, userPrincipal } from '../support/provisioning-server.ts';
import { endOf, fullSync, startService } from '../support/service.ts';

// A share of each kind; every kind with every fault is in tasks.test.ts and faults.test.ts beside this.

describe('service mode', () => {
  it('syncs, grants and refuses what it does not know, in the order in which a platform sees it', async () => {
    await using bench = await startService({ emulator: { project: company() }, platform: { nextPollMs: 0 } });
    const sync = bench.platform.give(fullSync('sync'));
    const grant = bench.platform.give({
      id: taskId('grant'),
      taskType: {
        case: 'grant',
        value: { entitlement: entitlement('role_binding', 'acme/Editor'), principal: userPrincipal('U2Ada') },
      },
    });
    const unknown = bench.platform.give({ id: taskId('diff'), taskType: { case: 'createSyncDiff', value: {} } });

    expect(await Promise.all([sync, grant, unknown].map((id) => endOf(bench, id)))).toMatchObject([
      { code: 'OK' },
      { code: 'OK', response: 'c1.connector.v2.GrantManagerServiceGrantResponse' },
      { code: 'UNIMPLEMENTED', nonRetryable: true },
    ]);
    await bench.stop();
    const calls = bench.platform.asked.map(({ call }) => call);
    expect(calls.slice(0, 3)).toEqual(['Token', 'Hello', 'GetTask']);
    expect(calls.indexOf('Heartbeat')).toBeLessThan(calls.indexOf('UploadAsset'));
    expect(bench.platform.uploads).toMatchObject([{ taskId: sync, isWhole: true }]);
  });
});

describe('a client id', () => {
  it.each([
    ['otter-1@acme.conductor.one/descope', '', 'acme.conductor.one', 'acme.conductor.one:443'],
    ['otter-1@acme.example:8443/a/b', '', 'acme.example', 'acme.example:8443'],
    ['otter-1@acme.example/x', 'proxy.example:9', 'acme.example', 'proxy.example:9'],
  ])('%s (dialled instead: %j) is meant for %s, and %s is dialled', (text, override, audience, address) => {
    expect(parseClientId(text, override)).toEqual({ text, name: 'otter-1', audience, address });
  });

  it.each(['', 'otter-1', 'otter-1@acme.example', '@acme.example/x', 'otter@/x', 'otter@a b/x'])(
    '%j is none',
    (text) => {
      expect(() => parseClientId(text)).toThrow(/BATON_CLIENT_ID .* looks like "name@host\/path"/);
    },
  );

  it('is not dialled at what is no host', () => {
    expect(() => parseClientId('otter@acme.example/x', 'https://acme.example/')).toThrow(/BATON_C1_API_HOST/);
  });
});

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const secretOf = (jwk: object, version = 'v1'): string =>
  `secret-token:conductorone.com:${version}:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`;

describe('a client secret', () => {
  it('holds an Ed25519 key, and does not show it', () => {
    const jwk = privateKey.export({ format: 'jwk' });
    const key = parseClientSecret(`${secretOf(jwk)}\n`, 'the test');

    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(inspect(key)).not.toContain(jwk.d);
  });

  it.each([
    ['a:b', 'has not four parts'],
    [secretOf(privateKey.export({ format: 'jwk' }), 'v2'), 'not v1'],
    [secretOf(publicKey.export({ format: 'jwk' })), 'no Ed25519 key'],
    [secretOf(generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' })), 'no Ed25519 key'],
    ['secret-token:conductorone.com:v1:%%%', 'no Ed25519 key'],
  ])('of another form is refused, and not repeated (%#)', (text, what) => {
    const thrown: unknown = (() => {
      try {
        return parseClientSecret(text, 'BATON_CLIENT_SECRET');
      } catch (error) {
        return error;
      }
    })();

    expect(String(thrown)).toContain(what);
    expect(String(thrown)).not.toContain(text.split(':')[3] ?? 'nothing');
  });
});

describe('a token', () => {
  const clientId = parseClientId('otter-1@acme.example:8443/x');
  let nowMs = 0;
  const clock = { ...realClock, now: () => nowMs };

  function source(answers: readonly Partial<FormAnswer>[]): {
    readonly token: TokenSource;
    readonly asked: URLSearchParams[];
  } {
    const asked: URLSearchParams[] = [];
    const post = async (_url: string, form: string): Promise<FormAnswer> => {
      asked.push(new URLSearchParams(form));
      return { status: 200, date: undefined, body: '', ...answers[asked.length - 1] };
    };
    return { asked, token: createTokenSource({ clientId, key: () => privateKey, post, logger: silentLogger, clock }) };
  }
  const given = (token: string, seconds = 600): Partial<FormAnswer> => ({
    body: JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: seconds }),
  });

  it('is asked for with an assertion for the host alone, good for two minutes each way', async () => {
    const { token, asked } = source([given('one')]);

    expect(await token.header()).toBe('Bearer one');
    const { payload, protectedHeader } = await jwtVerify(asked[0]?.get('client_assertion') ?? '', publicKey);
    expect(payload).toEqual({
      iss: clientId.text,
      sub: clientId.text,
      aud: 'acme.example',
      iat: expect.any(Number) as number,
      nbf: (payload.iat ?? 0) - 120,
      exp: (payload.iat ?? 0) + 120,
    });
    expect(protectedHeader).toEqual({ alg: 'EdDSA', nonce: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
  });

  it('is kept until one minute before its end, and asked for once however many want it', async () => {
    const { token, asked } = source([given('one'), given('two')]);

    expect(new Set(await Promise.all([token.header(), token.header(), token.header()]))).toEqual(
      new Set(['Bearer one']),
    );
    nowMs += 539_000;
    expect(await token.header()).toBe('Bearer one');
    nowMs += 2_000;
    expect(await token.header()).toBe('Bearer two');
    expect(asked).toHaveLength(2);
  });

  it('that was refused is not used again', async () => {
    const { token } = source([given('one'), given('two')]);
    token.refused(await token.header());

    expect(await token.header()).toBe('Bearer two');
  });

  it.each([
    [{ status: 401 }, 'unauthenticated'],
    [{ status: 403 }, 'forbidden'],
    [{ status: 302 }, 'config'],
    [{ status: 502 }, 'unavailable'],
    [{ body: '{"access_token":""}' }, 'upstream-contract'],
    [{ body: 'not JSON' }, 'upstream-contract'],
  ] as const)('is not there with %j', async (answer, kind) => {
    await expect(source([answer]).token.header()).rejects.toMatchObject({ kind });
  });
});
