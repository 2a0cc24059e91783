import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { SecretTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import { CredentialManagerService, CredentialResourceMode } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { companyWithKeys } from '../support/key-project.ts';
import { ageReader, jwkReader } from '../support/private-keys.ts';
import { type Provisioning, type ProvisioningOptions, startProvisioning } from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect, noop, refusedWrites } from '../support/write-faults.ts';

const createKey = 'POST /v1/mgmt/accesskey/create';
const deleteKey = 'POST /v1/mgmt/accesskey/delete';
const day = 86_400_000;
const reader = jwkReader('Ed25519');

let running: Provisioning[] = [];

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  const at = await startProvisioning({
    include: ['access_key'],
    emulator: { project: companyWithKeys(), now: Date.now },
    ...options,
  });
  running.push(at);
  return at;
}

afterEach(async () => {
  await Promise.all(running.map(async (at) => await at[Symbol.asyncDispose]()));
  running = [];
});

async function issue({ address }: Provisioning, more: object = {}) {
  return await grpcCall(address, CredentialManagerService.method.issueCredential, {
    identityId: { resourceType: 'user', resource: 'U2Ada' },
    credentialOptions: { options: { case: 'apiKey', value: {} } },
    encryptionConfigs: [reader.config],
    requestId: 'task-1',
    ...more,
  });
}

const seeded = new Set((companyWithKeys().accessKeys ?? []).map(({ id }) => id));
const made = ({ emulator }: Provisioning) => emulator.state.accessKeys().filter(({ id }) => !seeded.has(id));
const rest = ({ emulator }: Provisioning) => [
  emulator.state.accessKeys().filter(({ id }) => seeded.has(id)),
  [...emulator.state.users()],
];

describe('issuing a key to a user', () => {
  it('makes one key that is bound to that user and ends, and tells its secret to the recipients alone', async () => {
    const at = await start();
    const before = rest(at);
    const age = await ageReader();

    const answer = await issue(at, { encryptionConfigs: [reader.config, age.config] });

    const [key, ...more] = made(at);
    expect(more).toEqual([]);
    expect(key).toMatchObject({ boundUserId: 'U2Ada', roleNames: [], keyTenants: [], status: 'active' });
    expect(key?.description).toMatch(/^Issued by baton-descope \(request task-1, attempt [0-9a-f-]{36}\)$/);
    const daysLeft = ((key?.expireTime ?? 0) * 1000 - Date.now()) / day;
    expect(Math.round(daysLeft)).toBe(90);
    const [first, second] = answer.encryptedData;
    expect(await reader.open(first ?? { encryptedBytes: Buffer.of() })).toBe(key?.cleartext);
    expect(await age.open(second ?? { encryptedBytes: Buffer.of() })).toBe(key?.cleartext);
    expect(answer).toMatchObject({
      requestId: 'task-1',
      resourceMode: CredentialResourceMode.DISCOVERABLE,
      secret: { id: { resourceType: 'access_key_secret', resource: key?.id } },
    });
    const trait = answer.secret?.annotations.map((one) => anyUnpack(one, SecretTraitSchema)).find((one) => one);
    expect(trait).toMatchObject({
      identityId: { resourceType: 'user', resource: 'U2Ada' },
      expiresAt: { seconds: BigInt(key?.expireTime ?? 0) },
    });
    expect(rest(at)).toEqual(before);
    expect(at.writes()).toHaveLength(1);
    expect(at.audit).toMatchObject([
      { operation: 'issue', resource: 'user:U2Ada', outcome: 'issued', after: { keys: [key?.id] }, writes: 1 },
    ]);
    expect(JSON.stringify([at.audit, at.intents])).not.toContain('cleartext');
  });

  it('ends no later than was asked', async () => {
    const at = await start();
    const asked = Date.now() + 5 * day + 700;

    await issue(at, { expiresAt: timestampFromMs(asked) });

    const [key] = made(at);
    expect(asked - (key?.expireTime ?? 0) * 1000).toBeGreaterThanOrEqual(0);
    expect(asked - (key?.expireTime ?? 0) * 1000).toBeLessThan(1000);
  });

  it.each([
    ['an end that is over', { expiresAt: timestampFromMs(Date.now() - 1000) }, 'must be in the future'],
    ['an end after a year', { expiresAt: timestampFromMs(Date.now() + 366 * day) }, 'more than 365 days ahead'],
    ['no id of the request', { requestId: '' }, 'request_id must be'],
    ['an odd id of the request', { requestId: 'a b' }, 'request_id must be'],
    ['a key pair', { credentialOptions: { options: { case: 'keypair', value: {} } } }, 'must be api_key'],
    ['no option', { credentialOptions: undefined }, 'must be api_key'],
    ['scopes', { credentialOptions: { options: { case: 'apiKey', value: { scopes: ['x'] } } } }, 'must be empty'],
    ['nobody to receive it', { encryptionConfigs: [] }, 'encryption_configs is empty'],
    ['an unknown provider', { encryptionConfigs: [{ provider: 'baton/jwe/v1' }] }, 'is not known'],
  ])('is refused before anything is asked: %s', async (_what, more, words) => {
    const at = await start();

    const error = await failureOf(issue(at, more));

    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining(words) as string });
    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ operation: 'issue', outcome: 'refused', writes: 0 }]);
  });

  it('is refused for users who are not there or are disabled, and for what is no user', async () => {
    const at = await start();
    at.emulator.state.updateUser('U2Bob', { status: 'disabled' });
    const to = (resourceType: string, resource: string) => ({ identityId: { resourceType, resource } });

    expect(await failureOf(issue(at, to('user', 'U2Gone')))).toMatchObject({ code: status.NOT_FOUND });
    expect(await failureOf(issue(at, to('user', 'U2Bob')))).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(await failureOf(issue(at, to('access_key', 'K2Full')))).toMatchObject({ code: status.UNIMPLEMENTED });
    expect(at.writes()).toEqual([]);
  });

  it('makes no second key for the same request, and says which one there is', async () => {
    const at = await start();
    await issue(at);
    const [key] = made(at);

    const error = await failureOf(issue(at));

    expect(error.code).toBe(status.ALREADY_EXISTS);
    expect(error.details).toContain(`has made access key ${key?.id} already`);
    expect(made(at)).toEqual([key]);
    expect(at.writes()).toHaveLength(1);
  });
});

describe('a key whose answer is lost', () => {
  it.each(lostAfterEffect)('by %s is found by its request and deleted, and the call fails', async (_what, fault) => {
    const at = await start();
    const before = rest(at);
    at.fault(createKey, fault);

    const error = await failureOf(issue(at));

    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.details).toContain('was lost, and its secret with it: the key that was made is deleted again');
    expect(made(at)).toEqual([]);
    expect(rest(at)).toEqual(before);
    expect(at.writes().map(({ endpoint }) => endpoint)).toEqual([createKey, deleteKey]);
    expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 2 }]);
  });

  it.each(lostAfterEffect)('by %s, and cannot be deleted, is named', async (_what, fault) => {
    const at = await start();
    at.fault(createKey, fault);
    at.fault(deleteKey, { kind: 'status', status: 403 }, Number.POSITIVE_INFINITY);

    const error = await failureOf(issue(at));

    const [key] = made(at);
    expect(error.details).toContain(
      `access key ${key?.id} was made and is there, and nobody has its secret: delete it`,
    );
  });

  it.each([...lostBeforeEffect, ['a yes without an effect', noop] as const])(
    'by %s, and was not made, is made once more',
    async (_what, fault) => {
      const at = await start();
      at.fault(createKey, fault);

      const answer = await issue(at);

      const [key, ...more] = made(at);
      expect(more).toEqual([]);
      expect(await reader.open(answer.encryptedData[0] ?? { encryptedBytes: Buffer.of() })).toBe(key?.cleartext);
      expect(at.writes()).toHaveLength(2);
    },
  );

  it.each(refusedWrites)('is not looked for where Descope refused with %i', async (answered) => {
    const at = await start();
    at.fault(createKey, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

    await failureOf(issue(at));

    expect(made(at)).toEqual([]);
    expect(at.writes()).toHaveLength(1);
  });

  it('is deleted where Descope bound it to nobody', async () => {
    const at = await start();
    at.emulator.faults.add({
      match: { endpoint: 'POST /v1/mgmt/accesskey/search', nth: 2 },
      fault: {
        kind: 'mutate',
        change: (body) => {
          const { keys } = body as { keys: { boundUserId: string; name: string }[] };
          keys.filter(({ name }) => name === 'baton task-1').forEach((key) => void (key.boundUserId = ''));
          return { keys };
        },
      },
    });

    const error = await failureOf(issue(at));

    expect(error.details).toContain('does not show it as it was asked for');
    expect(made(at)).toEqual([]);
  });
});

describe('two processes with one request', () => {
  it('make one key, and the other is told', async () => {
    const at = await start();
    const { emulator } = at;
    // The other process: it has made its key between our first look and our write.
    let others = 0;
    emulator.faults.add({
      match: { endpoint: createKey },
      fault: {
        kind: 'mutate',
        change: (body) => {
          others += 1;
          emulator.state.putAccessKey({
            id: 'K2TheirKey',
            name: 'baton task-1',
            createdTime: 1,
            boundUserId: 'U2Ada',
            description: 'Issued by baton-descope (request task-1, attempt 00000000-0000-4000-8000-000000000000)',
          });
          return body;
        },
      },
    });

    const error = await failureOf(issue(at));

    expect(others).toBe(1);
    expect(error.code).toBe(status.ALREADY_EXISTS);
    expect(error.details).toContain('another call made access key K2TheirKey for the same request');
    expect(made(at).map(({ id }) => id)).toEqual(['K2TheirKey']);
  });
});
