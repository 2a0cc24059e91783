import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { CredentialManagerService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { jwkReader } from '../support/private-keys.ts';
import {
  company,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
} from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect, noop, refusedWrites } from '../support/write-faults.ts';

const setPassword = 'POST /v1/mgmt/user/password/set/temporary';
const reader = jwkReader('RSA');
const forbidden = { kind: 'status', status: 403 } as const;

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

async function rotate({ address }: Provisioning, more: object = {}): Promise<string> {
  const { encryptedData } = await grpcCall(address, CredentialManagerService.method.rotateCredential, {
    resourceId: { resourceType: 'user', resource: 'U2Bob' },
    encryptionConfigs: [reader.config],
    ...more,
  });
  expect(encryptedData.map(({ name }) => name)).toEqual(['password']);
  return await reader.open(encryptedData[0] ?? { encryptedBytes: Buffer.of() });
}

const passwordOf = ({ emulator }: Provisioning) => emulator.state.password('U2Bob');
const others = ({ emulator }: Provisioning) => [
  [...emulator.state.users()].filter(({ userId }) => userId !== 'U2Bob'),
  emulator.state.password('U2Ada'),
];
const asked = (value: object) => ({ credentialOptions: { options: { case: 'randomPassword', value } } });

describe('rotating the password of a user', () => {
  it('sets a random one that must be changed, tells it to its recipients alone, and touches nobody else', async () => {
    const at = await start();
    const before = others(at);

    const password = await rotate(at);

    expect(passwordOf(at)).toEqual({ value: password, mustChange: true });
    expect(password).toHaveLength(20);
    expect(others(at)).toEqual(before);
    expect(at.writes()).toEqual([{ endpoint: setPassword, body: { loginId: 'bob@acme.example', password } }]);
    expect(at.audit).toMatchObject([
      { operation: 'rotate', resource: 'user:U2Bob', outcome: 'rotated', before: { status: 'enabled' }, writes: 1 },
    ]);
    expect(at.intents).toMatchObject([{ plan: [{ request: setPassword, body: { userId: 'U2Bob' } }] }]);
    expect(JSON.stringify([at.audit, at.intents])).not.toContain(password);
    expect(JSON.stringify([at.audit, at.intents])).not.toContain('acme.example');
  });

  it('keeps the policy of the project, that of the tenants, and what was asked', async () => {
    const at = await start({ emulator: { project: company(), switches: { passwordPolicy: 'tenants-too' } } });
    at.emulator.state.putPasswordSettings({ minLength: 24, disallowedCharacters: '!#$%&0123456' });
    at.emulator.state.putPasswordSettings({ tenantId: 'acme', minLength: 31 });

    const password = await rotate(at, asked({ length: 12n, constraints: [{ charSet: 'xyz', minCount: 5 }] }));

    expect(password).toHaveLength(31);
    expect(password).not.toMatch(/[!#$%&0-6]/);
    expect(password.replaceAll(/[^xyz]/g, '').length).toBeGreaterThanOrEqual(5);
    expect(passwordOf(at)?.value).toBe(password);
  });

  it.each([
    ['too short', asked({ length: 7n }), 'must be 8 to 64'],
    ['too long', asked({ length: 65n }), 'must be 8 to 64'],
    ['more than fit', asked({ length: 8n, constraints: [{ charSet: 'a', minCount: 9 }] }), 'want 9 characters'],
  ])('is refused for a password that is %s, and nothing is written', async (_what, more, words) => {
    const at = await start();

    const error = await failureOf(rotate(at, more));

    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining(words) as string });
    expect(at.writes()).toEqual([]);
  });

  it('is refused for a user who is not there, and where a login id could mean somebody else', async () => {
    const gone = await start();
    const to = { resourceId: { resourceType: 'user', resource: 'U2Gone' } };
    expect(await failureOf(rotate(gone, to))).toMatchObject({ code: status.NOT_FOUND });
    await running?.[Symbol.asyncDispose]();

    const { users = [], ...rest } = company();
    const twin = { userId: 'U2Twin', loginIds: ['bob@acme.example'], tenants: [{ tenantId: 'globex', roleNames: [] }] };
    const project = { ...rest, users: [...users, twin] };
    const at = await start({ emulator: { project, switches: { loginIdIsolation: 'on' } } });
    const error = await failureOf(rotate(at));
    expect(error.details).toContain('no login id of user U2Bob means this user alone');
    expect(at.writes()).toEqual([]);
  });
});

describe('a password whose answer is lost', () => {
  it('is not set where the login id comes to mean somebody else just before it is sent', async () => {
    const at = await start();
    let looks = 0;
    at.emulator.state.onRequest(
      ({ method, query }) => method === 'GET' && query['loginId'] === 'bob@acme.example' && ++looks === 2,
      () => {
        at.emulator.state.updateUser('U2Bob', { loginIds: ['bobby'] });
        at.emulator.state.updateUser('U2Ada', { loginIds: ['ada@acme.example', 'bob@acme.example'] });
      },
    );

    const { details } = await failureOf(rotate(at));

    expect(details).toContain('has just come to mean somebody else');
    expect(at.writes()).toEqual([]);
    expect(at.emulator.state.password('U2Ada')).toBeUndefined();
  });

  it.each([...lostAfterEffect, ...lostBeforeEffect])(
    'by %s is set again, and is the same one',
    async (_what, fault) => {
      const at = await start();
      at.fault(setPassword, fault);

      const password = await rotate(at);

      expect(passwordOf(at)?.value).toBe(password);
      const sent = at.writes().map(({ body }) => (body as { password: string }).password);
      expect(new Set(sent)).toEqual(new Set([password]));
      expect(sent).toHaveLength(2);
    },
  );

  it.each([...lostBeforeEffect, ['a yes without an effect', noop] as const])(
    'by %s each time fails after three tries, and says what may be so',
    async (_what, fault) => {
      const at = await start();
      at.fault(setPassword, fault, Number.POSITIVE_INFINITY);

      const error = await failureOf(rotate(at));

      expect(error.details).toContain('the password may have been set, and nobody knows it: rotate it again');
      expect(at.writes()).toHaveLength(3);
      expect(passwordOf(at)).toBeUndefined();
      expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 3 }]);
    },
  );

  it('is no success where the user cannot be read back, and the error says what may be so', async () => {
    const at = await start();
    at.fault(setPassword, {
      kind: 'mutate',
      change: (body) => (at.fault('GET /v1/mgmt/user', forbidden, Infinity), body),
    });

    const error = await failureOf(rotate(at));

    expect(error.details).toContain('the password may have been set, and nobody knows it: rotate it again');
    expect(error.details).not.toContain(passwordOf(at)?.value);
    expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });

  it('is told where the user had a password, and Descope said yes without an effect: its word is all there is', async () => {
    const at = await start();
    await rotate(at);
    at.fault(setPassword, noop);

    const told = await rotate(at);

    expect(passwordOf(at)?.value).not.toBe(told);
    expect(at.writes()).toHaveLength(2);
  });

  it('fails where the second try is refused as used before', async () => {
    const at = await start();
    at.emulator.state.putPasswordSettings({ reuse: true, reuseAmount: 3 });
    at.fault(setPassword, { kind: 'status', status: 503, applied: true });

    const error = await failureOf(rotate(at));

    expect(error.details).toContain('the password may have been set, and nobody knows it');
    expect(error.details).not.toContain(passwordOf(at)?.value);
  });

  it.each(refusedWrites)('is not sent again where Descope refused with %i', async (answered) => {
    const at = await start();
    at.fault(setPassword, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

    await failureOf(rotate(at));

    expect(at.writes()).toHaveLength(1);
    expect(passwordOf(at)).toBeUndefined();
  });
});
