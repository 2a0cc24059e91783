import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Connector } from '../src/connector.ts';
import { ConnectorServiceCleanupRequestSchema } from '../src/gen/c1/connector/v2/connector_pb.ts';
import {
  EntitlementsServiceListEntitlementsRequestSchema,
  EntitlementsServiceListStaticEntitlementsRequestSchema,
} from '../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantsServiceListGrantsRequestSchema } from '../src/gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceGetterServiceGetResourceRequestSchema,
  ResourcesServiceListResourcesRequestSchema,
  ResourceTypesServiceListResourceTypesRequestSchema,
} from '../src/gen/c1/connector/v2/resource_pb.ts';
import type { Entitlement } from '../src/model/messages.ts';
import { walk } from '../src/sync/walk.ts';
import type { DescopeModel } from './support/descope-model.ts';
import {
  createProject,
  inTenant,
  plainUsers,
  role,
  smallProject,
  tenant,
  user,
  usersWith,
} from './support/project-fixture.ts';
import { truthOf } from './support/truth.ts';
import {
  allGrants,
  allPages,
  allResources,
  connectorOf,
  createCollector,
  expectEntitlements,
  expectIds,
  expectTruth,
  getResource,
  handWalk,
  idsOf,
  keyOf,
  listGrants,
  listResources,
  typeIds,
} from './support/walker.ts';

const entitledTypeIds = typeIds.filter((typeId) => typeId !== 'user');

async function templateOf(connector: Connector, resourceTypeId: string): Promise<Entitlement[]> {
  return (
    await connector.listStaticEntitlements(
      create(EntitlementsServiceListStaticEntitlementsRequestSchema, { resourceTypeId }),
    )
  ).list;
}

function cleanup(connector: Connector, activeSyncId: string): Promise<unknown> {
  return connector.cleanup(create(ConnectorServiceCleanupRequestSchema, { activeSyncId }));
}

describe('a small project', () => {
  it('is told exactly as the access model says, written out by hand', async () => {
    const collector = createCollector();

    await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink: collector.sink });

    expectIds(idsOf(collector.grants), [
      'tenant:acme:member:user:ann',
      'tenant:globex:member:user:ann',
      'tenant:acme:member:user:bob',
      'tenant:globex:member:user:cleo',
      'tenant:globex:member:tenant:acme',
      'role:Editor:assigned:user:ann',
      'role:Viewer:assigned:user:bob',
      'role:acme/Approver:assigned:user:bob',
      'role:globex/Editor:assigned:user:cleo',
      'role_binding:acme/Editor:assigned:user:ann',
      'role_binding:acme/Editor:assigned:user:bob',
      'role_binding:globex/Viewer:assigned:user:cleo',
      'role_binding:globex//Editor:assigned:role_binding:acme/Editor',
      'role_binding:globex/acme/Approver:assigned:role:acme/Approver',
      'permission:read:granted:role:Editor',
      'permission:write:granted:role:Editor',
      'permission:read:granted:role:Viewer',
      'permission:approve:granted:role:acme/Approver',
      'permission:write:granted:role:globex/Editor',
      'permission:read:granted:role_binding:acme/Editor',
      'permission:write:granted:role_binding:acme/Editor',
      'permission:read:granted:role_binding:globex/Viewer',
      'permission:read:granted:role_binding:globex//Editor',
      'permission:write:granted:role_binding:globex//Editor',
      'permission:approve:granted:role_binding:globex/acme/Approver',
    ]);
    expectIds(collector.resources.map(keyOf), [
      'user:ann',
      'user:bob',
      'user:cleo',
      'user:dan',
      'tenant:acme',
      'tenant:globex',
      'role:Editor',
      'role:Viewer',
      'role:acme/Approver',
      'role:globex/Editor',
      'permission:read',
      'permission:write',
      'permission:approve',
      'role_binding:acme/Editor',
      'role_binding:acme/Viewer',
      'role_binding:globex/Viewer',
      'role_binding:globex//Editor',
      'role_binding:globex/acme/Approver',
    ]);
  });

  it.each(['all', 'observed'] as const)(
    'agrees with the independent truth, with tenant roles "%s"',
    async (tenantRoles) => {
      const collector = createCollector();

      await walk({
        surface: connectorOf(createProject(smallProject()), { tenantRoles }),
        syncId: 'sync-1',
        sink: collector.sink,
      });

      expectTruth(collector, truthOf(smallProject(), tenantRoles));
      expectEntitlements(collector.entitlements, truthOf(smallProject(), tenantRoles));
    },
  );

  it('costs one request for the users, one that looks behind them, and one for each list', async () => {
    const project = createProject(smallProject());

    await handWalk(connectorOf(project));

    expect(project.requests.map(({ endpoint }) => endpoint).toSorted()).toEqual([
      'allPermissions',
      'allRoles',
      'allTenants',
      'searchUsers',
      'searchUsers',
    ]);
  });

  it('gives the same grants of bindings for the whole type and one by one', async () => {
    const connector = connectorOf(createProject(smallProject()));
    const bindings = await allResources(connector, 'role_binding');

    const whole = await allGrants(connector, 'role_binding', undefined);
    const single = await Promise.all(bindings.map(({ id }) => allGrants(connector, 'role_binding', id?.resource)));

    expect(single.flat().toSorted((left, right) => (left.id < right.id ? -1 : 1))).toEqual(
      whole.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    );
    expect(whole).toHaveLength(5);
  });

  it.each(['user', 'role', 'permission', 'role_binding', 'nonsense'])(
    'tells by the marker, never by the id, that a whole type is meant: a binding named "%s" is none',
    async (id) => {
      const connector = connectorOf(createProject(smallProject()));

      const { list } = await listGrants(connector, 'role_binding', id);

      expect(list).toEqual([]);
    },
  );

  it.each(entitledTypeIds)('gives the entitlements of each %s as its template makes them', async (typeId) => {
    const connector = connectorOf(createProject(smallProject()));
    const [template] = await templateOf(connector, typeId);
    const resources = await allResources(connector, typeId);

    for (const resource of resources) {
      const { list } = await connector.listEntitlements(
        create(EntitlementsServiceListEntitlementsRequestSchema, { resource }),
      );
      const [entitlement] = list;
      expect(list).toHaveLength(1);
      expect(entitlement).toMatchObject({
        id: `${typeId}:${resource.id?.resource}:${template?.slug}`,
        slug: template?.slug,
        displayName: template?.displayName,
        description: template?.description,
        purpose: template?.purpose,
        grantableTo: template?.grantableTo,
        annotations: template?.annotations,
        resource: { id: resource.id, displayName: resource.displayName },
      });
      expect(entitlement?.resource?.parentResourceId).toEqual(resource.parentResourceId);
    }

    expect(resources.length).toBeGreaterThan(1);
  });

  it('offers nothing on users', async () => {
    const connector = connectorOf(createProject(smallProject()));

    const entitlements = await connector.listEntitlements(
      create(EntitlementsServiceListEntitlementsRequestSchema, {
        resource: { id: { resourceType: 'user', resource: 'ann' } },
      }),
    );

    expect(entitlements.list).toEqual([]);
    expect(await templateOf(connector, 'user')).toEqual([]);
    expect((await listGrants(connector, 'user', 'ann')).list).toEqual([]);
  });

  it.each([
    { typeId: 'user', parent: 'acme', expected: [] },
    { typeId: 'permission', parent: 'acme', expected: [] },
    { typeId: 'tenant', parent: 'acme', expected: ['globex'] },
    { typeId: 'tenant', parent: 'globex', expected: [] },
    { typeId: 'role', parent: 'acme', expected: ['acme/Approver'] },
    { typeId: 'role_binding', parent: 'acme', expected: ['acme/Editor', 'acme/Viewer'] },
    { typeId: 'role_binding', parent: 'globex', expected: ['globex/Viewer', 'globex/acme/Approver', 'globex//Editor'] },
    { typeId: 'role_binding', parent: 'unknown', expected: [] },
  ])('lists beneath tenant $parent only its own rows of $typeId', async ({ typeId, parent, expected }) => {
    const connector = connectorOf(createProject(smallProject()));

    const resources = await allResources(connector, typeId, { parentTenantId: parent, pageSize: 1 });

    expect(idsOf(resources)).toEqual(expected);
  });

  it('lists only held bindings beneath a tenant when observed ones were asked for', async () => {
    const connector = connectorOf(createProject(smallProject()), { tenantRoles: 'observed' });

    const resources = await allResources(connector, 'role_binding', { parentTenantId: 'acme', pageSize: 1 });

    expect(idsOf(resources)).toEqual(['acme/Editor']);
  });

  it('lists nothing beneath a parent that is no tenant', async () => {
    const connector = connectorOf(createProject(smallProject()));

    const request = create(ResourcesServiceListResourcesRequestSchema, {
      resourceTypeId: 'role',
      parentResourceId: { resourceType: 'role', resource: 'Editor' },
    });

    expect((await connector.listResources(request)).list).toEqual([]);
  });

  it.each(['tenant', 'role', 'permission', 'role_binding', 'user'] as const)(
    'answers an empty page, never an error, for the grants of a %s that does not exist',
    async (typeId) => {
      const connector = connectorOf(createProject(smallProject()));

      for (const id of ['gone', 'acme/gone', 'gone/Editor', 'a/b/c', '%', '/', 'globex/Editor%', '%2f']) {
        expect((await listGrants(connector, typeId, id)).list).toEqual([]);
      }
    },
  );
});

describe('a request that makes no sense', () => {
  const long = 'x'.repeat(1025);
  const typesRequest = ResourceTypesServiceListResourceTypesRequestSchema;
  const resourcesRequest = ResourcesServiceListResourcesRequestSchema;
  const grantsRequest = GrantsServiceListGrantsRequestSchema;
  const entitlementsRequest = EntitlementsServiceListEntitlementsRequestSchema;
  const staticRequest = EntitlementsServiceListStaticEntitlementsRequestSchema;
  const getRequest = ResourceGetterServiceGetResourceRequestSchema;
  const resource = { id: { resourceType: 'role', resource: 'Editor' } };

  const cases: readonly (readonly [string, string, (connector: Connector) => Promise<unknown>])[] = [
    ['page_size 251 on types', 'invalid', (c) => c.listResourceTypes(create(typesRequest, { pageSize: 251 }))],
    [
      'page_size 251 on resources',
      'invalid',
      (c) => c.listResources(create(resourcesRequest, { resourceTypeId: 'user', pageSize: 251 })),
    ],
    [
      'page_size 251 on entitlements',
      'invalid',
      (c) => c.listEntitlements(create(entitlementsRequest, { resource, pageSize: 251 })),
    ],
    [
      'page_size 251 on static entitlements',
      'invalid',
      (c) => c.listStaticEntitlements(create(staticRequest, { resourceTypeId: 'role', pageSize: 251 })),
    ],
    ['page_size 251 on grants', 'invalid', (c) => c.listGrants(create(grantsRequest, { resource, pageSize: 251 }))],
    ['page_size 2^32-1', 'invalid', (c) => c.listGrants(create(grantsRequest, { resource, pageSize: 0xffffffff }))],
    ['a token for the types', 'invalid', (c) => c.listResourceTypes(create(typesRequest, { pageToken: 'x' }))],
    [
      'a token for entitlements',
      'invalid',
      (c) => c.listEntitlements(create(entitlementsRequest, { resource, pageToken: 'x' })),
    ],
    [
      'a token for static entitlements',
      'invalid',
      (c) => c.listStaticEntitlements(create(staticRequest, { resourceTypeId: 'role', pageToken: 'x' })),
    ],
    ['a made-up token for resources', 'invalid', (c) => listResources(c, 'user', { pageToken: 'x' })],
    ['a made-up token for the grants of users', 'invalid', (c) => listGrants(c, 'user', 'ann', { pageToken: 'x' })],
    [
      'a token of 1 MiB and a byte',
      'invalid',
      (c) => listResources(c, 'user', { pageToken: 'x'.repeat(1024 * 1024 + 1) }),
    ],
    ['a sync id of 1,025 bytes', 'invalid', (c) => listResources(c, 'user', { syncId: long })],
    ['a sync id of 1,025 bytes to clean up', 'invalid', (c) => cleanup(c, long)],
    ['no resource type', 'invalid', (c) => listResources(c, '')],
    ['a resource type of 1,025 bytes', 'invalid', (c) => listResources(c, long)],
    ['an unknown resource type', 'unsupported', (c) => listResources(c, 'group')],
    ['a type that only a prototype knows', 'unsupported', (c) => listResources(c, 'constructor')],
    ['an unknown resource type on grants', 'unsupported', (c) => listGrants(c, 'group', 'x')],
    ['an unknown resource type on a resource', 'unsupported', (c) => getResource(c, 'group', 'x')],
    [
      'an unknown resource type on entitlements',
      'unsupported',
      (c) =>
        c.listEntitlements(create(entitlementsRequest, { resource: { id: { resourceType: 'group', resource: 'x' } } })),
    ],
    ['an unknown resource type on static entitlements', 'unsupported', (c) => templateOf(c, '__proto__')],
    ['a whole type that is listed per resource', 'unsupported', (c) => listGrants(c, 'tenant', undefined)],
    ['no resource on grants', 'invalid', (c) => c.listGrants(create(grantsRequest, {}))],
    [
      'half a resource id',
      'invalid',
      (c) => c.listGrants(create(grantsRequest, { resource: { id: { resourceType: 'role' } } })),
    ],
    [
      'half a parent',
      'invalid',
      (c) =>
        c.listResources(
          create(resourcesRequest, { resourceTypeId: 'role', parentResourceId: { resourceType: 'tenant' } }),
        ),
    ],
    ['an id of 1,025 bytes', 'invalid', (c) => getResource(c, 'role', long)],
    ['no id', 'invalid', (c) => c.getResource(create(getRequest, {}))],
  ];

  it.each(cases)('(%s) is refused as %s, and nothing is sent', async (_what, kind, ask) => {
    const project = createProject(smallProject());

    await expect(ask(connectorOf(project))).rejects.toMatchObject({ name: 'ConnectorError', kind });

    expect(project.requests).toEqual([]);
  });

  it('may ask for 250 rows and for 0', async () => {
    const connector = connectorOf(createProject(smallProject()));

    expect((await listResources(connector, 'user', { pageSize: 250 })).list).toHaveLength(4);
    expect((await listResources(connector, 'user', { pageSize: 0 })).list).toHaveLength(4);
  });
});

describe('one sync and another', () => {
  const before = smallProject();
  const after = { ...before, users: [user('eve', { roleNames: ['New'] })], roles: [role('New')], tenants: [] };

  it('never share what they saw: each tells the project of its own time', async () => {
    const project = createProject(before);
    const connector = connectorOf(project);
    await listResources(connector, 'user', { syncId: 'old' });

    project.rows = after;
    const young = await handWalk(connector, { syncId: 'young' });
    const old = await handWalk(connector, { syncId: 'old' });

    expectTruth(young, truthOf(after, 'all'));
    expectTruth(old, truthOf(before, 'all'));
  });

  it('may run at once, page by page, without mixing', async () => {
    const project = createProject({ ...before, users: [...before.users, ...plainUsers(250)] });
    const other = createProject({ ...after, users: [...after.users, ...plainUsers(250, 'v')] });
    const connector = connectorOf(project);
    const elsewhere = connectorOf(other);

    const [one, two, three] = await Promise.all([
      handWalk(connector, { syncId: 'a' }),
      handWalk(connector, { syncId: 'b' }),
      handWalk(elsewhere, { syncId: 'a' }),
    ]);

    expectTruth(one, truthOf(project.rows, 'all'));
    expectTruth(two, truthOf(project.rows, 'all'));
    expectTruth(three, truthOf(other.rows, 'all'));
  });

  it('without a sync id: the first page of the users begins a new read', async () => {
    const project = createProject(before);
    const connector = connectorOf(project);
    const first = await handWalk(connector, { syncId: '' });

    project.rows = after;
    const second = await handWalk(connector, { syncId: '' });

    expectTruth(first, truthOf(before, 'all'));
    expectTruth(second, truthOf(after, 'all'));
  });

  it('without a sync id: a later page goes on with the read', async () => {
    const project = createProject({ users: plainUsers(250) });
    const connector = connectorOf(project);

    await allResources(connector, 'user', { syncId: '' });

    expect(project.countOf('searchUsers')).toBe(3);
  });

  it('is forgotten by Cleanup, and only that one', async () => {
    const project = createProject(before);
    const connector = connectorOf(project);
    await handWalk(connector, { syncId: 'kept' });
    await handWalk(connector, { syncId: 'ended' });

    await cleanup(connector, 'ended');
    project.rows = after;

    expect(connector.report('ended')).toBeUndefined();
    expect(connector.report('kept')).toBeDefined();
    expectTruth(await handWalk(connector, { syncId: 'kept' }), truthOf(before, 'all'));
    expectTruth(await handWalk(connector, { syncId: 'ended' }), truthOf(after, 'all'));
  });

  it('may be cleaned up though nobody knows it', async () => {
    await expect(cleanup(connectorOf(createProject()), 'never seen')).resolves.toBeDefined();
  });

  it.each([
    { minutes: 14.9, what: 'remembered', isKept: true },
    { minutes: 15.1, what: 'forgotten', isKept: false },
  ])('is $what after $minutes idle minutes', async ({ minutes, isKept }) => {
    let nowMs = 0;
    const project = createProject(before);
    const connector = connectorOf(project, {}, () => nowMs);
    await handWalk(connector, { syncId: 'a' });

    project.rows = after;
    nowMs += minutes * 60_000;
    const walked = await handWalk(connector, { syncId: 'a' });

    expectTruth(walked, truthOf(isKept ? before : after, 'all'));
  });

  it('lives on as long as somebody asks now and then', async () => {
    let nowMs = 0;
    const project = createProject(before);
    const connector = connectorOf(project, {}, () => nowMs);
    await handWalk(connector, { syncId: 'a' });
    const requestCount = project.requests.length;

    for (let hour = 0; hour < 24; hour += 1) {
      nowMs += 14 * 60_000;
      await listResources(connector, 'tenant', { syncId: 'a' });
    }

    expect(project.requests).toHaveLength(requestCount);
  });

  it('is reported only when its users are all read', async () => {
    const connector = connectorOf(createProject({ users: plainUsers(101) }));

    const { nextPageToken } = await listResources(connector, 'user');
    const early = connector.report('sync-1');
    await listResources(connector, 'user', { pageToken: nextPageToken });

    expect(early).toBeUndefined();
    expect(connector.report('sync-1')).toMatchObject({
      projectId: 'P2fake',
      proof: { mode: 'stable', passes: 1, total: 101 },
    });
    expect(connector.report('unknown')).toBeUndefined();
  });
});

describe('a cold connector', () => {
  const rows = { ...smallProject(), users: [...plainUsers(210), ...smallProject().users, ...plainUsers(140, 'v')] };
  const truth = truthOf(rows, 'all');
  const fullRead = 3 + Math.ceil(rows.users.length / 100);

  it.each(entitledTypeIds)('that is asked for grants of a %s reads the project first, once', async (typeId) => {
    const project = createProject(rows);
    const connector = connectorOf(project);
    const ids = [...truth.resources.keys()]
      .filter((key) => key.startsWith(`${typeId}:`))
      .map((key) => key.slice(typeId.length + 1));

    const grants = await Promise.all(ids.map((id) => allGrants(connector, typeId, id)));

    expectIds(
      idsOf(grants.flat()),
      [...truth.grants.keys()].filter((id) => id.startsWith(`${typeId}:`)),
    );
    expect(project.requests).toHaveLength(fullRead);
  });

  it('that is asked for the grants of all bindings reads the project first, once', async () => {
    const project = createProject(rows);

    const grants = await allGrants(connectorOf(project), 'role_binding', undefined);

    expectIds(
      idsOf(grants),
      [...truth.grants.keys()].filter((id) => id.startsWith('role_binding:')),
    );
    expect(project.requests).toHaveLength(fullRead);
  });

  it.each([0, 1, 2, 3])(
    'goes on with the users from page %i of another and tells the rest of the sync, for which it reads everybody once',
    async (place) => {
      const old = connectorOf(createProject(rows));
      const before = [];
      let pageToken = '';
      for (let page = 0; page < place; page += 1) {
        const answer = await listResources(old, 'user', { pageToken });
        before.push(...answer.list);
        pageToken = answer.nextPageToken;
      }
      const project = createProject(rows);
      const cold = connectorOf(project);

      const after = [];
      for (;;) {
        const answer = await listResources(cold, 'user', { pageToken });
        after.push(...answer.list);
        pageToken = answer.nextPageToken;
        if (pageToken === '') {
          break;
        }
      }
      const rest = await handWalk(cold, { order: typeIds.filter((typeId) => typeId !== 'user') });

      const resources = [
        ...new Map([...before, ...after, ...rest.resources].map((resource) => [keyOf(resource), resource])).values(),
      ];
      expectTruth({ resources, grants: rest.grants }, truth);
      expect(project.requests.length).toBeLessThanOrEqual(2 * fullRead);
      expect(cold.report('sync-1')).toBeDefined();
    },
  );

  it('that gets the token it went on from twice answers alike, and reads nothing again', async () => {
    const { nextPageToken: second } = await listResources(connectorOf(createProject(rows)), 'user');
    const project = createProject(rows);
    const cold = connectorOf(project);

    const first = await listResources(cold, 'user', { pageToken: second });
    await listResources(cold, 'user', { pageToken: first.nextPageToken });
    const requestCount = project.requests.length;
    const again = await listResources(cold, 'user', { pageToken: second });

    expect(idsOf(again.list)).toEqual(idsOf(first.list));
    expect(again.nextPageToken).toBe(first.nextPageToken);
    expect(project.requests).toHaveLength(requestCount);
  });

  it('never loses somebody when another was deleted in between: it tells all, or fails', async () => {
    const old = connectorOf(createProject(rows));
    const first = await listResources(old, 'user');
    const living = rows.users.slice(1);
    const cold = connectorOf(createProject({ ...rows, users: living }));

    const outcome = await allPages(
      (pageToken) => listResources(cold, 'user', { pageToken }),
      first.nextPageToken,
    ).catch((thrown: unknown) => thrown);

    if (Array.isArray(outcome)) {
      const told = new Set((outcome.flat() as typeof first.list).map(keyOf));
      expect(living.map(({ userId }) => `user:${userId}`).filter((key) => !told.has(key))).toEqual([]);
    } else {
      expect(outcome).toMatchObject({ kind: 'inconsistent' });
    }
  });

  it.each([undefined, 1])(
    'walks thousands of grants of bindings in stretches, each of which stands for itself (page %s goes on elsewhere)',
    async (restartAt) => {
      const tenantIds = Array.from({ length: 40 }, (_, place) => `t${place}`);
      const many = {
        users: usersWith(200, { userTenants: tenantIds.map((id) => inTenant(id, 'Editor')) }),
        tenants: tenantIds.map((id) => tenant(id)),
        roles: [role('Editor')],
        permissions: [],
      };
      const connectors = [connectorOf(createProject(many)), connectorOf(createProject(many))];
      let page = 0;

      const pages = await allPages((pageToken) => {
        const [warm, cold] = connectors;
        const asked = restartAt !== undefined && page >= restartAt ? cold : warm;
        page += 1;
        return listGrants(asked ?? expect.fail(), 'role_binding', undefined, { pageToken });
      });

      const ids = pages.flatMap((list) => idsOf(list));
      expect(new Set(ids)).toEqual(
        new Set([...truthOf(many, 'all').grants.keys()].filter((id) => id.startsWith('role_binding:'))),
      );
      expect(restartAt === undefined ? ids.length : 8000).toBe(8000);
    },
  );
});

describe('a targeted sync', () => {
  const held = (typeId: string, id: string): string[] =>
    [...truthOf(smallProject(), 'all').grants.keys()].filter((grant) => grant.startsWith(`${typeId}:${id}:`));

  async function target(project: DescopeModel, typeId: string, id: string, pageSize = 0): Promise<string[]> {
    const connector = connectorOf(project);
    const resource = await getResource(connector, typeId, id);
    expect(keyOf(resource)).toBe(`${typeId}:${id}`);
    return idsOf(await allGrants(connector, typeId, id, { pageSize }));
  }

  it.each([
    { typeId: 'tenant', id: 'acme', filter: { tenantIds: ['acme'] } },
    { typeId: 'tenant', id: 'globex', filter: { tenantIds: ['globex'] }, above: { tenantIds: ['acme'] } },
    { typeId: 'role', id: 'Editor', filter: { roleNames: ['Editor'] } },
    { typeId: 'role', id: 'acme/Approver', filter: { tenantRoleNames: { acme: ['Approver'] } } },
    { typeId: 'role', id: 'globex/Editor', filter: { tenantRoleNames: { globex: ['Editor'] } } },
    { typeId: 'role_binding', id: 'acme/Editor', filter: { tenantRoleNames: { acme: ['Editor'] } } },
    {
      typeId: 'role_binding',
      id: 'globex/Viewer',
      filter: { tenantRoleNames: { globex: ['Viewer'] } },
      above: { tenantRoleNames: { acme: ['Viewer'] } },
    },
    {
      typeId: 'role_binding',
      id: 'globex//Editor',
      filter: { tenantRoleNames: { acme: ['Editor'] } },
      above: { tenantRoleNames: { acme: ['Editor'] } },
    },
    {
      typeId: 'role_binding',
      id: 'globex/acme/Approver',
      filter: { tenantRoleNames: { acme: ['Approver'] } },
      above: { tenantRoleNames: { acme: ['Approver'] } },
    },
  ])('of $typeId $id asks for its holders only, and checks every row again', async ({ typeId, id, filter, above }) => {
    const project = createProject(smallProject());
    project.hasSloppyFilters = true;

    const grants = await target(project, typeId, id);

    expectIds(grants, held(typeId, id));
    const searches = project.requests.filter(({ endpoint }) => endpoint === 'searchUsers');
    const [first, ...more] = searches.map(({ query }) => query);
    expect(first).toMatchObject(filter);
    expect(more.filter((query) => JSON.stringify(query).includes(JSON.stringify(above).slice(1, -1)))).toEqual(more);
  });

  it.each(['read', 'write', 'approve'])(
    'of permission %s reads everybody: which bindings confer it depends on who holds them',
    async (name) => {
      expectIds(await target(createProject(smallProject()), 'permission', name), held('permission', name));
    },
  );

  it('of a user loads that user alone', async () => {
    const project = createProject(smallProject());

    const resource = await getResource(connectorOf(project), 'user', 'ann');

    expect(keyOf(resource)).toBe('user:ann');
    expect(project.requests).toEqual([{ endpoint: 'loadUser', id: 'ann' }]);
  });

  it.each([
    ['user', 'gone'],
    ['tenant', 'gone'],
    ['role', 'gone'],
    ['role', 'acme/Editor'],
    ['role', 'a/b/c'],
    ['permission', 'gone'],
    ['role_binding', 'gone'],
    ['role_binding', 'acme/gone'],
    ['role_binding', 'globex/Editor'],
  ])('of a %s named "%s", which does not exist, is not found', async (typeId, id) => {
    await expect(getResource(connectorOf(createProject(smallProject())), typeId, id)).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  it.each([
    ['tenant', 'ghost'],
    ['role', 'Ghost'],
    ['role', 'acme/Editor'],
    ['role', 'ghost/Editor'],
    ['role_binding', 'globex/Editor'],
    ['role_binding', 'ghost/Editor'],
    ['role_binding', 'acme/Approver'],
  ])('makes no grants of a %s "%s" that only records name, or that is another thing', async (typeId, id) => {
    const haunted = user('zoe', {
      roleNames: ['Ghost'],
      userTenants: [inTenant('ghost', 'Editor'), inTenant('acme', 'Editor', 'Approver'), inTenant('globex', 'Editor')],
    });
    const project = createProject({ ...smallProject(), users: [haunted, user('ann')] });
    const connector = connectorOf(project);
    await getResource(connector, 'tenant', 'acme'); // this is a targeted sync

    expect((await listGrants(connector, typeId, id)).list).toEqual([]);
  });

  it('lists many holders to the end though the clock moves on between pages, with one search', async () => {
    const members = usersWith(260, { userTenants: [inTenant('acme')] });
    const project = createProject({ users: members, tenants: [tenant('acme')] });
    project.onRequest = () => {
      project.nowMs += 5000;
    };

    const grants = await target(project, 'tenant', 'acme', 100);

    expectIds(
      grants,
      members.map(({ userId }) => `tenant:acme:member:user:${userId}`),
    );
    expect(project.countOf('searchUsers')).toBe(3);
  });

  it('goes on with holders in another process behind the one it told last', async () => {
    const members = usersWith(260, { userTenants: [inTenant('acme')] });
    const rows = { users: members, tenants: [tenant('acme')] };
    const old = connectorOf(createProject(rows));
    await getResource(old, 'tenant', 'acme');
    const first = await listGrants(old, 'tenant', 'acme', { pageSize: 100 });
    const project = createProject({ ...rows, users: members.slice(1) });
    project.nowMs += 60_000;
    const young = connectorOf(project);
    await getResource(young, 'tenant', 'acme');

    const second = await listGrants(young, 'tenant', 'acme', { pageSize: 250, pageToken: first.nextPageToken });

    expectIds(
      idsOf([...first.list, ...second.list]),
      members.map(({ userId }) => `tenant:acme:member:user:${userId}`),
    );
    expect(second.nextPageToken).toBe('');
  });

  it('never answers from the cache of another sync', async () => {
    const project = createProject(smallProject());
    const connector = connectorOf(project);
    await handWalk(connector, { syncId: 'full' });

    project.rows = { ...smallProject(), users: [user('eve', { userTenants: [inTenant('acme')] })] };
    await getResource(connector, 'tenant', 'acme', 'targeted');
    const { list } = await listGrants(connector, 'tenant', 'acme', { syncId: 'targeted' });

    expect(idsOf(list)).toEqual(['tenant:acme:member:user:eve']);
  });
});

describe('Validate', () => {
  it('asks each list that a sync will need', async () => {
    const project = createProject(smallProject());

    const { sdkVersion } = await connectorOf(project).validate();

    expect(sdkVersion).toMatch(/^\d+\.\d+\.\d+$/); // a suffix would cost us the sync id
    expect(project.requests.map(({ endpoint }) => endpoint).toSorted()).toEqual([
      'allPermissions',
      'allRoles',
      'allTenants',
      'searchUsers',
    ]);
  });

  it.each(['searchUsers', 'allTenants', 'allRoles', 'allPermissions'] as const)(
    'fails when %s does',
    async (endpoint) => {
      const project = createProject(smallProject());
      project.onRequest = (request) => {
        if (request.endpoint === endpoint) {
          throw new Error('planted');
        }
      };

      await expect(connectorOf(project).validate()).rejects.toThrow('planted');
    },
  );
});
