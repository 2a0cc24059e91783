import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileIndex, createFileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import type { AccessPath } from '../../src/answers/access-path.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { membershipsOf, pathsOf, rolesHeldBy, waysTo } from '../../src/report-page/data/access.ts';
import { analyse, isCurrent } from '../../src/report-page/data/analysis.ts';
import { findAll } from '../../src/report-page/data/findings.ts';
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
        await writeSync(path, rows, { inheritance: 'none' });
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
    const ways = waysTo(project, at);
    expect({ users: analysis.permissionUsers[at], held: ways.length }).toEqual(answer.counts());
    expect(ways.map((way) => keyOf(project, way)).toSorted()).toEqual(
      Array.from(answer.paths(), keyOfAnswer).toSorted(),
    );
    const isUnused = findAll(project, analysis)
      .find(({ id }) => id === 'unused-permissions')
      ?.rows.some((row) => row.permission === at);
    expect(isUnused).toBe(answer.counts().users === 0);
  });
}

function comparePeople(project: Project, index: FileIndex): void {
  const analysis = analyse(project);
  for (let at = 0; at < Math.min(project.users.current, 20); at++) {
    const told = Array.from(accessOf(index, project.users.id.at(at)).paths());
    expect(
      pathsOf(project, at)
        .map((way) => keyOf(project, way))
        .toSorted(),
    ).toEqual(
      told
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
  const isPower = (way: AccessPath): boolean =>
    project.roles.some(
      ({ name, tenant: own }, at) =>
        name === way.role &&
        (analysis.privilege[at]?.length ?? 0) > 0 &&
        (way.kind === 'role' && way.tenantId !== '' ? project.tenants[own]?.id === way.tenantId : own === -1),
    );
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
    ).toEqual(distinct(there.flatMap(({ userId, tenantId }) => (tenantId === one.id ? [userId] : []))));
    expect([analysis.tenantPeople[at], analysis.tenantInside[at]]).toEqual([
      people.length,
      people.filter(({ how }) => how === 'direct').length,
    ]);
    expect(analysis.tenantMembers[at]).toBe(there.filter(({ kind }) => kind === 'tenant').length);
    const powerful = there.filter((way) => way.kind !== 'tenant' && isPower(way));
    expect(
      people
        .filter(({ isPrivileged }) => isPrivileged)
        .map(({ user: each }) => project.users.id.at(each))
        .toSorted(),
    ).toEqual(distinct(powerful.map(({ userId }) => userId)));
    expect(analysis.tenantPrivileged[at]).toBe(distinct(powerful.map(({ userId }) => userId)).length);
    expect(analysis.tenantPrivilegedInside[at]).toBe(
      distinct(powerful.flatMap(({ userId, tenantId }) => (tenantId === one.id ? [userId] : []))).length,
    );

    project.permissions.forEach(({ name }, of) => {
      const answer = whoCan(index, name, one.id);
      const inside = Array.from(answer.paths()).filter(({ tenantId }) => tenantId === one.id);
      const { people: count = 0, throughProject = 0 } = permissions.find((row) => row.of === of) ?? {};
      expect([count, throughProject]).toEqual([
        answer.counts().users,
        answer.counts().users - distinct(inside.map(({ userId }) => userId)).length,
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
  { users, tenants, roles, permissions }: Project,
  { user: at, place, role: held, permission: allowed }: ReturnType<typeof pathsOf>[number],
): string {
  return [users.id.at(at), tenants[place]?.id ?? '', roles[held]?.name, permissions[allowed]?.name].join('|');
}

function keyOfAnswer({ userId, tenantId, role: held, permission: allowed }: AccessPath): string {
  return [userId, tenantId, held, allowed].join('|');
}
