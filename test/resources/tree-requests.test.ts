import { describe, expect, it } from 'vitest';
import { walk } from '../../src/sync/walk.ts';
import type { ModelRequest, Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { connectorOf, createCollector, handWalk } from '../support/walker.ts';

/** 250 users, three pages: most in leaves, some above them, in tenants with or without parents. */
function project(hasParents: boolean): Rows {
  const parents = ['', 'eu', 'eu', 'berlin', 'berlin', 'gone', 'loop'];
  const ids = ['eu', 'berlin', 'paris', 'mitte', 'kreuzberg', 'orphan', 'loop'];
  return {
    tenants: ids.map((id, place) => tenant(id, { parent: hasParents ? (parents[place] ?? '') : '' })),
    roles: [
      role('Editor', { permissionNames: ['write'] }),
      role('Own', { tenantId: 'eu', permissionNames: ['write'] }),
    ],
    permissions: [permission('write')],
    users: Array.from({ length: 250 }, (_, place) => {
      const id = ids[place % ids.length] ?? 'eu';
      const held = [...(place % 3 === 0 ? ['Editor'] : []), ...(id === 'eu' ? ['Own'] : [])];
      return user(`u${String(place).padStart(3, '0')}`, {
        createdTime: 1_600_000_000 + place,
        userTenants: [inTenant(id, ...held)],
      });
    }),
  };
}

async function requestsOf(
  hasParents: boolean,
  tenantRoles: 'all' | 'observed',
  sync: (connector: ReturnType<typeof connectorOf>) => Promise<unknown>,
): Promise<readonly ModelRequest[]> {
  const model = createProject(project(hasParents));
  const connector = connectorOf(model, { tenantRoles, maxDangling: 1_000 });
  await sync(connector);
  const { inheritance } = connector.report('sync-1') ?? {};
  expect((inheritance?.edges ?? 0) > 0).toBe(hasParents);
  connector.close();
  return model.requests;
}

describe.each(['all', 'observed'] as const)('a tree of tenants, with tenant roles "%s"', (tenantRoles) => {
  it.each([
    [
      'as the command line reads',
      (connector: ReturnType<typeof connectorOf>) =>
        walk({ surface: connector, syncId: 'sync-1', sink: createCollector().sink }),
    ],
    ['as a platform reads', (connector: ReturnType<typeof connectorOf>) => handWalk(connector, {})],
    [
      'as a platform reads that asks each binding',
      (connector: ReturnType<typeof connectorOf>) => handWalk(connector, { isTypeScoped: false, pageSize: 7 }),
    ],
  ] as const)('costs no request, %s', async (_how, sync) => {
    const withTree = await requestsOf(true, tenantRoles, sync);
    const without = await requestsOf(false, tenantRoles, sync);

    expect(withTree).toEqual(without);
    const lists = new Set(['allTenants', 'allRoles', 'allPermissions']);
    expect(withTree.filter(({ endpoint }) => lists.has(endpoint))).toHaveLength(3);
    expect(withTree.filter(({ endpoint }) => endpoint === 'searchUsers')).toHaveLength(3);
  });
});
