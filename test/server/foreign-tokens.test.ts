import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connector.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, usersWith } from '../support/project-fixture.ts';
import { connectorOf, listGrants, type ListPage, listResources } from '../support/walker.ts';

/** Two pages and more of everything that is listed, under a project id. */
function projectCalled(projectId: string): DescopeModel {
  const tenants = Array.from({ length: 30 }, (_, place) => tenant(`t${String(place).padStart(2, '0')}`));
  const roles = Array.from({ length: 30 }, (_, place) =>
    role(`r${String(place).padStart(2, '0')}`, { permissionNames: ['p00'] }),
  );
  const permissions = Array.from({ length: 30 }, (_, place) => permission(`p${String(place).padStart(2, '0')}`));
  const holdings = { roleNames: ['r00'], userTenants: tenants.map(({ id }) => inTenant(id, 'r00')) };
  return Object.assign(createProject({ users: usersWith(250, holdings), tenants, roles, permissions }), { projectId });
}

type List = (connector: Connector, pageToken: string) => Promise<ListPage<unknown>>;

const listings: readonly (readonly [string, List])[] = [
  ['the users', (connector, pageToken) => listResources(connector, 'user', { pageToken })],
  ['the tenants', (connector, pageToken) => listResources(connector, 'tenant', { pageToken, pageSize: 10 })],
  ['the roles', (connector, pageToken) => listResources(connector, 'role', { pageToken, pageSize: 10 })],
  ['the permissions', (connector, pageToken) => listResources(connector, 'permission', { pageToken, pageSize: 10 })],
  ['the roles in tenants', (connector, pageToken) => listResources(connector, 'role_binding', { pageToken })],
  [
    'the roles in one tenant',
    (connector, pageToken) =>
      listResources(connector, 'role_binding', { pageToken, pageSize: 10, parentTenantId: 't00' }),
  ],
  [
    'the grants of a tenant',
    (connector, pageToken) => listGrants(connector, 'tenant', 't00', { pageToken, pageSize: 10 }),
  ],
  ['the grants of a role', (connector, pageToken) => listGrants(connector, 'role', 'r00', { pageToken, pageSize: 10 })],
  [
    'the grants of a permission',
    (connector, pageToken) => listGrants(connector, 'permission', 'p00', { pageToken, pageSize: 10 }),
  ],
  [
    'the grants of a role in a tenant',
    (connector, pageToken) => listGrants(connector, 'role_binding', 't00/r00', { pageToken, pageSize: 10 }),
  ],
  [
    'the grants of all roles in tenants',
    (connector, pageToken) => listGrants(connector, 'role_binding', undefined, { pageToken }),
  ],
];

describe.each(listings)('a page token of %s', (_name, list) => {
  it('is refused in another project before anything is read, and taken in its own by another process', async () => {
    const { nextPageToken } = await list(connectorOf(projectCalled('P2one')), '');
    const other = projectCalled('P2two');
    const same = projectCalled('P2one');

    expect(nextPageToken).not.toBe('');
    await expect(list(connectorOf(other), nextPageToken)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('this project') as string,
    });
    await expect(list(connectorOf(same), nextPageToken)).resolves.toBeDefined();
    expect(other.requests).toEqual([]);
  });
});

it('a page token of the roles in tenants counts under one --tenant-roles only: half a list of each would be neither', async () => {
  const project = projectCalled('P2one');
  const ask = async (tenantRoles: 'all' | 'observed', pageToken: string): Promise<ListPage<unknown>> =>
    await listResources(connectorOf(project, { tenantRoles }), 'role_binding', { pageToken, pageSize: 10 });
  const all = await ask('all', '');
  const observed = await ask('observed', '');

  await expect(ask('observed', all.nextPageToken)).rejects.toMatchObject({ kind: 'invalid' });
  await expect(ask('all', observed.nextPageToken)).rejects.toMatchObject({ kind: 'invalid' });
  await expect(ask('observed', observed.nextPageToken)).resolves.toBeDefined();
});
