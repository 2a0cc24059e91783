import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileIndex, createFileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import type { AccessPath } from '../../src/answers/access-path.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { countWays, membershipsOf, pathsOf, rolesHeldBy, waysTo } from '../../src/report-page/data/access.ts';
import { analyse, isCurrent } from '../../src/report-page/data/analysis.ts';
import { flowOf, heldAbove } from '../../src/report-page/data/inherited.ts';
import { parseDerivedBindingId, roleResourceId } from '../../src/model/ids.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { accessIn } from '../../src/report-page/data/tenant-access.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import type { Rows } from '../support/descope-model.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { projectOf } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-access-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Acme has a role of its own that bears the name of one of the project; Pat holds the project's everywhere. */
function shadowed(): Rows {
  return {
    users: [
      user('pat', { roleNames: ['Admin'] }),
      user('ann', { status: 'disabled', roleNames: ['Admin'], userTenants: [inTenant('acme', 'Admin')] }),
      user('bob', { userTenants: [inTenant('acme', 'Viewer'), inTenant('globex', 'Admin')] }),
      user('cleo', { userTenants: [inTenant('acme')] }),
    ],
    tenants: [tenant('acme'), tenant('globex'), tenant('empty')],
    roles: [
      role('Admin', { permissionNames: ['Impersonate', 'read'] }),
      role('Admin', { tenantId: 'acme', permissionNames: ['read'] }),
      role('Viewer', { permissionNames: ['read'] }),
    ],
    permissions: [permission('Impersonate'), permission('read')],
  };
}

/**
 * A random project with what matters besides: a privileged role of the project, one of a tenant that shadows it, and
 * people of every kind who hold them.
 */
const mixed: fc.Arbitrary<Rows> = fc
  .tuple(projectArbitrary, fc.array(fc.nat(6), { minLength: 12, maxLength: 12 }), fc.boolean())
  .map(([rows, dice, isShadowed]) => ({
    permissions: uniqueBy([...rows.permissions, permission('Impersonate')], ({ name }) => name),
    tenants: uniqueBy([...rows.tenants, tenant('home')], ({ id }) => id),
    roles: uniqueBy(
      [
        ...rows.roles,
        role('Chief', { permissionNames: ['Impersonate', 'a'] }),
        ...(isShadowed ? [role('Chief', { tenantId: 'home', permissionNames: ['a'] })] : []),
      ],
      ({ name, tenantId }) => JSON.stringify([name, tenantId]),
    ),
    users: rows.users.map((one, at) => {
      const die = dice[at % 12] ?? 0;
      const extra = [[], [], ['Chief'], ['Chief']][die] ?? [];
      const home = die === 3 || die === 4 ? [inTenant('home', 'Chief')] : die === 5 ? [inTenant('home')] : [];
      return at > 11
        ? one
        : user(one.userId, {
            status: die % 2 === 1 ? 'disabled' : 'enabled',
            roleNames: [...new Set([...one.roleNames, ...extra])],
            userTenants: uniqueBy([...home, ...one.userTenants], ({ tenantId }) => tenantId),
          });
    }),
  }));

function uniqueBy<T>(items: readonly T[], keyFor: (item: T) => string): T[] {
  return items.filter((item, at) => items.findIndex((other) => keyFor(other) === keyFor(item)) === at);
}

/** What the answers say of a tenant: the ways in which everybody has access there. */
function answersFor(index: FileIndex, rows: Rows): AccessPath[] {
  return rows.users.flatMap(({ userId }) => Array.from(accessOf(index, userId).paths()));
}

function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)].toSorted();
}

describe('the page of a tenant', () => {
  it('counts and lists who has access through the whole project, and says so', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, shadowed());
    const project = await projectOf(path);
    const analysis = analyse(project);
    const at = project.tenants.findIndex(({ id }) => id === 'acme');
    const { people, permissions } = accessIn(project, analysis, at);

    expect(
      people.map(({ user: one, how, permissions: count, isPrivileged }) => [
        project.users.id.at(one),
        how,
        count,
        isPrivileged,
      ]),
    ).toEqual([
      ['pat', 'project', 2, true],
      ['ann', 'direct', 2, true],
      ['bob', 'direct', 1, false],
      ['cleo', 'direct', 0, false],
    ]);
    expect([
      analysis.tenantPeople[at],
      analysis.tenantInside[at],
      analysis.tenantPrivileged[at],
      analysis.tenantPrivilegedInside[at],
    ]).toEqual([4, 3, 2, 0]);
    expect(
      permissions.map(({ of, people: count, throughProject }) => [
        project.permissions[of]?.name,
        count,
        throughProject,
      ]),
    ).toEqual([
      ['read', 3, 1],
      ['Impersonate', 2, 2],
    ]);
    const empty = project.tenants.findIndex(({ id }) => id === 'empty');
    expect([analysis.tenantMembers[empty], analysis.tenantPeople[empty], analysis.tenantPrivileged[empty]]).toEqual([
      0, 2, 2,
    ]);
  });
});

describe('every number of the page', () => {
  it.each(['json', 'c1z'] as const)(
    'made from .%s is that of who-can and access for the same file',
    async (extension) => {
      const path = join(folder, `sync.${extension}`);
      const property = fc.asyncProperty(mixed, async (rows) => {
        await writeSync(path, rows);
        await using index = await createFileIndex(path);
        const project = await projectOf(path);

        comparePermissions(project, index);
        comparePeople(project, index);
        compareTenants(project, index, answersFor(index, rows));
      });

      await fc.assert(property, { numRuns: extension === 'json' ? 40 : 10 });
    },
  );
});

function comparePermissions(project: Project, index: FileIndex): void {
  const analysis = analyse(project);
  project.permissions.forEach(({ name }, at) => {
    const answer = whoCan(index, name);
    const ways = waysTo(project, at, 'all');
    expect({ users: analysis.permissionUsers[at], held: ways.length }).toEqual(answer.counts());
    expect(countWays(project, (one) => project.roles[one]?.allows.includes(at) === true)).toBe(ways.length);
    expect(ways.map((way) => keyOf(project, way)).toSorted()).toEqual(
      Array.from(answer.paths(), keyOfAnswer).toSorted(),
    );
  });
}

function comparePeople(project: Project, index: FileIndex): void {
  const analysis = analyse(project);
  for (let at = 0; at < Math.min(project.users.current, 20); at++) {
    const ways = Array.from(accessOf(index, project.users.id.at(at)).paths());
    const told = ways.filter(({ way }) => way === 'direct');
    expect(
      pathsOf(project, at, 'all')
        .map((way) => keyOf(project, way))
        .toSorted(),
    ).toEqual(
      ways
        .filter((one) => one.permission !== '')
        .map(keyOfAnswer)
        .toSorted(),
    );
    expect(
      membershipsOf(project, at)
        .map((place) => project.tenants[place]?.id ?? '')
        .toSorted(),
    ).toEqual(
      told
        .filter(({ kind }) => kind === 'tenant')
        .map(({ tenantId }) => tenantId)
        .toSorted(),
    );
    expect(rolesHeldBy(project, at)).toHaveLength(
      distinct(told.filter(({ kind }) => kind !== 'tenant').map(({ kind, heldId }) => `${kind} ${heldId}`)).length,
    );
    expect([analysis.userTenants[at], analysis.userRoles[at], analysis.userPermissions[at]]).toEqual([
      told.filter(({ kind }) => kind === 'tenant').length,
      distinct(told.filter(({ kind }) => kind !== 'tenant').map(({ kind, heldId }) => `${kind} ${heldId}`)).length,
      distinct(told.flatMap(({ permission: one }) => (one === '' ? [] : [one]))).length,
    ]);
  }
}

function compareTenants(project: Project, index: FileIndex, told: readonly AccessPath[]): void {
  const analysis = analyse(project);
  const isPower = (way: AccessPath): boolean => {
    const id = roleIdOf(way);
    return project.roles.some((one, at) => one.id === id && (analysis.privilege[at]?.length ?? 0) > 0);
  };
  project.tenants.forEach((one, at) => {
    if (!isCurrent(one)) {
      return; // named by a role, and not listed
    }
    const there = told.filter(({ kind, tenantId }) => tenantId === one.id || (tenantId === '' && kind !== 'tenant'));
    const { people, roles, permissions, heldBy } = accessIn(project, analysis, at);

    expect(people.map(({ user: each }) => project.users.id.at(each)).toSorted()).toEqual(
      distinct(there.map(({ userId }) => userId)),
    );
    expect(
      people
        .filter(({ how }) => how === 'direct')
        .map(({ user: each }) => project.users.id.at(each))
        .toSorted(),
    ).toEqual(
      distinct(there.flatMap(({ userId, tenantId, way }) => (tenantId === one.id && way === 'direct' ? [userId] : []))),
    );
    expect([analysis.tenantPeople[at], analysis.tenantInside[at], analysis.tenantInherited[at]]).toEqual([
      people.length,
      people.filter(({ how }) => how === 'direct').length,
      people.filter(({ how }) => how === 'inherited').length,
    ]);
    const insiders = new Set(
      there.flatMap(({ userId, tenantId, way }) => (tenantId === one.id && way === 'direct' ? [userId] : [])),
    );
    expect(analysis.tenantInherited[at]).toBe(
      distinct(there.flatMap(({ userId, way }) => (way === 'inherited' && !insiders.has(userId) ? [userId] : [])))
        .length,
    );
    expect(people.filter(({ isUncertain }) => isUncertain).map(({ user: each }) => project.users.id.at(each))).toEqual(
      people
        .filter(({ how }) => how === 'inherited')
        .map(({ user: each }) => project.users.id.at(each))
        .filter((id) =>
          there.every(
            ({ userId, way, certainty }) => userId !== id || way !== 'inherited' || certainty === 'uncertain',
          ),
        ),
    );
    expect(analysis.tenantMembers[at]).toBe(
      there.filter(({ kind, way }) => kind === 'tenant' && way === 'direct').length,
    );
    const powerful = there.filter((way) => way.kind !== 'tenant' && isPower(way));
    expect(
      people
        .filter(({ isPrivileged }) => isPrivileged)
        .map(({ user: each }) => project.users.id.at(each))
        .toSorted(),
    ).toEqual(distinct(powerful.map(({ userId }) => userId)));
    expect(analysis.tenantPrivileged[at]).toBe(distinct(powerful.map(({ userId }) => userId)).length);
    expect(analysis.tenantPrivilegedInside[at]).toBe(
      distinct(
        powerful.flatMap(({ userId, tenantId, way }) => (tenantId === one.id && way === 'direct' ? [userId] : [])),
      ).length,
    );
    const powerfulInside = new Set(
      powerful.flatMap(({ userId, way, tenantId }) => (tenantId === one.id && way === 'direct' ? [userId] : [])),
    );
    expect(analysis.tenantPrivilegedInherited[at]).toBe(
      distinct(
        powerful.flatMap(({ userId, way }) => (way === 'inherited' && !powerfulInside.has(userId) ? [userId] : [])),
      ).length,
    );

    project.permissions.forEach(({ name }, of) => {
      const answer = whoCan(index, name, one.id);
      const inside = Array.from(answer.paths()).filter(({ tenantId }) => tenantId === one.id);
      const { people: count = 0, inherited = 0, throughProject = 0 } = permissions.find((row) => row.of === of) ?? {};
      const direct = distinct(inside.flatMap(({ userId, way }) => (way === 'direct' ? [userId] : []))).length;
      const atHand = distinct(inside.map(({ userId }) => userId)).length;
      expect([count, inherited, throughProject]).toEqual([
        answer.counts().users,
        atHand - direct,
        answer.counts().users - atHand,
      ]);
    });
    for (const { of, people: count, throughProject } of roles) {
      const holders = people.flatMap(({ user: each }) =>
        heldBy(each)
          .filter(({ role: held }) => held === of)
          .map(({ place }) => ({ each, place })),
      );
      expect([count, count - throughProject]).toEqual([
        new Set(holders.map(({ each }) => each)).size,
        new Set(holders.flatMap(({ each, place }) => (place === -1 ? [] : [each]))).size,
      ]);
    }
    people.forEach(({ user: each, permissions: count }) => {
      const can = there.flatMap(({ userId, permission: can_ }) =>
        userId === project.users.id.at(each) && can_ !== '' ? [can_] : [],
      );
      expect(count).toBe(distinct(can).length);
    });
  });
}

function keyOf(
  project: Project,
  { user: at, place, role: held, permission: allowed, edge }: ReturnType<typeof pathsOf>[number],
): string {
  const { users, tenants, roles, permissions } = project;
  const { certainty, reason } = flowOf(project, edge);
  const how =
    edge === -1 ? ['direct', '', '', ''] : ['inherited', tenants[heldAbove(project, edge)]?.id, certainty, reason];
  return [users.id.at(at), tenants[place]?.id ?? '', roles[held]?.id, permissions[allowed]?.name, ...how].join('|');
}

function keyOfAnswer(path: AccessPath): string {
  const { userId, tenantId, permission: allowed, way, from, certainty, reason } = path;
  return [userId, tenantId, roleIdOf(path), allowed, way, from, certainty, reason].join('|');
}

/** The resource id of the role that is held, wherever it is in effect. */
function roleIdOf({ kind, heldId, role: roleName }: AccessPath): string {
  const roleTenantId = parseDerivedBindingId(heldId)?.roleTenantId ?? '';
  return kind === 'binding' ? roleResourceId({ tenantId: roleTenantId, roleName }) : heldId;
}
