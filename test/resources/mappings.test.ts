import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { createConnector, type Connector } from '../../src/connector.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { annotationRegistry } from '../../src/model/annotations.ts';
import type { Grant } from '../../src/model/messages.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { inTenant, role, tenant, user } from '../support/project-fixture.ts';
import { ShortLived } from '../support/short-lived.ts';
import { paths, ssoProject, ssoRows, unset } from '../support/sso-project.ts';
import {
  allGrants,
  createCollector,
  getResource,
  idsOf,
  keyOf,
  listResources,
  typeIds,
  type Walked,
} from '../support/walker.ts';

const both = ['sso_configuration', 'idp_group'] as const;

function connectorOf(project: DescopeModel, policy: Partial<SyncPolicy> = {}): Connector {
  return createConnector({ project, policy: { tenantRoles: 'observed', include: both, ...policy } });
}

async function synced(project: DescopeModel, policy: Partial<SyncPolicy> = {}): Promise<Walked> {
  const collector = createCollector();
  await walk({ surface: connectorOf(project, policy), syncId: 'sync-1', sink: collector.sink });
  return collector;
}

/** What a grant's annotations say, without their types. */
function told(grant: Grant): unknown {
  const { annotations = [] } = toJson(GrantSchema, grant, { registry: annotationRegistry }) as {
    annotations?: readonly Record<string, unknown>[];
  };
  return annotations.map(({ '@type': _type, ...rest }) => rest);
}

const mapped = (grants: readonly Grant[]): Record<string, unknown> =>
  Object.fromEntries(
    grants.filter((grant) => JSON.stringify(told(grant)).includes('"via"')).map((grant) => [grant.id, told(grant)]),
  );

const groupEdges = {
  'role:acme/Approver:assigned:idp_group:acme/default_ssoid/g-eng': [
    { sourceId: 'idp_group:acme/default_ssoid/g-eng' },
    { metadata: { via: 'group_mapping', sso_id: 'default_ssoid', priority: 2 } },
  ],
  'role_binding:acme/Editor:assigned:idp_group:acme/default_ssoid/g-eng': [
    { sourceId: 'idp_group:acme/default_ssoid/g-eng' },
    { metadata: { via: 'group_mapping', sso_id: 'default_ssoid', priority: 2 } },
  ],
  'role_binding:acme/Editor:assigned:idp_group:acme/default_ssoid/name:Contractors': [
    { sourceId: 'idp_group:acme/default_ssoid/name:Contractors' },
    { metadata: { via: 'group_mapping', sso_id: 'default_ssoid', priority: 1 } },
  ],
  'role_binding:acme/Editor:assigned:idp_group:acme/partners%2Feu/name:Partners': [
    { sourceId: 'idp_group:acme/partners%2Feu/name:Partners' },
    { metadata: { via: 'group_mapping', sso_id: 'partners/eu' } },
  ],
};
const otherEdges = {
  'role_binding:acme/Viewer:assigned:sso_configuration:acme/default_ssoid': [
    { sourceId: 'sso_configuration:acme/default_ssoid' },
    { metadata: { via: 'default_sso_role', sso_id: 'default_ssoid' } },
  ],
  'role_binding:globex/Viewer:assigned:tenant:globex': [
    { sourceId: 'tenant:globex' },
    { metadata: { via: 'tenant_default_role' } },
  ],
  'role_binding:initech/Viewer:assigned:sso_configuration:initech/default_ssoid': [
    { sourceId: 'sso_configuration:initech/default_ssoid' },
    { metadata: { via: 'default_sso_role', sso_id: 'default_ssoid' } },
  ],
};

describe('what mappings and defaults will give', () => {
  it('is told as grants that pass nothing on and cannot be revoked', async () => {
    const { grants } = await synced(ssoProject());

    expect(mapped(grants)).toEqual({ ...groupEdges, ...otherEdges });
  });

  it('by a name that reads like the id of a group do not give that group anything', async () => {
    const listed = { id: 'name:Contractors', display: 'Others', source: 'scim', ssoId: 'default_ssoid', members: [] };
    const groups = { acme: [listed], '*': [] };

    const { grants } = await synced(ssoProject({}, { [paths.groups]: groups }));

    const givers = idsOf(grants).filter((id) => id.startsWith('role_binding:acme/Editor:assigned:idp_group:'));
    expect(givers).toContain('role_binding:acme/Editor:assigned:idp_group:acme/default_ssoid/name:name:Contractors');
    expect(givers).not.toContain('role_binding:acme/Editor:assigned:idp_group:acme/default_ssoid/name:Contractors');
  });

  it('points at no group where groups are not included, and asks for none', async () => {
    const project = ssoProject();

    const { grants, resources } = await synced(project, { include: ['sso_configuration'] });

    expect(mapped(grants)).toEqual(otherEdges);
    expect(JSON.stringify(grants.map(told))).not.toContain('also_mapped_by');
    expect(project.requests.map(({ endpoint }) => endpoint)).not.toContain(`POST ${paths.groups}`);
    expect(resources.find((one) => keyOf(one) === 'sso_configuration:acme/default_ssoid')?.profile).toMatchObject({
      group_mappings: 4,
    });
  });

  it('is not told where configurations are not included', async () => {
    const { grants, resources } = await synced(ssoProject(), { include: ['idp_group'] });

    expect(mapped(grants)).toEqual({});
    expect(JSON.stringify(grants.map(told))).not.toContain('also_mapped_by');
    expect(resources.map(keyOf)).toContain('idp_group:acme/default_ssoid/name:Contractors');
  });

  it('is a role in a tenant that is listed though nobody holds it, and that confers permissions', async () => {
    const { grants, resources } = await synced(ssoProject());

    const bindings = resources.map(keyOf).filter((key) => key.startsWith('role_binding:'));
    expect(bindings.toSorted()).toEqual([
      'role_binding:acme/Editor',
      'role_binding:acme/Viewer',
      'role_binding:globex/Viewer',
      'role_binding:initech/Viewer',
    ]);
    expect(idsOf(grants)).toEqual(
      expect.arrayContaining([
        'permission:read:granted:role_binding:acme/Viewer',
        'permission:read:granted:role_binding:globex/Viewer',
        'permission:read:granted:role_binding:initech/Viewer',
      ]),
    );
    expect(new Set(idsOf(grants)).size).toBe(grants.length);
    expect(new Set(resources.map(keyOf)).size).toBe(resources.length);
  });

  it('lists nothing twice where every role in a tenant is listed', async () => {
    const { grants, resources } = await synced(ssoProject(), { tenantRoles: 'all' });

    expect(new Set(resources.map(keyOf)).size).toBe(resources.length);
    expect(new Set(idsOf(grants)).size).toBe(grants.length);
    expect(mapped(grants)).toEqual({ ...groupEdges, ...otherEdges });
  });

  it('means the own role of a tenant where the project has one of that name, too', async () => {
    const own = role('Viewer', { tenantId: 'initech' });

    const { grants } = await synced(ssoProject({ roles: [...ssoRows.roles, own] }));

    expect(Object.keys(mapped(grants))).toContain(
      'role:initech/Viewer:assigned:sso_configuration:initech/default_ssoid',
    );
    expect(Object.keys(mapped(grants))).not.toContain(
      'role_binding:initech/Viewer:assigned:sso_configuration:initech/default_ssoid',
    );
  });

  it('finds a role that was renamed by its id', async () => {
    const settings = {
      SSOSettings: [
        { ...unset, saml: { groupsMapping: [{ groups: ['Ops'], role: { id: 'R-3', name: 'Old name' } }] } },
      ],
    };

    const { grants, resources } = await synced(
      ssoProject({}, { [paths.settings]: { initech: settings, '*': { SSOSettings: [] } } }),
    );

    expect(Object.keys(mapped(grants))).toContain(
      'role_binding:initech/Viewer:assigned:idp_group:initech/default_ssoid/name:Ops',
    );
    expect(resources.find((one) => keyOf(one).endsWith('name:Ops'))?.profile).toMatchObject({ unknown_roles: [] });
  });
});

describe('a role that a user holds and that a group will give again', () => {
  it('says by which groups, and is held all the same', async () => {
    const { grants } = await synced(ssoProject());

    const held = grants.filter(({ principal }) => principal?.id?.resourceType === 'user');
    const returning = held.filter((grant) => JSON.stringify(told(grant)).includes('also_mapped_by'));
    expect(Object.fromEntries(returning.map((grant) => [grant.id, told(grant)]))).toEqual({
      'role:acme/Approver:assigned:user:ann': [{ metadata: { also_mapped_by: ['acme/default_ssoid/g-eng'] } }],
      'role_binding:acme/Editor:assigned:user:ann': [{ metadata: { also_mapped_by: ['acme/default_ssoid/g-eng'] } }],
    });
    expect(idsOf(held)).toContain('role_binding:acme/Editor:assigned:user:cleo');
  });

  it('says so when it is asked for alone, with the requests of its tenant only', async () => {
    const project = ssoProject();
    const connector = connectorOf(project);
    await getResource(connector, 'role_binding', 'acme/Editor');

    const grants = await allGrants(connector, 'role_binding', 'acme/Editor');

    expect(grants.map((grant) => [grant.id, told(grant)])).toEqual([
      ['role_binding:acme/Editor:assigned:user:ann', [{ metadata: { also_mapped_by: ['acme/default_ssoid/g-eng'] } }]],
      ['role_binding:acme/Editor:assigned:user:cleo', []],
      ...Object.entries(groupEdges).filter(([id]) => id.startsWith('role_binding')),
    ]);
    const asked = project.requests.filter(({ endpoint, id }) => endpoint.includes('/') && id !== 'acme');
    expect(asked).toEqual([]);
  });
});

describe('mappings that are expanded', () => {
  const rows = {
    ...ssoRows,
    tenants: [
      ...ssoRows.tenants,
      tenant('acme-eu', { name: 'Acme EU', parent: 'acme' }),
      tenant('acme-us', { name: 'Acme US', parent: 'acme', roleInheritance: 'none' }),
    ],
    roles: [...ssoRows.roles, role('Editor', { tenantId: 'acme-us' })],
    users: [user('ann'), user('bob')],
  };
  const below = (grants: readonly Grant[]): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(mapped(grants)).filter(([id]) => /acme-(?:eu|us)/.test(id.split(':assigned:')[0] ?? '')),
    );

  it('pass roles on to the members of groups, and on to tenants below', async () => {
    const { grants, resources } = await synced(ssoProject(rows), { expandMappings: true, inheritance: 'child' });

    expect(mapped(grants)['role_binding:acme/Editor:assigned:idp_group:acme/default_ssoid/g-eng']).toEqual([
      {
        entitlementIds: ['idp_group:acme/default_ssoid/g-eng:member'],
        shallow: true,
        resourceTypeIds: ['user'],
      },
      { sourceId: 'idp_group:acme/default_ssoid/g-eng' },
      { metadata: { via: 'group_mapping', sso_id: 'default_ssoid', priority: 2 } },
    ]);
    expect(mapped(grants)['role_binding:acme/Viewer:assigned:sso_configuration:acme/default_ssoid']).toEqual(
      otherEdges['role_binding:acme/Viewer:assigned:sso_configuration:acme/default_ssoid'],
    );
    expect(Object.keys(below(grants)).toSorted()).toEqual([
      'role_binding:acme-eu/Editor:assigned:idp_group:acme/default_ssoid/g-eng',
      'role_binding:acme-eu/Editor:assigned:idp_group:acme/default_ssoid/name:Contractors',
      'role_binding:acme-eu/Editor:assigned:idp_group:acme/partners%2Feu/name:Partners',
      'role_binding:acme-eu/acme/Approver:assigned:idp_group:acme/default_ssoid/g-eng',
    ]);
    expect(below(grants)['role_binding:acme-eu/acme/Approver:assigned:idp_group:acme/default_ssoid/g-eng']).toEqual([
      expect.objectContaining({ entitlementIds: ['idp_group:acme/default_ssoid/g-eng:member'] }),
      { sourceId: 'idp_group:acme/default_ssoid/g-eng' },
      {
        metadata: {
          via: 'group_mapping',
          sso_id: 'default_ssoid',
          priority: 2,
          inherited_from: 'acme',
          certainty: 'derived',
        },
      },
    ]);
    expect(resources.map(keyOf)).toEqual(
      expect.arrayContaining(['role_binding:acme-eu/Editor', 'role_binding:acme-eu/acme/Approver']),
    );
    expect(idsOf(grants)).toContain('permission:approve:granted:role_binding:acme-eu/acme/Approver');
    expect(new Set(resources.map(keyOf)).size).toBe(resources.length);
    expect(new Set(idsOf(grants)).size).toBe(grants.length);
  });

  it('say how sure that is', async () => {
    const { grants } = await synced(ssoProject(rows), { expandMappings: true });

    expect(below(grants)['role_binding:acme-us//Editor:assigned:idp_group:acme/default_ssoid/g-eng']).toContainEqual({
      metadata: expect.objectContaining({
        via: 'group_mapping',
        inherited_from: 'acme',
        certainty: 'uncertain',
        reason: 'parent-governs',
      }) as unknown,
    });
  });

  it('are not passed on as long as nobody asks for it', async () => {
    const { grants } = await synced(ssoProject(rows));

    expect(below(grants)).toEqual({});
    expect(JSON.stringify(Object.values(mapped(grants)))).not.toContain('entitlementIds');
  });

  it('are found one by one', async () => {
    const connector = connectorOf(ssoProject(rows), { expandMappings: true });

    await getResource(connector, 'role_binding', 'acme-eu/acme/Approver');
    expect(idsOf(await allGrants(connector, 'role_binding', 'acme-eu/acme/Approver'))).toEqual([
      'role_binding:acme-eu/acme/Approver:assigned:idp_group:acme/default_ssoid/g-eng',
    ]);
    await expect(
      getResource(connectorOf(ssoProject(rows)), 'role_binding', 'acme-eu/acme/Approver'),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('a server that is replaced all the time, and reads tenants one by one', () => {
  const many = {
    ...ssoRows,
    tenants: [
      ...ssoRows.tenants,
      ...Array.from({ length: 40 }, (_, place) => tenant(`t${place + 10}`, { parent: 'acme' })),
    ],
    users: [
      ...ssoRows.users,
      ...Array.from({ length: 1_400 }, (_, place) =>
        user(`u${place}`, {
          createdTime: 1_600_000_000 + place,
          userTenants: [inTenant(`t${(place % 40) + 10}`, 'Viewer')],
        }),
      ),
    ],
  };
  const order = [...typeIds, ...both];

  it.each([
    [1, 0, 'observed', false],
    [1, 30, 'all', false],
    [2, 0, 'observed', true],
  ] as const)(
    'every %i calls (page size %i, %s, expanded %s): tells the very same',
    async (life, pageSize, tenantRoles, expandMappings) => {
      const policy = { tenantRoles, expandMappings, inheritance: 'none' } as const;
      const whole = await synced(ssoProject(many), policy);
      const caller = new ShortLived(
        () => {
          const connector = connectorOf(ssoProject(many), policy);
          return { surface: connector, end: () => connector.close() };
        },
        () => life,
      );

      const { resources, grants } = await caller.sync(pageSize, order);

      expect(new Set(resources.map(keyOf))).toEqual(new Set(whole.resources.map(keyOf)));
      expect(new Map(grants.map((grant) => [grant.id, told(grant)]))).toEqual(
        new Map(whole.grants.map((grant) => [grant.id, told(grant)])),
      );
    },
  );

  it('reads the tenants from the one at which the page token stands on, and none before', async () => {
    const project = ssoProject(many);
    const first = connectorOf(project);
    const page = await listResources(first, 'idp_group', { pageSize: 4 });
    first.close();
    const before = project.requests.length;

    const second = connectorOf(project);
    const rest = await (
      await import('../support/walker.ts')
    ).listResources(second, 'idp_group', {
      pageToken: page.nextPageToken,
    });

    expect(idsOf([...page.list, ...rest.list])).toEqual([
      'acme/default_ssoid/g-eng',
      'acme/default_ssoid/g-old',
      'acme/default_ssoid/g-ops',
      'acme/default_ssoid/name:Contractors',
      'acme/partners%2Feu/name:Partners',
    ]);
    const asked = project.requests.slice(before).filter(({ endpoint }) => endpoint.includes('/'));
    expect(asked[0]?.id).toBe('acme');
    expect(new Set(asked.map(({ id }) => id)).size).toBeLessThan(40);
  });
});
