import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireKey {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly roleNames: readonly string[];
  readonly keyTenants: readonly { tenantId: string; tenantName: string; roleNames: readonly string[] }[];
}

async function keysOf(client: Client, body: object = {}): Promise<readonly WireKey[]> {
  return (await client.call<{ keys: readonly WireKey[] }>('/v1/mgmt/accesskey/search', body)).keys;
}

const search = async (client: Client, body: object): Promise<string[]> =>
  (await keysOf(client, body)).map(({ name }) => name);

describe('access keys', () => {
  it('are all found by an empty search, in order of creation', async () => {
    await using client = await startClient({ users: 1 });

    expect(await search(client, {})).toEqual([
      'Acme CI',
      'Nightly export',
      'Old warehouse scanner',
      'Paused migration',
      "Ada's scripts",
      'Stock sync',
      'Stock sync',
      'SCIM of Initech',
      'Partner feed',
      "Milton's stapler",
      'SCIM of contractors',
      'SCIM of Lumière',
    ]);
  });

  it('carry every field of the contract', async () => {
    await using client = await startClient({ users: 1 });
    const [key] = await keysOf(client);

    expect(key).toEqual({
      id: 'K2SampleKeySampleKeySampleK1',
      name: 'Acme CI',
      roleNames: [],
      keyTenants: [{ tenantId: 'acme', tenantName: 'Acme', roleNames: ['Approver'] }],
      status: 'active',
      createdTime: 1_641_196_800,
      expireTime: 0,
      createdBy: 'K2EmulatorManagementKey00000',
      clientId: 'client-K2SampleKeySampleKeySampleK1',
      boundUserId: '',
      customClaims: {},
      editable: true,
      description: 'Posts invoices from the build',
      permittedIps: ['192.0.2.0/24'],
      customAttributes: {},
    });
    expect(await client.call(`/v1/mgmt/accesskey?id=${key?.id}`)).toEqual({ key });
  });

  it.each([
    [{ tenantIds: ['acme', 'hooli'] }, ['Acme CI', 'Stock sync']],
    [{ text: 'INVOICES' }, ['Acme CI']],
    [{ boundUserId: adaLovelace.userId }, ["Ada's scripts"]],
    [{ creatingUser: adaLovelace.userId }, ["Ada's scripts"]],
    [{ customAttributes: { team: 'logistics' } }, ['Stock sync']],
    [{ tenantIds: ['nowhere'] }, []],
  ])('are filtered by %j', async (body, names) => {
    await using client = await startClient({ users: 1 });

    expect(await search(client, body)).toEqual(names);
  });

  it('refuse fields they do not know, a missing id and an unknown one', async () => {
    await using client = await startClient({ users: 1 });
    const statusOf = async (method: string, path: string, body?: object): Promise<number> =>
      (await client.send(method, path, body)).status;

    expect(await statusOf('POST', '/v1/mgmt/accesskey/search', { limit: 100 })).toBe(400);
    expect(await statusOf('GET', '/v1/mgmt/accesskey')).toBe(400);
    expect(await statusOf('GET', '/v1/mgmt/accesskey?id=K1')).toBe(404);
  });

  it('show an expired key as it was set, or as expired when switched', async () => {
    const statusOf = async (expiredKeyStatus: 'as-set' | 'expired'): Promise<unknown> => {
      await using client = await startClient({ users: 1, switches: { expiredKeyStatus } });
      return (await keysOf(client, { text: 'scanner' }))[0]?.status;
    };

    expect(await statusOf('as-set')).toBe('active');
    expect(await statusOf('expired')).toBe('expired');
  });

  it('follow roles that are renamed or deleted, and tenants that go', async () => {
    await using client = await startClient({ users: 1 });

    await client.call('/v1/mgmt/role/update', { name: 'Viewer', newName: 'Reader' });
    await client.call('/v1/mgmt/role/delete', { name: 'Warehouse Lead', tenantId: 'northwind-freight' });
    await client.call('/v1/mgmt/tenant/delete', { id: 'hooli' });
    const [, second] = await keysOf(client, { text: 'stock sync' });

    expect(second?.keyTenants).toMatchObject([{ tenantId: 'northwind-freight', roleNames: ['Reader'] }]);
    expect((await keysOf(client, { text: 'scanner' }))[0]?.roleNames).toEqual(['Reader']);
  });

  it('keep the names of deleted roles and tenants when switched', async () => {
    await using client = await startClient({
      users: 1,
      switches: { roleDeletion: 'dangle', tenantDeletion: 'dangle' },
    });

    await client.call('/v1/mgmt/role/delete', { name: 'Auditor' });
    await client.call('/v1/mgmt/tenant/delete', { id: 'hooli' });

    expect(await keysOf(client, { text: 'Nightly' })).toMatchObject([{ roleNames: ['Auditor'] }]);
    expect((await keysOf(client, { tenantIds: ['hooli'] }))[0]?.keyTenants).toMatchObject([
      { tenantId: 'northwind-freight' },
      { tenantId: 'hooli', tenantName: '' },
    ]);
  });

  it('are seeded and changed by a test', async () => {
    await using client = await startClient({
      project: { accessKeys: [{ id: 'K1', name: 'one', extra: { status: 'unheard-of' } }] },
    });
    const { state } = client.emulator;

    state.putAccessKey({ id: 'K1', description: 'changed' });
    const added = state.putAccessKey({ name: 'two' });

    expect(await keysOf(client)).toMatchObject([
      { id: 'K1', name: 'one', description: 'changed', status: 'unheard-of' },
      { id: added.id, name: 'two', status: 'active' },
    ]);
    expect(state.deleteAccessKey('K1')).toBe(true);
    expect(state.accessKeys()).toEqual([added]);
  });
});
