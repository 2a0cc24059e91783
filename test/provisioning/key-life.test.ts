import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { ResourceDeletedSchema } from '../../src/gen/c1/connector/v2/annotation_resource_deleted_pb.ts';
import { ResourceDoesNotExistSchema } from '../../src/gen/c1/connector/v2/annotation_resource_pb.ts';
import {
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { companyWithKeys } from '../support/key-project.ts';
import { jwkReader } from '../support/private-keys.ts';
import { type Provisioning, type ProvisioningOptions, startProvisioning } from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect, noop, refusedWrites } from '../support/write-faults.ts';

const rotateKey = 'POST /v1/mgmt/accesskey/rotate';
const deleteKey = 'POST /v1/mgmt/accesskey/delete';
const reader = jwkReader('P-256');

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning({ include: ['access_key'], emulator: { project: companyWithKeys() }, ...options });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const keyOf = ({ emulator }: Provisioning, id: string) => emulator.state.accessKeys().find((key) => key.id === id);
const others = ({ emulator }: Provisioning, id: string) => ({
  keys: emulator.state.accessKeys().filter((key) => key.id !== id),
  users: [...emulator.state.users()],
});

async function rotate({ address }: Provisioning, resource: string, more: object = {}) {
  return await grpcCall(address, CredentialManagerService.method.rotateCredential, {
    resourceId: { resourceType: 'access_key', resource },
    encryptionConfigs: [reader.config],
    ...more,
  });
}

describe('rotating an access key', () => {
  it('says nothing of a key that could not be looked at', async () => {
    const at = await start();
    at.fault('GET /v1/mgmt/accesskey', { kind: 'status', status: 403 });

    await failureOf(rotate(at, 'K2Full'));

    expect(at.audit).toMatchObject([{ operation: 'rotate', outcome: 'refused', writes: 0 }]);
    expect(at.audit[0]).not.toHaveProperty('before');
  });

  it('gives that key a new secret, for its recipients alone, and leaves all else of it', async () => {
    const at = await start();
    const [before, rest] = [keyOf(at, 'K2Full'), others(at, 'K2Full')];

    const { encryptedData, resourceId } = await rotate(at, 'K2Full');

    const now = keyOf(at, 'K2Full');
    expect(now).toEqual({ ...before, cleartext: now?.cleartext });
    expect(now?.cleartext).not.toBe(before?.cleartext);
    expect(await reader.open(encryptedData[0] ?? { encryptedBytes: Buffer.of() })).toBe(now?.cleartext);
    expect(encryptedData.map(({ name, provider }) => [name, provider])).toEqual([['secret', 'baton/jwk/v1']]);
    expect(resourceId).toMatchObject({ resourceType: 'access_key', resource: 'K2Full' });
    expect(others(at, 'K2Full')).toEqual(rest);
    expect(at.writes()).toEqual([{ endpoint: rotateKey, body: { id: 'K2Full' } }]);
    expect(at.audit).toMatchObject([
      {
        operation: 'rotate',
        resource: 'access_key:K2Full',
        outcome: 'rotated',
        before: { status: 'active' },
        writes: 1,
      },
    ]);
    expect(JSON.stringify([at.audit, at.intents])).not.toContain(now?.cleartext);
  });

  it.each([
    ['K2Off', status.FAILED_PRECONDITION, 'is inactive, and only an active key'],
    ['K2Ended', status.FAILED_PRECONDITION, 'is expired, and only an active key'],
    ['K2Fixed', status.FAILED_PRECONDITION, 'access key K2Fixed is marked as not editable by Descope'],
    ['K2Gone', status.NOT_FOUND, 'there is no access key K2Gone'],
  ])('is refused for the key %s, and nothing is sent', async (id, code, words) => {
    const at = await start();

    const error = await failureOf(rotate(at, id));

    expect(error).toMatchObject({ code, details: expect.stringContaining(words) as string });
    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ operation: 'rotate', outcome: 'refused', writes: 0 }]);
    expect(at.audit[0]).not.toHaveProperty('after'); // the key was looked at once
  });

  it.each([
    ['nobody to receive it', { encryptionConfigs: [] }, 'encryption_configs is empty'],
    ['an unknown provider', { encryptionConfigs: [{ ...reader.config, provider: 'baton/jwe/v1' }] }, 'is not known'],
    ['single sign-on', { credentialOptions: { options: { case: 'sso', value: {} } } }, 'must be random_password'],
    ['no password', { credentialOptions: { options: { case: 'noPassword', value: {} } } }, 'must be random_password'],
    ['no option', { credentialOptions: {} }, 'must be random_password'],
  ])('is refused before anything is asked: %s', async (_what, more, words) => {
    const at = await start();

    const error = await failureOf(rotate(at, 'K2Full', more));

    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining(words) as string });
    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
  });

  it('is refused for what has no credentials, and without --provisioning', async () => {
    const at = await start({ isOff: true });

    expect(await failureOf(rotate(at, 'K2Full'))).toMatchObject({ code: status.FAILED_PRECONDITION });
    await running?.[Symbol.asyncDispose]();
    const other = await start();
    const error = await failureOf(rotate(other, 'x', { resourceId: { resourceType: 'tenant', resource: 'acme' } }));
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
    expect(other.emulator.stats.total).toBe(0);
  });

  it.each([...lostAfterEffect, ...lostBeforeEffect, ['a yes without a secret', noop] as const])(
    'whose answer is lost by %s is no success, is sent once, and says that the new secret is lost',
    async (_what, fault) => {
      const at = await start();
      const rest = others(at, 'K2Full');
      at.fault(rotateKey, fault);

      const error = await failureOf(rotate(at, 'K2Full'));

      expect(error.details).toContain('the old secret may be dead and the new one is lost: rotate the key again');
      expect(at.writes()).toHaveLength(1);
      expect(others(at, 'K2Full')).toEqual(rest);
      expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
      expect(error.details).not.toContain('cleartext');
    },
  );

  it.each(refusedWrites)('that is answered by %i is an error, sent once, and nothing is lost', async (answered) => {
    const at = await start();
    const before = keyOf(at, 'K2Full');
    at.fault(rotateKey, { kind: 'status', status: answered });

    const error = await failureOf(rotate(at, 'K2Full'));

    expect(error.details).not.toContain('is lost');
    expect(at.writes()).toHaveLength(1);
    expect(keyOf(at, 'K2Full')).toEqual(before);
  });

  it('hands the new secret out also when it cannot be read back, since the secret itself shows it', async () => {
    const at = await start();
    const load = 'GET /v1/mgmt/accesskey';
    const rule = at.emulator.faults.add({ match: { endpoint: load, nth: 2 }, fault: { kind: 'status', status: 403 } });

    const { encryptedData } = await rotate(at, 'K2Full');

    expect(rule.fired).toBe(1);
    expect(await reader.open(encryptedData[0] ?? { encryptedBytes: Buffer.of() })).toBe(keyOf(at, 'K2Full')?.cleartext);
  });

  it('plans and sends nothing in a dry run', async () => {
    const at = await start({ dryRun: true });

    expect((await rotate(at, 'K2Full')).encryptedData).toEqual([]);

    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ outcome: 'planned', plan: [{ request: rotateKey, body: { id: 'K2Full' } }] }]);
  });
});

describe('deleting an access key', () => {
  const remove = async ({ address }: Provisioning, resourceType: string, resource: string) =>
    (await grpcCall(address, ResourceManagerService.method.deleteResource, { resourceId: { resourceType, resource } }))
      .annotations;

  it.each([
    ['access_key', 'access_key_secret'],
    ['access_key_secret', 'access_key'],
  ])('deletes it by its resource %s, and says that %s is gone, too', async (type, other) => {
    const at = await start();
    const rest = others(at, 'K2Full');

    const annotations = await remove(at, type, 'K2Full');

    expect(keyOf(at, 'K2Full')).toBeUndefined();
    expect(others(at, 'K2Full')).toEqual(rest);
    expect(at.writes()).toEqual([{ endpoint: deleteKey, body: { id: 'K2Full' } }]);
    expect(annotations.flatMap((one) => anyUnpack(one, ResourceDeletedSchema) ?? [])).toMatchObject([
      { resourceId: { resourceType: other, resource: 'K2Full' } },
    ]);
    expect(at.audit).toMatchObject([{ operation: 'delete', resource: `${type}:K2Full`, outcome: 'deleted' }]);
  });

  it('says of one that is not there that there is none, by the newer call as well', async () => {
    const at = await start();

    const { annotations } = await grpcCall(at.address, ResourceDeleterService.method.deleteResourceV2, {
      resourceId: { resourceType: 'access_key', resource: 'K2Gone' },
    });

    expect(annotations.some((one) => anyIs(one, ResourceDoesNotExistSchema))).toBe(true);
    expect(at.writes()).toEqual([]);
  });

  it.each(lostAfterEffect)('that happened and is answered by %s is found done', async (_what, fault) => {
    const at = await start();
    at.fault(deleteKey, fault);

    await remove(at, 'access_key', 'K2Full');

    expect(at.writes()).toHaveLength(1);
    expect(keyOf(at, 'K2Full')).toBeUndefined();
  });

  it.each([...lostBeforeEffect, ['a yes without an effect', noop] as const])(
    'that is answered by %s each time fails after three tries',
    async (_what, fault) => {
      const at = await start();
      const before = at.state();
      at.fault(deleteKey, fault, Number.POSITIVE_INFINITY);

      await failureOf(remove(at, 'access_key', 'K2Full'));

      expect(at.writes()).toHaveLength(3);
      expect(at.state()).toEqual(before);
      expect(at.audit).toMatchObject([{ outcome: 'failed' }]);
    },
  );
});
