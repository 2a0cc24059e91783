import { describe, expect, it } from 'vitest';
import { adaLovelace, secretCanary } from '../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

interface WireKey extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly status: string;
}

const created = 1_700_000_000;
const everything = {
  id: 'K1',
  name: 'one',
  description: 'first',
  roleNames: ['Viewer'],
  keyTenants: [{ tenantId: 'a', roleNames: ['Viewer', 'Gone'] }],
  customClaims: { scope: 'x' },
  permittedIps: ['192.0.2.1'],
  customAttributes: { team: 'x' },
} as const;

function start(options: EmulatorOptions = {}): Promise<Client> {
  return startClient({
    project: {
      tenants: [{ id: 'a', name: 'A' }, { id: 'b' }],
      roles: [{ name: 'Viewer' }, { name: 'Own', tenantId: 'b' }],
      users: [{ userId: 'U1', loginIds: ['ann'] }],
      accessKeys: [everything],
    },
    now: () => created * 1000,
    ...options,
  });
}

const write = (client: Client, call: string, body: object): Promise<Response> =>
  client.send('POST', `/v1/mgmt/accesskey/${call}`, body);
const update = async (client: Client, body: object): Promise<WireKey> =>
  (await client.call<{ key: WireKey }>('/v1/mgmt/accesskey/update', { id: 'K1', name: 'one', ...body })).key;
const load = async (client: Client, id = 'K1'): Promise<WireKey> =>
  (await client.call<{ key: WireKey }>(`/v1/mgmt/accesskey?id=${id}`)).key;

describe('an update of an access key', () => {
  it('keeps what is left out and what is null', async () => {
    await using client = await start();
    const before = await load(client);
    const nulls = {
      description: null,
      roleNames: null,
      keyTenants: null,
      customClaims: null,
      permittedIps: null,
      customAttributes: null,
    };

    expect(await update(client, {})).toEqual(before);
    expect(await update(client, nulls)).toEqual(before);
    expect(await update(client, { name: 'renamed' })).toEqual({ ...before, name: 'renamed' });
  });

  it('clears what is empty', async () => {
    await using client = await start();
    const empty = {
      description: '',
      roleNames: [],
      keyTenants: [],
      customClaims: {},
      permittedIps: [],
      customAttributes: {},
    };

    expect(await update(client, empty)).toMatchObject(empty);
  });

  it('replaces whole lists, and says the name of each tenant', async () => {
    await using client = await start();
    const keyTenants = [
      { tenantId: 'a', roleNames: ['Gone'] },
      { tenantId: 'b', roleNames: ['Own', 'Viewer'] },
    ];

    expect(await update(client, { keyTenants })).toMatchObject({
      roleNames: ['Viewer'],
      keyTenants: [
        { tenantId: 'a', tenantName: 'A', roleNames: ['Gone'] },
        { tenantId: 'b', tenantName: 'b', roleNames: ['Own', 'Viewer'] },
      ],
    });
  });

  it.each([
    ['a role that the scope lacks', { roleNames: ['Own'] }],
    ['a role that the tenant lacks', { keyTenants: [{ tenantId: 'a', roleNames: ['Own'] }] }],
    ['a tenant that is missing', { keyTenants: [{ tenantId: 'nowhere', roleNames: [] }] }],
    ['an empty name', { name: '' }],
    ['a field that cannot change', { expireTime: 0 }],
  ])('refuses %s, and changes nothing', async (_, body) => {
    await using client = await start();
    const before = await load(client);

    expect((await write(client, 'update', { id: 'K1', name: 'one', ...body })).status).toBe(400);
    expect(await load(client)).toEqual(before);
  });

  it('refuses a missing key, and one that is managed elsewhere unless switched', async () => {
    const statusOf = async (uneditableKeys: 'reject' | 'accept'): Promise<number> => {
      await using client = await start({ switches: { uneditableKeys } });
      client.emulator.state.putAccessKey({ id: 'K1', editable: false });
      return (await write(client, 'update', { id: 'K1', name: 'x' })).status;
    };
    await using client = await start();

    expect((await write(client, 'update', { id: 'K9', name: 'x' })).status).toBe(404);
    expect(await statusOf('reject')).toBe(400);
    expect(await statusOf('accept')).toBe(200);
  });

  it('repeats a name that no role has any more, or is refused for it when switched', async () => {
    const keyTenants = [{ tenantId: 'a', roleNames: ['Gone'] }];
    const statusOf = async (danglingKeyRoles: 'accept' | 'reject'): Promise<number> => {
      await using client = await start({ switches: { danglingKeyRoles } });
      return (await write(client, 'update', { id: 'K1', name: 'one', keyTenants })).status;
    };

    expect(await statusOf('accept')).toBe(200);
    expect(await statusOf('reject')).toBe(400);
  });

  it('holds roles of the project and tenants at once, or is refused for it when switched', async () => {
    await using client = await start({ switches: { keyRolesAndTenants: 'exclusive' } });

    expect((await write(client, 'update', { id: 'K1', name: 'one', roleNames: ['Viewer'] })).status).toBe(400);
    expect(await update(client, { roleNames: [] })).toMatchObject({ roleNames: [] });
  });
});

describe('other writes of access keys', () => {
  it('create a key and rotate it, and show each secret once', async () => {
    await using client = await start();
    const body = { name: 'two', userId: 'ann', expireTime: '1800000000', roleNames: ['Viewer'], description: 'd' };
    const made = await client.call<{ cleartext: string; key: WireKey }>('/v1/mgmt/accesskey/create', body);
    const { id } = made.key;
    const rotated = await client.call<{ cleartext: string }>('/v1/mgmt/accesskey/rotate', { id });

    expect(made.key).toMatchObject({
      name: 'two',
      boundUserId: 'U1',
      expireTime: 1_800_000_000,
      createdTime: created,
      roleNames: ['Viewer'],
      description: 'd',
      status: 'active',
      createdBy: 'K2EmulatorManagementKey00000',
    });
    expect(rotated.cleartext).not.toBe(made.cleartext);
    expect(await load(client, id)).toEqual(made.key);
    expect(JSON.stringify(await load(client, id))).not.toContain('cleartext');
  });

  it('rotate no key that is inactive or expired', async () => {
    await using client = await start();
    client.emulator.state.putAccessKey({ id: 'K2', expireTime: created });
    await write(client, 'deactivate', { id: 'K1' });

    expect((await write(client, 'rotate', { id: 'K1' })).status).toBe(400);
    expect((await write(client, 'rotate', { id: 'K2' })).status).toBe(400);
  });

  it('switch and delete one key, or several and pass over those that are missing', async () => {
    await using client = await start();
    client.emulator.state.putAccessKey({ id: 'K2' });

    await write(client, 'deactivate/batch', { ids: ['K1', 'K9', 'K2'] });
    await write(client, 'activate', { id: 'K2' });
    expect([await load(client), await load(client, 'K2')].map(({ status }) => status)).toEqual(['inactive', 'active']);
    await write(client, 'delete/batch', { ids: ['K1', 'K9'] });
    await write(client, 'delete', { id: 'K2' });
    expect(client.emulator.state.accessKeys()).toEqual([]);
    expect((await write(client, 'delete', { id: 'K2' })).status).toBe(404);
    expect((await write(client, 'delete/batch', {})).status).toBe(400);
  });

  it('take a while to show an activation when switched', async () => {
    let now = created;
    await using client = await start({ now: () => now * 1000, switches: { activationLagSeconds: 65 } });

    await write(client, 'activate', { id: 'K1' });
    expect((await load(client)).status).toBe('inactive');
    now += 65;
    expect((await load(client)).status).toBe('active');
  });
});

describe('secrets of access keys', () => {
  it('are in no list, and a canary in every key when switched', async () => {
    await using client = await startClient({ users: 1 });
    await using telling = await startClient({ users: 1, switches: { keySecrets: 'shown' } });
    const bodyOf = async (from: Client): Promise<string> =>
      JSON.stringify([
        await from.call('/v1/mgmt/accesskey/search', {}),
        await from.call('/v1/mgmt/scim/key?tenantId=initech'),
      ]);

    expect(await bodyOf(client)).not.toContain(secretCanary);
    expect((await bodyOf(telling)).split(secretCanary)).toHaveLength(12 + 2 + 1);
  });
});

describe('SCIM keys', () => {
  const scim = (client: Client, query: string): Promise<{ keys: readonly { key: WireKey; ssoId: string }[] }> =>
    client.call(`/v1/mgmt/scim/key?tenantId=${query}`);

  it('are those of every configuration of a tenant, or of one, and ordinary keys besides', async () => {
    await using client = await startClient({ users: 1 });
    const { keys } = await scim(client, 'initech');

    expect(keys.map(({ key, ssoId }) => [key['name'], ssoId])).toEqual([
      ['SCIM of Initech', 'default_ssoid'],
      ['SCIM of contractors', 'initech-contractors'],
    ]);
    expect(await scim(client, 'initech&ssoId=initech-contractors')).toEqual({ keys: keys.slice(1) });
    expect(await scim(client, 'acme')).toEqual({ keys: [] });
    expect(await load(client, keys[0]?.key.id)).toEqual(keys[0]?.key);
  });

  it('are made and revoked for the default configuration only, unless another is named', async () => {
    await using client = await startClient({ users: 1 });
    const names = async (): Promise<readonly unknown[]> =>
      (await scim(client, 'initech')).keys.map(({ key, ssoId }) => [key['name'], key.status, ssoId]);

    const made = await client.call('/v1/mgmt/scim/key/create', { tenantId: 'initech', name: 'new' });
    expect(made).toMatchObject({ cleartext: expect.any(String), key: { editable: false, expireTime: 0 } });
    await client.call('/v1/mgmt/scim/key/revoke', { tenantId: 'initech', revokeMode: 1 });
    expect(await names()).toEqual([
      ['SCIM of Initech', 'inactive', 'default_ssoid'],
      ['SCIM of contractors', 'active', 'initech-contractors'],
      ['new', 'inactive', 'default_ssoid'],
    ]);
    await client.call('/v1/mgmt/scim/key/rotate', { tenantId: 'initech', ssoId: 'initech-contractors' });
    await client.call('/v1/mgmt/scim/key/revoke', { tenantId: 'initech' });
    expect(await names()).toEqual([['SCIM of initech (initech-contractors)', 'active', 'initech-contractors']]);
  });

  it('are activated by their ids, none of which may belong elsewhere', async () => {
    await using client = await startClient({ users: 1 });
    const [first, second] = (await scim(client, 'initech')).keys.map(({ key }) => key.id);
    const activate = async (keyIds: readonly unknown[]): Promise<number> =>
      (await client.send('POST', '/v1/mgmt/scim/key/activate', { tenantId: 'initech', keyIds })).status;
    await client.call('/v1/mgmt/scim/key/revoke', { tenantId: 'initech', revokeMode: 1 });

    expect(await activate([first, second])).toBe(400);
    expect(await activate([])).toBe(400);
    expect((await load(client, first)).status).toBe('inactive');
    expect(await activate([first])).toBe(200);
    expect((await load(client, first)).status).toBe('active');
  });

  it('refuse a request without a tenant, and one for a tenant that is missing', async () => {
    await using client = await startClient({ users: 1 });

    expect((await client.send('GET', '/v1/mgmt/scim/key')).status).toBe(400);
    expect((await client.send('GET', '/v1/mgmt/scim/key?tenantId=nowhere')).status).toBe(400);
  });

  it.each([
    ['missing', 404],
    ['bad-request', 400],
  ] as const)('are a family that older backends lack when switched: %s', async (scimKeys, status) => {
    await using client = await startClient({ users: 1, switches: { scimKeys } });

    expect((await client.send('GET', '/v1/mgmt/scim/key?tenantId=initech')).status).toBe(status);
  });
});

describe('the sample', () => {
  it('has keys that have ended, that end soon, that are bound to somebody gone, and that are managed elsewhere', async () => {
    const now = Date.UTC(2026, 10, 30, 15) / 1000;
    await using client = await startClient({ users: 1, now: () => now * 1000 });
    const keys = client.emulator.state.accessKeys();
    const names = (test: (key: (typeof keys)[number]) => boolean): string[] =>
      keys.filter(test).map(({ name }) => name);

    expect(names(({ expireTime }) => expireTime > 0 && expireTime < now)).toEqual([
      'Old warehouse scanner',
      'SCIM of contractors',
    ]);
    expect(names(({ expireTime }) => expireTime > now && expireTime < now + 30 * 86_400)).toEqual(['Partner feed']);
    expect(keys.find(({ name }) => name === 'Partner feed')?.expireTime).toBe(Date.UTC(2026, 11, 12) / 1000);
    expect(names(({ boundUserId }) => !['', adaLovelace.userId].includes(boundUserId))).toEqual(["Milton's stapler"]);
    expect(names(({ editable }) => !editable)).toHaveLength(3);
  });
});
