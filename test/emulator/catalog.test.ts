import { describe, expect, it } from 'vitest';
import { adaLovelace } from '../../src/emulator/emulator.ts';
import { startClient } from './support.ts';

interface RoleList {
  readonly roles: readonly { name: string; tenantId: string; id?: string; permissionNames: readonly string[] }[];
}
interface TenantList {
  readonly tenants: readonly { id: string; parent: string; successors: readonly string[] }[];
}

describe('tenants, roles and permissions', () => {
  it('tells parents and direct children', async () => {
    await using client = await startClient({ users: 1 });

    const { tenants } = await client.call<TenantList>('/v1/mgmt/tenant/all');

    expect(tenants.find((tenant) => tenant.id === 'northwind')?.successors).toEqual([
      'northwind-retail',
      'northwind-freight',
      'northwind-foods',
    ]);
    expect(tenants.filter((tenant) => tenant.parent === 'northwind')).toHaveLength(3);
  });

  it('sends one tenant bare, or wrapped when switched', async () => {
    await using bare = await startClient({ users: 1 });
    await using wrapped = await startClient({ users: 1, switches: { wrapping: 'wrapped' } });

    expect(await bare.call('/v1/mgmt/tenant?id=acme')).toMatchObject({ id: 'acme', name: 'Acme' });
    expect(await wrapped.call('/v1/mgmt/tenant?id=acme')).toMatchObject({ tenant: { id: 'acme' } });
  });

  it('clears what a tenant update leaves out, but never the parent', async () => {
    await using client = await startClient({ users: 1 });

    await client.call('/v1/mgmt/tenant/update', { id: 'northwind-retail', name: 'Shops' });

    expect(await client.call('/v1/mgmt/tenant?id=northwind-retail')).toMatchObject({
      name: 'Shops',
      roleInheritance: '',
      parent: 'northwind',
    });
  });

  it('filters tenants and roles', async () => {
    await using client = await startClient({ users: 1 });
    const roles = async (body: object): Promise<string[]> =>
      (await client.call<RoleList>('/v1/mgmt/role/search', body)).roles.map((role) => `${role.tenantId}/${role.name}`);

    const { tenants } = await client.call<TenantList>('/v1/mgmt/tenant/search', { parentTenantId: 'northwind' });

    expect(tenants.map((tenant) => tenant.id)).toEqual(['northwind-retail', 'northwind-freight', 'northwind-foods']);
    expect(await roles({ tenantIds: ['acme'] })).toEqual(['acme/Approver']);
    expect(await roles({ tenantIds: ['acme'], includeProjectRoles: true })).toHaveLength(13);
    expect(await roles({ roleNameLike: 'AUDIT' })).toEqual(['/Auditor', 'initech/Auditor']);
  });

  it('lets a deleted role vanish from its holders, or dangle when switched', async () => {
    const held = async (roleDeletion: 'vanish' | 'dangle'): Promise<unknown> => {
      await using client = await startClient({ users: 10, switches: { roleDeletion } });
      await client.call('/v1/mgmt/role/delete', { name: 'Editor' });
      await client.call('/v1/mgmt/role/create', { name: 'Editor' });
      return (await client.load(adaLovelace.userId)).userTenants[0]?.roleNames;
    };

    expect(await held('vanish')).toEqual([]);
    expect(await held('dangle')).toEqual(['Editor']);
  });

  it('leaves a tenant role alone when the project role of the same name goes', async () => {
    await using client = await startClient({ users: 10 });
    client.emulator.state.grantRole(adaLovelace.userId, 'Auditor', 'initech');
    client.emulator.state.grantRole(adaLovelace.userId, 'Auditor');

    await client.call('/v1/mgmt/role/delete', { name: 'Auditor' });

    expect(await client.load(adaLovelace.userId)).toMatchObject({
      roleNames: [],
      userTenants: [{ tenantId: 'acme' }, { tenantId: 'initech', roleNames: ['Auditor'] }],
    });
  });

  it('lets holders follow a renamed role, and keeps its id', async () => {
    await using client = await startClient({ users: 10 });
    const before = (await client.call<RoleList>('/v1/mgmt/role/all')).roles;
    const id = before.find((role) => role.name === 'Editor')?.id;

    const renamed = await client.call('/v1/mgmt/role/update', {
      id,
      newName: 'Writer',
      permissionNames: ['orders.read'],
    });

    expect(renamed).toMatchObject({ id, name: 'Writer' });
    expect((await client.load(adaLovelace.userId)).userTenants).toMatchObject([
      { roleNames: ['Writer'], permissions: ['orders.read'] },
    ]);
    expect((await client.search({ userIds: [adaLovelace.userId] })).users).toMatchObject([
      { userTenants: [{ roleNames: ['Writer'] }] },
    ]);
  });

  it('shows changed roles, permissions and tenant names in searches that have been made before', async () => {
    await using client = await startClient({ users: 10 });
    const seen = async (): Promise<unknown> =>
      (await client.search({ userIds: [adaLovelace.userId] })).users[0]?.userTenants;
    await client.search();

    await client.call('/v1/mgmt/permission/update', { name: 'customers.edit', newName: 'customers.write' });
    const renamed = await seen();
    await client.call('/v1/mgmt/role/update', { name: 'Editor', permissionNames: ['orders.read'] });
    await client.call('/v1/mgmt/tenant/update', { id: 'acme', name: 'Acme Ltd' });

    expect(renamed).toMatchObject([{ permissions: ['orders.read', 'customers.read', 'customers.write'] }]);
    expect(await seen()).toMatchObject([{ tenantName: 'Acme Ltd', permissions: ['orders.read'] }]);
    for (const user of (await client.search()).users) expect(user).toEqual(await client.load(user.userId));
  });

  it('takes a deleted permission out of the roles that had it', async () => {
    await using client = await startClient({ users: 10 });

    await client.call('/v1/mgmt/permission/delete', { name: 'customers.edit' });

    expect((await client.load(adaLovelace.userId)).userTenants[0]?.permissions).toEqual([
      'orders.read',
      'customers.read',
    ]);
    expect((await client.send('POST', '/v1/mgmt/permission/delete', { name: 'Impersonate' })).status).toBe(400);
  });

  it('ends memberships with the tenant, and with cascade the users who have no other', async () => {
    await using client = await startClient();
    const members = (await client.search({ tenantIds: ['lumiere'], withTestUser: true })).total;
    const elsewhere = [...client.emulator.state.users()].filter(
      (user) => user.tenants.length > 1 && user.tenants.some((one) => one.tenantId === 'lumiere'),
    );

    await client.call('/v1/mgmt/tenant/delete', { id: 'lumiere', cascade: true });

    expect(elsewhere.length).toBeGreaterThan(0);
    expect(client.emulator.state.userCount).toBe(1200 - (members - elsewhere.length));
    expect((await client.load(elsewhere[0]?.userId ?? '')).userTenants).toHaveLength(1);
    expect((await client.search({ tenantIds: ['lumiere'], withTestUser: true })).total).toBe(0);
  });

  it('leaves the ids of roles and permissions out when switched to an older backend', async () => {
    await using client = await startClient({ users: 1, switches: { objectIds: 'absent' } });

    const { roles } = await client.call<RoleList>('/v1/mgmt/role/all');

    expect(roles.some((role) => 'id' in role)).toBe(false);
  });

  it.each([
    ['a tenant name in use', '/v1/mgmt/tenant/create', { name: 'Acme' }],
    ['a role name in use in that scope', '/v1/mgmt/role/create', { name: 'Approver', tenantId: 'acme' }],
    ['a role with an unknown permission', '/v1/mgmt/role/create', { name: 'X', permissionNames: ['nope'] }],
    ['a permission name in use', '/v1/mgmt/permission/create', { name: 'orders.read' }],
    ['a tenant without a name', '/v1/mgmt/tenant/create', {}],
    ['a role named by name and id', '/v1/mgmt/role/delete', { name: 'Editor', id: 'R1' }],
  ])('refuses %s', async (_, path, body) => {
    await using client = await startClient({ users: 1 });

    expect((await client.send('POST', path, body)).status).toBe(400);
  });
});
