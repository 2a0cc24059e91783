import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { EnqueuePageTokensSchema } from '../../src/gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import type { Rows } from '../support/descope-model.ts';
import { createProject, inTenant, role, tenant, user } from '../support/project-fixture.ts';
import { allPages, allResources, connectorOf, listGrants } from '../support/walker.ts';

/** 4,000 users who each hold two project roles in three of 40 tenants: 24,000 grants of up to 120 bindings. */
function wideProject(without: readonly string[] = []): Partial<Rows> {
  const tenants = Array.from({ length: 40 }, (_, place) => `t${String(place).padStart(2, '0')}`);
  return {
    tenants: tenants.map((id) => tenant(id)),
    roles: ['Editor', 'Owner', 'Viewer'].map((name) => role(name)),
    users: Array.from({ length: 4_000 }, (_, place) =>
      user(`u${String(place).padStart(4, '0')}`, {
        userTenants: [0, 13, 27]
          .map((step) => tenants[(place + step) % tenants.length] ?? '')
          .filter((id) => !without.includes(id))
          .map((id) => inTenant(id, 'Editor', place % 2 === 0 ? 'Viewer' : 'Owner')),
      }),
    ),
  };
}

const everyGrant = 4_000 * 3 * 2;

describe('the walk over all bindings', () => {
  it('names the other stretches in its first page, each token once and none its own next one', async () => {
    const connector = connectorOf(createProject(wideProject()));
    await allResources(connector, 'user');

    const { nextPageToken, annotations } = await listGrants(connector, 'role_binding', undefined);

    const [enqueued] = annotations.map((annotation) => anyUnpack(annotation, EnqueuePageTokensSchema));
    const tokens = enqueued?.pageTokens ?? [];
    expect(tokens.length).toBeGreaterThan(2);
    expect(new Set([...tokens, nextPageToken, '']).size).toBe(tokens.length + 2);
    expect(enqueued?.estimatedTotal).toBe(BigInt(everyGrant));
  });

  it('tells every grant exactly once over all stretches, the same as binding by binding', async () => {
    const connector = connectorOf(createProject(wideProject()));

    const walked = (
      await allPages((pageToken) => listGrants(connector, 'role_binding', undefined, { pageToken }))
    ).flat();
    const oneByOne: string[] = [];
    for (const resourceId of new Set(walked.map(({ entitlement }) => entitlement?.resource?.id?.resource ?? ''))) {
      const pages = await allPages((pageToken) => listGrants(connector, 'role_binding', resourceId, { pageToken }));
      oneByOne.push(...pages.flat().map(({ id }) => id));
    }

    expect(walked).toHaveLength(everyGrant);
    expect(new Set(walked.map(({ id }) => id)).size).toBe(everyGrant);
    expect(oneByOne.toSorted()).toEqual(walked.map(({ id }) => id).toSorted());
  });

  it('covers everything in another process too, although bindings came and went between the two reads', async () => {
    const first = connectorOf(createProject(wideProject(['t05', 't06', 't07'])));
    await allResources(first, 'user');
    const { annotations, nextPageToken } = await listGrants(first, 'role_binding', undefined);
    const others = annotations.flatMap(
      (annotation) => anyUnpack(annotation, EnqueuePageTokensSchema)?.pageTokens ?? [],
    );
    const second = connectorOf(createProject(wideProject(['t20'])));

    const ids = new Set<string>();
    for (const token of [nextPageToken, ...others]) {
      const pages = await allPages((pageToken) => listGrants(second, 'role_binding', undefined, { pageToken }), token);
      pages.flat().forEach(({ id }) => ids.add(id));
    }

    const truth = (
      await allPages((pageToken) => listGrants(second, 'role_binding', undefined, { pageToken, syncId: 'another' }))
    ).flat();
    expect(others.length).toBeGreaterThan(2);
    expect([...ids].toSorted()).toEqual(truth.map(({ id }) => id).toSorted());
  });

  it('keeps to one stretch where there is little to walk', async () => {
    const connector = connectorOf(
      createProject({ ...wideProject(), users: [user('ann', { userTenants: [inTenant('t00', 'Editor')] })] }),
    );

    const { list, annotations, nextPageToken } = await listGrants(connector, 'role_binding', undefined);

    expect([list.length, annotations.length, nextPageToken]).toEqual([1, 0, '']);
  });
});
