import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import type { Switches } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';
import type { Client } from './support.ts';

const add = '/v1/mgmt/user/update/role/add';
const addV2 = '/v2/mgmt/user/update/role/add';
const remove = '/v1/mgmt/user/update/role/remove';
const join = '/v1/mgmt/user/update/tenant/add';
const leave = '/v1/mgmt/user/update/tenant/remove';
const loginId = adaLovelace.userId;

const start = (switches: Partial<Switches> = {}): Promise<Client> => startClient({ users: 60, switches });
const status = async (client: Client, path: string, body: unknown): Promise<number> =>
  (await client.send('POST', path, body)).status;
const access = async (client: Client): Promise<Record<string, readonly string[]>> => {
  const ada = await client.load(loginId);
  return Object.fromEntries([['', ada.roleNames], ...ada.userTenants.map((one) => [one.tenantId, one.roleNames])]);
};

describe('role and membership changes', () => {
  it('refuses a role in a tenant to a non-member on v1, and changes nothing', async () => {
    await using client = await start();

    expect(await status(client, add, { loginId, tenantId: 'lumiere', roleNames: ['Editor'] })).toBe(400);
    expect(await access(client)).toEqual({ '': [], acme: ['Editor'] });
  });

  it('makes the membership on v2', async () => {
    await using client = await start();

    expect(await status(client, addV2, { loginId, tenantId: 'lumiere', roleNames: ['Editor'] })).toBe(200);
    expect(await access(client)).toEqual({ '': [], acme: ['Editor'], lumiere: ['Editor'] });
  });

  it('takes a repeated addition and the removal of an absent role as success', async () => {
    await using client = await start();

    expect(await status(client, add, { loginId, tenantId: 'acme', roleNames: ['Editor'] })).toBe(200);
    expect(await status(client, remove, { loginId, tenantId: 'acme', roleNames: ['Viewer'] })).toBe(200);
    expect(await status(client, join, { loginId, tenantId: 'acme' })).toBe(200);
    expect(await status(client, leave, { loginId, tenantId: 'lumiere' })).toBe(200);
    expect(await access(client)).toEqual({ '': [], acme: ['Editor'] });
  });

  it('drops the roles of a tenant with the membership, and does not bring them back', async () => {
    await using client = await start();

    await client.call(leave, { loginId, tenantId: 'acme' });
    expect(await access(client)).toEqual({ '': [] });
    await client.call(join, { loginId, tenantId: 'acme' });
    expect(await access(client)).toEqual({ '': [], acme: [] });
  });

  it('keeps project-wide and tenant roles of one name apart', async () => {
    await using client = await start();

    await client.call(add, { loginId, roleNames: ['Editor'] });
    await client.call(remove, { loginId, tenantId: 'acme', roleNames: ['Editor'] });

    expect(await access(client)).toEqual({ '': ['Editor'], acme: [] });
  });

  it.each([
    ['an unknown role', { loginId, roleNames: ['Nope'] }, 400],
    ['a tenant role project-wide', { loginId, roleNames: ['Approver'] }, 400],
    ['a role of another tenant', { loginId, tenantId: 'acme', roleNames: ['Warehouse Lead'] }, 400],
    ['an unknown tenant', { loginId, tenantId: 'nope', roleNames: ['Editor'] }, 400],
    ['an unknown user', { loginId: 'nobody', roleNames: ['Editor'] }, 404],
    ['no role', { loginId, roleNames: [] }, 400],
    ['an unknown field', { loginId, roleNames: ['Editor'], scope: 'all' }, 400],
    ['one bad name among good ones', { loginId, roleNames: ['Viewer', 'Nope'] }, 400],
  ])('refuses %s and applies nothing', async (_, body, expected) => {
    await using client = await start();

    expect(await status(client, add, body)).toBe(expected);
    expect(await access(client)).toEqual({ '': [], acme: ['Editor'] });
  });

  it('replaces the roles of one scope only with set', async () => {
    await using client = await start();

    await client.call('/v1/mgmt/user/update/role/set', {
      loginId,
      tenantId: 'acme',
      roleNames: ['Viewer', 'Approver'],
    });

    expect(await access(client)).toEqual({ '': [], acme: ['Viewer', 'Approver'] });
  });

  it('lets a role name that no role has be removed from its holder', async () => {
    await using client = await start();
    const { userId } = client.emulator.state.userAt(11);

    await client.call(remove, { loginId: userId, roleNames: ['Legacy Auditor'] });

    expect((await client.load(userId)).roleNames).toEqual([]);
  });

  it('shows a change in the answer, by load and in a search alike', async () => {
    await using client = await start();

    const answer = await client.call<{ user: unknown }>(add, {
      identifier: adaLovelace.loginId,
      roleNames: ['Auditor'],
    });

    expect(answer.user).toEqual(await client.load(loginId));
    expect((await client.search({ userIds: [loginId] })).users).toEqual([answer.user]);
  });
});

describe('switches about changes', () => {
  it.each<[Partial<Switches>, string, object, number]>([
    [{ v1RoleAddNonMember: 'join' }, add, { loginId, tenantId: 'lumiere', roleNames: ['Editor'] }, 200],
    [{ v2RoleAddNonMember: 'reject' }, addV2, { loginId, tenantId: 'lumiere', roleNames: ['Editor'] }, 400],
    [{ repeatedChange: 'reject' }, add, { loginId, tenantId: 'acme', roleNames: ['Editor'] }, 400],
    [{ repeatedChange: 'reject' }, remove, { loginId, roleNames: ['Editor'] }, 400],
    [{ repeatedChange: 'reject' }, join, { loginId, tenantId: 'acme' }, 400],
    [{ repeatedChange: 'reject' }, leave, { loginId, tenantId: 'lumiere' }, 400],
    [{ unknownRoleStatus: 404 }, add, { loginId, roleNames: ['Nope'] }, 404],
    [{ unknownTenantStatus: 422 }, join, { loginId, tenantId: 'nope' }, 422],
    [{ unknownUserStatus: 400 }, join, { loginId: 'nobody', tenantId: 'acme' }, 400],
    [{ unknownFields: 'accept' }, add, { loginId, roleNames: ['Editor'], novel: 1 }, 200],
  ])('%j makes %s answer otherwise', async (switches, path, body, expected) => {
    await using client = await start(switches);

    expect(await status(client, path, body)).toBe(expected);
  });

  it('partial applies the good names and still refuses', async () => {
    await using client = await start({ severalRoles: 'partial' });

    expect(await status(client, add, { loginId, roleNames: ['Viewer', 'Nope'] })).toBe(400);
    expect((await access(client))['']).toEqual(['Viewer']);
  });

  it('defaultRoles lets a membership bring roles along', async () => {
    await using client = await start({ defaultRoles: 'on' });
    await client.call(leave, { loginId, tenantId: 'acme' });

    await client.call(join, { loginId, tenantId: 'acme' });

    expect(await access(client)).toEqual({ '': [], acme: ['Viewer'] });
  });

  it('removeDanglingRole can refuse', async () => {
    await using client = await start({ removeDanglingRole: 'reject' });
    const { userId } = client.emulator.state.userAt(11);

    expect(await status(client, remove, { loginId: userId, roleNames: ['Legacy Auditor'] })).toBe(400);
  });

  it('roleCollision decides whose permissions a shared name brings', async () => {
    const permissions = async (roleCollision: 'tenant' | 'project'): Promise<unknown> => {
      await using client = await start({ roleCollision });
      client.emulator.state.grantRole(loginId, 'Auditor', 'initech');
      return (await client.load(loginId)).userTenants.find((one) => one.tenantId === 'initech')?.permissions;
    };

    expect(await permissions('tenant')).toEqual(['customers.read']);
    expect(await permissions('project')).toEqual(['invoices.read', 'reports.view']);
  });
});

describe('users coming and going', () => {
  it('creates users, refuses a login id in use, and deletes by either id', async () => {
    await using client = await start();

    const created = await client.call<{ user: { userId: string } }>('/v1/mgmt/user/create', {
      loginId: 'new@acme.example',
      status: 'enabled',
      userTenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }],
    });
    expect(created).toMatchObject({ created: true, user: { status: 'enabled' } });
    expect(await status(client, '/v1/mgmt/user/create', { loginId: 'new@acme.example' })).toBe(400);
    expect((await client.search({ withTestUser: true })).total).toBe(61);

    expect(await status(client, '/v1/mgmt/user/delete', { userId: created.user.userId })).toBe(200);
    expect(await status(client, '/v1/mgmt/user/delete', { loginId: 'new@acme.example' })).toBe(404);
    expect((await client.search({ withTestUser: true })).total).toBe(60);
  });

  it('invites: creates who is not there, and sends a message each time', async () => {
    await using client = await start();
    const invite = { loginId: 'new@acme.example', email: 'new@acme.example', invite: true };
    const created = await client.call<{ user: { userId: string } }>('/v1/mgmt/user/create', invite);
    expect(created).toMatchObject({ user: { status: 'invited' } });
    expect(Object.keys(created)).toEqual(['user']);

    await client.call('/v1/mgmt/user/create', invite);
    const again = { loginId: created.user.userId, invite: true };
    expect(await client.call('/v1/mgmt/user/create', again)).toMatchObject({ user: { userId: created.user.userId } });
    expect(await status(client, '/v1/mgmt/user/create', { loginId: 'no address', invite: true })).toBe(400);
    expect(client.emulator.state.invitations()).toMatchObject([
      { userId: created.user.userId },
      { userId: created.user.userId },
      { userId: created.user.userId },
    ]);
  });

  it('lets invited users expire where it is switched on, until they are invited again', async () => {
    let nowMs = Date.UTC(2026, 5, 1);
    await using client = await startClient({ users: 60, switches: { invitedExpireSeconds: 3_600 }, now: () => nowMs });
    const create = '/v1/mgmt/user/create';
    const invite = { loginId: 'new@acme.example', email: 'new@acme.example', invite: true };
    const { user } = await client.call<{ user: { userId: string } }>(create, invite);
    const statusNow = async (): Promise<unknown> => (await client.load('new@acme.example')).status;

    nowMs += 3_599_000;
    expect(await statusNow()).toBe('invited');
    nowMs += 1_000;
    expect(await statusNow()).toBe('expired');
    expect(() => client.emulator.state.signIn({ user: 'new@acme.example', tenantId: 'lumiere' })).toThrow('is expired');

    await client.call(create, { loginId: user.userId, invite: true });
    expect(await statusNow()).toBe('invited');
  });

  it('tells which custom attributes there are, and takes no other', async () => {
    await using client = await start();
    const create = (customAttributes: object): Promise<number> =>
      status(client, '/v1/mgmt/user/create', { loginId: 'new@acme.example', customAttributes });

    const answer = await client.send('GET', '/v1/mgmt/user/customattributes');

    expect(await answer.json()).toMatchObject({
      total: 7,
      data: [{ name: 'department', type: 1 }, {}, {}, {}, {}, {}, {}],
    });
    expect(await create({ shoe: 7 })).toBe(400);
    expect(await create({ department: 'Analysis' })).toBe(200);
  });

  it('createdStatus, existingLoginId and loginIdIsolation change that', async () => {
    await using conflict = await start({ createdStatus: 'invited', existingLoginId: 'conflict' });
    const given = { loginId: 'new@acme.example', status: 'enabled' };
    expect(await conflict.call('/v1/mgmt/user/create', given)).toMatchObject({ user: { status: 'invited' } });
    expect(await status(conflict, '/v1/mgmt/user/create', given)).toBe(409);
    await using returned = await start({ existingLoginId: 'returned' });
    expect(await returned.call('/v1/mgmt/user/create', { loginId: adaLovelace.loginId })).toMatchObject({
      created: false,
    });

    await using client = await start({ loginIdIsolation: 'on' });
    const create = (tenantId: string): Promise<Response> =>
      client.send('POST', '/v1/mgmt/user/create', { loginId: 'x', status: 'enabled', userTenants: [{ tenantId }] });

    expect(await (await create('acme')).json()).toMatchObject({ user: { status: 'enabled' } });
    expect((await create('initech')).status).toBe(200);
    expect((await create('acme')).status).toBe(400);
  });

  it('sets the statuses that can be set, and no other', async () => {
    await using client = await start();

    expect(await status(client, '/v1/mgmt/user/update/status', { loginId, status: 'disabled' })).toBe(200);
    expect(await status(client, '/v1/mgmt/user/update/status', { loginId, status: 'expired' })).toBe(400);
    expect((await client.load(loginId)).status).toBe('disabled');
  });

  it('loads several users, leaving out disabled ones unless asked', async () => {
    await using client = await start();
    const other = client.emulator.state.userAt(1).userId;
    client.emulator.state.updateUser(other, { status: 'disabled' });
    const userIds = [loginId, other, 'U-missing'];

    expect(await client.call('/v1/mgmt/users/load', { userIds })).toMatchObject({ total: 1 });
    expect(await client.call('/v1/mgmt/users/load', { userIds, includeInvalidUsers: true })).toMatchObject({
      total: 2,
    });
  });

  it.each<[Partial<Switches>, object, number, boolean]>([
    [{}, {}, 200, true],
    [{}, { failOnConflict: true }, 409, false],
    [{ contactCollision: 'always-merge' }, { failOnConflict: true }, 200, true],
    [{ contactCollision: 'conflict' }, {}, 409, false],
  ])('an email in use, with %j and %j, answers %i', async (switches, more, expected, merged) => {
    await using client = await start(switches);
    const other = client.emulator.state.userAt(1);

    const body = { loginId, email: other.email, verified: true, ...more };

    expect(await status(client, '/v1/mgmt/user/update/email', body)).toBe(expected);
    expect(client.emulator.state.user(other.userId) === undefined).toBe(merged);
  });
});
