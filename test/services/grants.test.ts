import { describe, expect, it } from 'vitest';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { registry } from '../../src/registry.ts';
import type { EntitlementType, ResourceType } from '../../src/resources/resource-type.ts';
import { grantsOfHolders } from '../../src/resources/sync/holder-grants.ts';
import { createSyncSessions } from '../../src/resources/sync/sync-sessions.ts';
import { tenantType } from '../../src/resources/tenant.ts';
import { TypeSet } from '../../src/resources/type-set.ts';
import { composeSurface } from '../../src/services/answers.ts';
import { grantsService } from '../../src/services/grants.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, inTenant, smallProject, usersWith } from '../support/project-fixture.ts';
import { allGrants, allPages, listGrants } from '../support/walker.ts';

/** What a tenant offers besides membership in a connector that is made for these tests. */
const editing: EntitlementType = {
  words: { slug: 'editing', displayName: 'Editing', description: 'Is Editor there.', purpose: 'assignment' },
  grantableTo: 'holders',
  grants: (session, id, request) =>
    grantsOfHolders(
      session,
      { typeId: 'tenant', resourceId: id, slug: 'editing' },
      { holding: { tenantId: id, roleName: 'Editor' }, exists: () => true },
      request,
    ),
};

/** The grants of a connector whose tenants offer these entitlements. */
function surfaceOf(project: DescopeModel, entitlements: readonly EntitlementType[]): ConnectorSurface {
  const planted: ResourceType = { ...tenantType, entitlements };
  const types = new TypeSet(registry.filter(({ isOptIn }) => isOptIn !== true).with(1, planted));
  const sessions = createSyncSessions({ project, policy: { tenantRoles: 'all' }, types });
  return composeSurface([grantsService({ projectId: project.projectId, types, sessions })]);
}

const nobodyHolds: EntitlementType = {
  ...editing,
  words: { ...editing.words, slug: 'nothing' },
  grants: async () => ({ rows: [] }),
};

describe('a resource with several entitlements', () => {
  const told = [
    'tenant:acme:member:user:ann',
    'tenant:acme:member:user:bob',
    'tenant:acme:editing:user:ann',
    'tenant:acme:editing:user:bob',
  ];

  it.each([1, 2, 3, 4, 5, 250])(
    'tells the grants of each, one entitlement after the other, in pages of %i',
    async (pageSize) => {
      const entitlements = [nobodyHolds, ...tenantType.entitlements, nobodyHolds, editing, nobodyHolds];
      const surface = surfaceOf(createProject(smallProject()), entitlements);

      const grants = await allGrants(surface, 'tenant', 'acme', { pageSize });

      expect(grants.map(({ id }) => id)).toEqual(told);
    },
  );

  it('tells them by processes that live for one page each, also where each of them walks the users', async () => {
    const members = usersWith(1_500, { userTenants: [inTenant('acme', 'Editor')] });
    const users = members.map((user, place) => Object.assign(user, { createdTime: 1_600_000_000 + place }));
    const project = createProject({ ...smallProject(), users });

    const pages = await allPages((pageToken) =>
      listGrants(surfaceOf(project, [...tenantType.entitlements, editing]), 'tenant', 'acme', { pageToken }),
    );

    const ids = new Set(pages.flat().map(({ id }) => id));
    expect(ids).toEqual(
      new Set(
        users.flatMap(({ userId }) => [`tenant:acme:member:user:${userId}`, `tenant:acme:editing:user:${userId}`]),
      ),
    );
  });

  it('refuses a token of an entitlement that this version does not offer', async () => {
    const project = createProject(smallProject());
    const { nextPageToken } = await listGrants(surfaceOf(project, [nobodyHolds, editing]), 'tenant', 'acme');

    const asked = listGrants(surfaceOf(project, [editing]), 'tenant', 'acme', { pageToken: nextPageToken });

    await expect(asked).rejects.toMatchObject({ kind: 'invalid' });
  });
});
