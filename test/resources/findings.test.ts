import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connector.ts';
import { ConnectorError } from '../../src/errors.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel, Rows } from '../support/descope-model.ts';
import {
  createProject,
  inTenant,
  permission,
  role,
  smallProject,
  tenant,
  user,
  usersWith,
} from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import {
  allGrants,
  allResources,
  connectorOf,
  createCollector,
  expectIds,
  expectTruth,
  handWalk,
  idsOf,
  keyOf,
  type Walked,
} from '../support/walker.ts';

async function walked(connector: Connector): Promise<Walked> {
  const collector = createCollector();
  await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });
  return collector;
}

/** What appears in the project right after the lists were read for the first time. */
function appearsLater(project: DescopeModel, later: Partial<Rows>): void {
  const listed = new Set<string>();
  project.onRequest = ({ endpoint }) => {
    listed.add(endpoint);
    if (['allTenants', 'allRoles', 'allPermissions', 'searchUsers'].every((needed) => listed.has(needed))) {
      queueMicrotask(() => {
        project.rows = { ...project.rows, ...later };
      });
    }
  };
}

const acme = tenant('acme');
const editor = role('Editor', { permissionNames: ['read'] });
const read = permission('read');

describe('a reference that leads nowhere', () => {
  it.each([
    {
      what: 'a project role',
      holder: user('u', { roleNames: ['Ghost'] }),
      finding: { kind: 'role', name: 'Ghost', userId: 'u' },
    },
    {
      what: 'a tenant',
      holder: user('u', { userTenants: [inTenant('ghost')] }),
      finding: { kind: 'tenant', name: 'ghost', userId: 'u' },
    },
    {
      what: 'a role in a tenant',
      holder: user('u', { userTenants: [inTenant('acme', 'Ghost')] }),
      finding: { kind: 'role', name: 'Ghost', tenantId: 'acme', userId: 'u' },
    },
  ])('to $what is counted with its ids, and no access is made of it', async ({ holder, finding }) => {
    const rows = {
      users: [holder, user('ann', { roleNames: ['Editor'] })],
      tenants: [acme],
      roles: [editor],
      permissions: [read],
    };
    const connector = connectorOf(createProject(rows));

    const collected = await walked(connector);

    expectTruth(collected, truthOf(rows, 'all'));
    expect(connector.report('sync-1')?.findings).toMatchObject({
      danglingReferences: 1,
      dangling: { count: 1, first: [finding] },
    });
  });

  it('to a role whose name is longer than any id may be is counted like any other', async () => {
    const rows = {
      users: [user('u', { roleNames: ['x'.repeat(2_000)], userTenants: [inTenant('acme', 'y'.repeat(2_000))] })],
      tenants: [acme],
      roles: [editor],
      permissions: [read],
    };
    const connector = connectorOf(createProject(rows));

    const collected = await walked(connector);

    expectTruth(collected, truthOf(rows, 'all'));
    expect(connector.report('sync-1')?.findings).toMatchObject({ danglingReferences: 2, references: 3 });
  });

  it('to a permission is counted, apart from the references of the users', async () => {
    const rows = {
      users: [],
      tenants: [],
      roles: [role('Editor', { permissionNames: ['ghost', 'read'] })],
      permissions: [read],
    };
    const connector = connectorOf(createProject(rows));

    const collected = await walked(connector);

    expectTruth(collected, truthOf(rows, 'all'));
    expect(connector.report('sync-1')?.findings).toMatchObject({
      danglingReferences: 0,
      references: 0,
      dangling: { count: 1, first: [{ kind: 'permission', roleId: 'Editor', name: 'ghost' }] },
    });
  });

  it('to a role inside an unknown tenant makes no grant, although both lists of roles know the name', async () => {
    const rows = {
      users: [user('u', { userTenants: [inTenant('ghost', 'Editor', 'Own')] })],
      tenants: [acme],
      roles: [editor, role('Own', { tenantId: 'ghost' })],
      permissions: [read],
    };
    const connector = connectorOf(createProject(rows));

    const { grants } = await walked(connector);

    expect(idsOf(grants)).toEqual(['permission:read:granted:role:Editor']);
    expect(connector.report('sync-1')?.findings).toMatchObject({ danglingReferences: 3, references: 3 });
  });

  it('is told one by one a hundred times, and counted however often', async () => {
    const rows = { users: usersWith(150, { roleNames: ['Ghost'] }), tenants: [], roles: [], permissions: [] };
    const connector = connectorOf(createProject(rows), { maxDangling: 1000 });

    await walked(connector);

    const { dangling } = connector.report('sync-1')?.findings ?? {};
    expect(dangling?.count).toBe(150);
    expect(dangling?.first).toHaveLength(100);
  });
});

describe('a role name that both the tenant and the project define', () => {
  it("is taken for the tenant's own, and counted as ambiguous", async () => {
    const rows = {
      users: [user('u', { userTenants: [inTenant('acme', 'Editor')] })],
      tenants: [acme],
      roles: [editor, role('Editor', { tenantId: 'acme' })],
      permissions: [read],
    };
    const connector = connectorOf(createProject(rows));

    const { grants } = await walked(connector);

    expectIds(idsOf(grants), [
      'tenant:acme:member:user:u',
      'role:acme/Editor:assigned:user:u',
      'permission:read:granted:role:Editor',
    ]);
    expect(connector.report('sync-1')?.findings.ambiguous).toEqual({
      count: 1,
      first: [{ kind: 'role', tenantId: 'acme', name: 'Editor', userId: 'u' }],
    });
  });
});

describe('a second look at a list', () => {
  const users = [user('u', { roleNames: ['New'], userTenants: [inTenant('newco', 'New')] })];

  it.each([
    { what: 'a role', lacking: { tenants: [tenant('newco')] }, again: ['allRoles'] },
    {
      what: 'a tenant without roles',
      lacking: { users: [user('u', { userTenants: [inTenant('newco')] })], roles: [role('New')] },
      again: ['allTenants'],
    },
    {
      what: 'a tenant, which may define the role itself,',
      lacking: { roles: [role('New')] },
      again: ['allRoles', 'allTenants'],
    },
    { what: 'both', lacking: {}, again: ['allRoles', 'allTenants'] },
  ] satisfies { what: string; lacking: Partial<Rows>; again: string[] }[])(
    'is taken once, and only where $what is unknown',
    async ({ lacking, again }) => {
      const project = createProject({ users, ...lacking });

      await walked(connectorOf(project, { maxDangling: 10 }));

      expect(project.requests.map(({ endpoint }) => endpoint).toSorted()).toEqual(
        ['allPermissions', 'allRoles', 'allTenants', 'searchUsers', 'searchUsers', ...again].toSorted(),
      );
    },
  );

  it('is not taken where everything is known', async () => {
    const project = createProject(smallProject());

    await walked(connectorOf(project));

    expect(project.requests).toHaveLength(5);
  });

  it('resolves what has appeared since: role, tenant and the permission of that role', async () => {
    const project = createProject({ users });
    const whole = {
      users,
      tenants: [tenant('newco')],
      roles: [role('New', { permissionNames: ['new'] })],
      permissions: [permission('new')],
    };
    appearsLater(project, whole);
    const connector = connectorOf(project);

    const collected = await walked(connector);

    expectTruth(collected, truthOf(whole, 'all'));
    expect(connector.report('sync-1')?.findings.dangling).toEqual({ count: 0, first: [] });
    expect(project.countOf('allPermissions')).toBe(2);
  });

  it("sees that a tenant which has appeared since defines the project's role name itself", async () => {
    const project = createProject({ users, roles: [role('New')] });
    const whole = {
      users,
      tenants: [tenant('newco')],
      roles: [role('New'), role('New', { tenantId: 'newco' })],
      permissions: [],
    };
    appearsLater(project, whole);
    const connector = connectorOf(project);

    const collected = await walked(connector);

    expectTruth(collected, truthOf(whole, 'all'));
    expect(connector.report('sync-1')?.findings.ambiguous.count).toBe(1);
  });

  it.each(['all', 'observed'] as const)(
    'tells resources that their list lacked on the users\' last page, with tenant roles "%s"',
    async (tenantRoles) => {
      const project = createProject({ users, roles: [role('Old')], tenants: [acme] });
      const whole = {
        users,
        tenants: [acme, tenant('newco')],
        roles: [role('Old'), role('New', { permissionNames: ['new'] })],
        permissions: [permission('new')],
      };
      appearsLater(project, whole);
      const connector = connectorOf(project, { tenantRoles });

      const collected = await handWalk(connector, { order: ['tenant', 'role', 'permission', 'role_binding', 'user'] });

      expectTruth(collected, truthOf(whole, tenantRoles));
    },
  );

  it('tells nothing late of a type that was not listed before', async () => {
    const project = createProject({ users, tenants: [tenant('newco')] });
    appearsLater(project, { roles: [role('New')] });
    const connector = connectorOf(project);

    const listed = await allResources(connector, 'user');

    expect(listed.map(keyOf)).toEqual(['user:u']);
    expect((await allResources(connector, 'role')).map(keyOf)).toEqual(['role:New']);
  });

  it('keeps what was there at first, though it is gone in between', async () => {
    const project = createProject({
      users: [...users, user('old', { roleNames: ['Old'] })],
      roles: [role('Old')],
      tenants: [tenant('newco')],
    });
    appearsLater(project, { roles: [role('New')] });
    const connector = connectorOf(project);

    const { grants } = await walked(connector);

    expect(idsOf(grants)).toContain('role:Old:assigned:user:old');
    expect(idsOf(grants)).toContain('role:New:assigned:user:u');
  });

  it('that fails lets the call fail; asked again it goes on', async () => {
    const project = createProject({ users, tenants: [tenant('newco')] });
    const connector = connectorOf(project, { maxDangling: 10 });
    project.onRequest = ({ endpoint }) => {
      if (endpoint === 'allRoles' && project.countOf('allRoles') === 2) {
        throw new ConnectorError('unavailable', 'planted');
      }
    };

    await expect(allResources(connector, 'user')).rejects.toMatchObject({ kind: 'unavailable' });
    const again = await allResources(connector, 'user');

    expect(again.map(keyOf)).toEqual(['user:u']);
  });
});

describe('how much may dangle', () => {
  /** `dangling` references to a role that is gone among `all` references. */
  function project(dangling: number, all: number): DescopeModel {
    const users = [
      ...usersWith(dangling, { roleNames: ['Ghost'] }),
      ...usersWith(all - dangling, { roleNames: ['Editor'] }, 'v'),
    ];
    return createProject({ users, roles: [role('Editor')] });
  }

  it.each([
    { dangling: 0, all: 10, policy: {}, isFine: true },
    { dangling: 1, all: 1, policy: {}, isFine: true },
    { dangling: 10, all: 10, policy: {}, isFine: true },
    { dangling: 11, all: 1100, policy: {}, isFine: true },
    { dangling: 11, all: 1099, policy: {}, isFine: false },
    { dangling: 11, all: 11, policy: {}, isFine: false },
    { dangling: 11, all: 11, policy: { maxDangling: 11 }, isFine: true },
    { dangling: 12, all: 1200, policy: { maxDangling: 11 }, isFine: false },
    { dangling: 1, all: 1000, policy: { maxDangling: 0 }, isFine: false },
    { dangling: 0, all: 1000, policy: { maxDangling: 0, strict: true }, isFine: true },
    { dangling: 1, all: 1000, policy: { strict: true }, isFine: false },
    { dangling: 1, all: 1000, policy: { strict: true, maxDangling: 1000 }, isFine: false },
  ])('$dangling of $all under $policy: fine is $isFine', async ({ dangling, all, policy, isFine }) => {
    const connector = connectorOf(project(dangling, all), policy);

    const outcome = await walked(connector).then(
      () => 'fine',
      (thrown: unknown) => thrown,
    );

    if (isFine) {
      expect(outcome).toBe('fine');
    } else {
      expect(outcome).toMatchObject({ kind: 'inconsistent', message: expect.stringContaining('"Ghost"') });
    }
  });

  it('is no matter of permissions, unless strict: those are counted only', async () => {
    const rows = {
      roles: [role('Editor', { permissionNames: Array.from({ length: 50 }, (_, place) => `ghost-${place}`) })],
    };

    await expect(walked(connectorOf(createProject(rows)))).resolves.toBeDefined();
    await expect(walked(connectorOf(createProject(rows), { strict: true }))).rejects.toMatchObject({
      kind: 'inconsistent',
    });
  });

  it('is held against every way to the end: no grants either while too much dangles', async () => {
    const connector = connectorOf(project(20, 20));

    await expect(allGrants(connector, 'role', 'Editor')).rejects.toMatchObject({ kind: 'inconsistent' });
    await expect(allGrants(connector, 'role_binding', undefined)).rejects.toMatchObject({ kind: 'inconsistent' });
  });
});
