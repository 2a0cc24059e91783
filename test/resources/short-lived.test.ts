import { describe, expect, it } from 'vitest';
import { chanceOf } from '../support/chance.ts';
import type { DescopeModel, Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, user, usersWith } from '../support/project-fixture.ts';
import { ShortLived } from '../support/short-lived.ts';
import { truthOf } from '../support/truth.ts';
import { connectorOf, idsOf, keyOf, listResources } from '../support/walker.ts';

const startedAt = 1_600_000_000;

const flat = [tenant('acme'), tenant('globex'), tenant('empty')];
/** What is held in acme and globex is inherited below them, by several kinds of ids. */
const tree = [
  tenant('acme'),
  tenant('globex', { parent: 'acme' }),
  tenant('empty', { parent: 'globex', roleInheritance: 'userOnly' }),
  tenant('loop', { parent: 'loop' }),
];

/**
 * More pages than a process without an index reads at once: 1,730 users, two in each second, in tenants, with roles.
 */
function project(count = 1_730, tenants = flat): Rows {
  return {
    tenants,
    roles: [
      role('Editor', { permissionNames: ['read', 'write'] }),
      role('Viewer', { permissionNames: ['read'] }),
      role('Owner', { tenantId: 'globex', permissionNames: ['write'] }),
    ],
    permissions: [permission('read'), permission('write')],
    users: Array.from({ length: count }, (_, place) => {
      const held = [
        {},
        { roleNames: ['Editor'] },
        { userTenants: [inTenant('acme', 'Viewer'), inTenant('globex', 'Owner')] },
        { userTenants: [inTenant('acme', 'Editor')] },
        { userTenants: [inTenant('globex', 'Editor')], roleNames: ['Viewer'] },
      ];
      return user(`u${String(place).padStart(5, '0')}`, {
        createdTime: startedAt + Math.floor(place / 2) * 60,
        ...held[place % held.length],
      });
    }),
  };
}

function shortLived(
  fixture: DescopeModel,
  tenantRoles: 'all' | 'observed',
  lives: () => number,
  between: () => void = () => undefined,
): ShortLived {
  return new ShortLived(() => {
    const connector = connectorOf(fixture, { tenantRoles });
    return {
      surface: connector,
      end: () => {
        connector.close();
        between();
      },
    };
  }, lives);
}

describe('a server that is replaced all the time', () => {
  it.each([
    [1, 0, 'all'],
    [2, 0, 'all'],
    [3, 0, 'observed'],
    [1, 0, 'observed'],
    [1, 70, 'all'],
    [40, 0, 'all'],
  ] as const)(
    'every %i calls (page size %i, tenant roles %s): the sync ends, and is whole',
    async (life, pageSize, tenantRoles) => {
      const rows = project();
      const caller = shortLived(createProject(rows), tenantRoles, () => life);

      const { resources, grants } = await caller.sync(pageSize);

      const truth = truthOf(rows, tenantRoles);
      expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.keys()));
      expect(new Set(idsOf(grants))).toEqual(new Set(truth.grants.keys()));
      expect(caller.processes).toBeGreaterThan(1);
    },
  );

  it.each([1, 2])(
    'every %i calls, in a project that is read in a moment: the sync ends, and is whole',
    async (life) => {
      const members = usersWith(600, { userTenants: [inTenant('acme', 'Editor')], roleNames: ['Viewer'] });
      const users = members.map((member, place) => Object.assign(member, { createdTime: startedAt + place }));
      const rows = { ...project(0), users };

      const { resources, grants } = await shortLived(createProject(rows), 'observed', () => life).sync();

      const truth = truthOf(rows, 'observed');
      expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.keys()));
      expect(new Set(idsOf(grants))).toEqual(new Set(truth.grants.keys()));
    },
  );

  it.each([
    [1, 0, 'all'],
    [2, 0, 'observed'],
    [1, 70, 'observed'],
  ] as const)(
    'every %i calls (page size %i, tenant roles %s), with a tree of tenants: what is inherited is told, and all of it',
    async (life, pageSize, tenantRoles) => {
      const rows = project(1_730, tree);
      const caller = shortLived(createProject(rows), tenantRoles, () => life);

      const { resources, grants } = await caller.sync(pageSize);

      const truth = truthOf(rows, tenantRoles);
      expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.keys()));
      expect(new Set(idsOf(grants))).toEqual(new Set(truth.grants.keys()));
      expect(idsOf(grants)).toContain('role_binding:empty/globex/Owner:assigned:role:globex/Owner');
    },
  );

  it.each([1, 3])(
    'every call, with more inherited roles than the %i that a page holds: the sync ends, and is whole',
    async (pageSize) => {
      const below = Array.from({ length: 9 }, (_, place) => tenant(`child-${place}`, { parent: 'acme' }));
      const users = usersWith(5, { userTenants: [inTenant('acme', 'Viewer', 'Own')] });
      const rows: Rows = {
        ...project(0),
        tenants: [tenant('acme'), ...below],
        roles: [
          role('Viewer', { permissionNames: ['read'] }),
          role('Own', { tenantId: 'acme', permissionNames: ['read'] }),
        ],
        users: users.map((one, place) => Object.assign(one, { createdTime: startedAt + place })),
      };

      const { resources, grants } = await shortLived(createProject(rows), 'observed', () => 1).sync(pageSize);

      const truth = truthOf(rows, 'observed');
      expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.keys()));
      expect(new Set(idsOf(grants))).toEqual(new Set(truth.grants.keys()));
    },
  );

  it('makes progress with every page: each process reads the rest only', async () => {
    const fixture = createProject(project());
    const caller = shortLived(fixture, 'all', () => 1);

    const users = await caller.all((connector, pageToken) => listResources(connector, 'user', { pageToken }));

    expect(caller.calls).toBeLessThanOrEqual(20); // 18 pages, of which each but the first begins with one or two users again
    expect(users.length).toBeLessThan(1_730 + 2 * caller.calls);
  });

  it.each([
    [1, flat],
    [2, flat],
    [3, flat],
    [4, tree],
    [5, tree],
  ] as const)('while users come and go (seed %i): whoever stays is told, with all access', async (seed, tenants) => {
    const chance = chanceOf(seed);
    const before = project(1_730, [...tenants]);
    const fixture = createProject(before);
    let came = 0;
    const churn = (): void => {
      const users = [...fixture.rows.users];
      for (let deletions = Math.floor(chance() * 4); deletions > 0; deletions -= 1) {
        users.splice(Math.floor(chance() * users.length), 1);
      }
      fixture.nowMs += 1_000 + Math.floor(chance() * 5_000);
      for (let creations = Math.floor(chance() * 3); creations > 0; creations -= 1) {
        came += 1;
        users.push(
          user(`v${String(came).padStart(4, '0')}`, {
            createdTime: Math.floor(fixture.nowMs / 1000),
            roleNames: ['Viewer'],
          }),
        );
      }
      fixture.rows = { ...fixture.rows, users };
    };
    const caller = shortLived(fixture, 'all', () => 1 + Math.floor(chance() * 3), churn);

    const { resources, grants } = await caller.sync();

    const stayed = fixture.rows.users.filter(({ userId }) => before.users.some((old) => old.userId === userId));
    const least = truthOf({ ...fixture.rows, users: stayed }, 'all');
    const told = new Set(resources.map(keyOf));
    const toldGrants = new Set(idsOf(grants));
    expect([...least.resources.keys()].filter((id) => !told.has(id))).toEqual([]);
    expect([...least.grants.keys()].filter((id) => !toldGrants.has(id))).toEqual([]);
    expect(came).toBeGreaterThan(10);
  });

  it('tokens hold no user data, and stay short', async () => {
    const fixture = createProject(project());
    const { nextPageToken } = await listResources(connectorOf(fixture), 'user');

    const text = Buffer.from(nextPageToken.split('.')[1] ?? '', 'base64url').toString();
    expect(Object.keys(JSON.parse(text) as object).toSorted()).toEqual(['c', 'i', 'k', 'q', 's']);
    expect(nextPageToken.length).toBeLessThan(200);
  });
});
