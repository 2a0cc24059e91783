import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProjectSeed } from '../../src/emulator/emulator.ts';
import { ResourceManagerService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import {
  company,
  deleteUser,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const deactivateKey = 'POST /v1/mgmt/accesskey/deactivate';
const withKeys = (): ProjectSeed => ({
  ...company(),
  accessKeys: [
    { id: 'K2bobs', name: 'Of Bob', boundUserId: 'U2Bob' },
    { id: 'K2bobs-old', name: 'Of Bob, off', boundUserId: 'U2Bob', status: 'inactive' },
    { id: 'K2adas', name: 'Of Ada', boundUserId: 'U2Ada' },
    { id: 'K2free', name: 'Of nobody' },
  ],
});
const remove = async ({ address }: Provisioning, resource: string): Promise<unknown> =>
  await grpcCall(address, ResourceManagerService.method.deleteResource, {
    resourceId: { resourceType: 'user', resource },
  });

describe('a user with keys', () => {
  it('loses the use of those that are bound and active, then is deleted; other keys stay', async () => {
    const at = await start({ emulator: { project: withKeys() } });

    await remove(at, 'U2Bob');

    expect(at.writes()).toEqual([
      { endpoint: deactivateKey, body: { id: 'K2bobs' } },
      { endpoint: deleteUser, body: { userId: 'U2Bob' } },
    ]);
    const statuses = at.emulator.state.accessKeys().map(({ id, status: word }) => `${id} ${word}`);
    expect(statuses).toEqual(['K2bobs inactive', 'K2bobs-old inactive', 'K2adas active', 'K2free active']);
    expect(at.audit).toMatchObject([{ outcome: 'deleted', before: { keys: ['K2bobs'] }, writes: 2 }]);
  });

  it('is not deleted where a key stays in use, and the error says what was done before', async () => {
    const at = await start({ emulator: { project: withKeys() } });
    at.fault(deleteUser, { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);

    const error = await failureOf(remove(at, 'U2Bob'));

    expect(error.details).toContain('done before that, and not undone: deactivate access key K2bobs');
    expect(at.emulator.state.user('U2Bob')).toBeDefined();
  });

  it('is not deleted where a key cannot be switched off', async () => {
    const at = await start({ emulator: { project: withKeys() } });
    at.fault(deactivateKey, { kind: 'status', status: 403 }, Number.POSITIVE_INFINITY);

    expect((await failureOf(remove(at, 'U2Bob'))).code).toBe(status.PERMISSION_DENIED);

    expect(at.emulator.state.user('U2Bob')).toBeDefined();
    expect(at.writes()).toHaveLength(1);
  });
});

describe('a user who rules over others', () => {
  const ruling: readonly (readonly [string, (at: Provisioning) => unknown, string])[] = [
    [
      'by Impersonate',
      ({ emulator: { state } }) => state.grantRole('U2Cleo', 'Support'),
      'Support in the whole project',
    ],
    [
      'by Tenant Admin in a tenant',
      ({ emulator: { state } }) => state.grantRole('U2Cleo', 'Tenant Admin', 'acme'),
      'Tenant Admin in tenant acme',
    ],
  ];
  const project = (): ProjectSeed => ({
    ...company(),
    permissions: [{ name: 'read' }, { name: 'write' }, { name: 'Impersonate', systemDefault: true }],
    roles: [
      ...(company().roles ?? []),
      { name: 'Support', permissionNames: ['Impersonate'] },
      { name: 'Tenant Admin' },
    ],
  });

  it.each(ruling)('%s is not deleted, and the error says why and how', async (_by, give, words) => {
    const at = await start({ emulator: { project: project() } });
    give(at);

    const error = await failureOf(remove(at, 'U2Cleo'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain(words);
    expect(error.details).toContain('--allow-privileged-delete');
    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ outcome: 'refused' }]);
  });

  it.each(ruling)('%s is deleted with --allow-privileged-delete', async (_by, give) => {
    const at = await start({ emulator: { project: project() }, allowPrivilegedDelete: true });
    give(at);

    await remove(at, 'U2Cleo');

    expect(at.emulator.state.user('U2Cleo')).toBeUndefined();
  });

  it('is told from one who holds a role of another name', async () => {
    const at = await start({ emulator: { project: project() } });

    await remove(at, 'U2Bob');

    expect(at.emulator.state.user('U2Bob')).toBeUndefined();
  });
});
