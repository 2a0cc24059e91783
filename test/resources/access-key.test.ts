import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { Grant } from '../../src/model/messages.ts';
import { listedTypes } from '../../src/registry.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject, usersWith } from '../support/project-fixture.ts';
import { allGrants, allPages, allResources, createCollector, getResource, listGrants } from '../support/walker.ts';

const policy = { tenantRoles: 'all', include: ['access_key'] } as const;

const keys = [
  {
    id: 'K1',
    name: 'CI',
    status: 'active',
    roleNames: ['Viewer'],
    keyTenants: [{ tenantId: 'acme', roleNames: ['Approver', 'Editor'] }],
  },
  { id: 'K2', name: 'CI', status: 'inactive', keyTenants: [{ tenantId: 'globex', roleNames: ['Editor', 'Viewer'] }] },
  { id: 'K3', name: '', status: 'active', roleNames: ['Editor'], expireTime: 1 },
  {
    id: 'K4',
    name: 'As Ann',
    status: 'active',
    roleNames: ['Editor'],
    boundUserId: 'ann',
    keyTenants: [{ tenantId: 'acme', roleNames: [] }],
  },
] as const;

const expected = [
  'tenant:acme:member:access_key:K1',
  'tenant:globex:member:access_key:K2',
  'role:Editor:assigned:access_key:K3',
  'role:Viewer:assigned:access_key:K1',
  'role:acme/Approver:assigned:access_key:K1',
  'role:globex/Editor:assigned:access_key:K2',
  'role_binding:acme/Editor:assigned:access_key:K1',
  'role_binding:globex/Viewer:assigned:access_key:K2',
];

function projectWithKeys(more: readonly object[] = [], rows = smallProject()): DescopeModel {
  return createProject(rows, { keys: [...keys, ...more].map((key) => decodeAccessKey({ ...key })) });
}

async function grantsIn(project: DescopeModel, tenantRoles: 'all' | 'observed' = 'all'): Promise<readonly Grant[]> {
  const collector = createCollector();
  const connector = createConnector({ project, policy: { ...policy, tenantRoles } });
  await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });
  return collector.grants;
}

function toKeys(grants: readonly Grant[]): readonly string[] {
  return grants.map(({ id }) => id).filter((id) => id.includes(':access_key:'));
}

describe('access keys', () => {
  it('are neither read nor named where nobody asked for them', async () => {
    const project = projectWithKeys();
    const connector = createConnector({ project, policy: { tenantRoles: 'all' } });
    const collector = createCollector();

    await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

    expect(project.countOf('allKeys')).toBe(0);
    expect(JSON.stringify(collector.grants)).not.toContain('access_key');
    await expect(allResources(connector, 'access_key')).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it('are listed unless they act as a user, with names that differ, and expired when their time is over', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    const listed = await allResources(connector, 'access_key', { pageSize: 1 });

    expect(listed.map(({ id, displayName }) => [id?.resource, displayName])).toEqual([
      ['K1', 'CI (K1)'],
      ['K2', 'CI (K2)'],
      ['K3', 'K3'],
    ]);
    expect(listed.map(({ profile }) => profile?.['status'])).toEqual(['active', 'inactive', 'expired']);
    expect(await getResource(connector, 'access_key', 'K2')).toEqual(listed[1]);
    await expect(getResource(connector, 'access_key', 'K4')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each([-1, 2_147_483_647, 253_402_300_799, 9e15])(
    'never expire where the time of expiry is no date: %d',
    async (time) => {
      const key = { id: 'K5', name: 'Lasting', status: 'active', expireTime: time };
      const connector = createConnector({ project: projectWithKeys([key]), policy });

      expect((await getResource(connector, 'access_key', 'K5')).profile).toMatchObject({
        status: 'active',
        expires_at: '',
      });
    },
  );

  it('hold tenants and roles as users do, but for what a bound key lists', async () => {
    const grants = await grantsIn(projectWithKeys());

    expect(toKeys(grants)).toEqual(expected);
    expect(grants.filter(({ id }) => !id.includes(':access_key:')).length).toBeGreaterThan(10);
  });

  it.each([1, 2, 3, 250])('are told once each in pages of %i, behind the users', async (pageSize) => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    const ids = [];
    for (const [type, id] of [
      ['tenant', 'acme'],
      ['tenant', 'globex'],
      ['role', 'Editor'],
      ['role', 'Viewer'],
      ['role', 'acme/Approver'],
      ['role', 'globex/Editor'],
      ['role_binding', undefined],
    ] as const) {
      ids.push(...(await allGrants(connector, type, id, { pageSize })).map((grant) => grant.id));
    }

    expect(ids.filter((id) => id.includes(':access_key:'))).toEqual(expected);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are offered as somebody to grant memberships and roles to, where they are included', async () => {
    const offeredTo = (include: readonly string[]): readonly (readonly string[])[] => {
      const types = listedTypes(include);
      const offered = types.all.flatMap(({ entitlements }) => entitlements.map((one) => types.template(one)));
      return offered.map(({ slug, grantableTo }) => [slug].concat(grantableTo.map(({ id }) => id)));
    };

    expect(offeredTo(['access_key'])).toEqual([
      ['member', 'user', 'access_key'],
      ['assigned', 'user', 'access_key'],
      ['granted', 'role', 'role_binding'],
      ['assigned', 'user', 'access_key'],
    ]);
    expect(offeredTo([]).flat()).not.toContain('access_key');
  });

  it('make a role in a tenant one that somebody holds, and pass its permissions on to keys', async () => {
    const lonely = { id: 'K9', status: 'active', keyTenants: [{ tenantId: 'acme', roleNames: ['Viewer'] }] };

    const grants = await grantsIn(projectWithKeys([lonely]), 'observed');

    const conferred = grants.find(({ id }) => id === 'permission:read:granted:role_binding:acme/Viewer');
    expect(toKeys(grants)).toContain('role_binding:acme/Viewer:assigned:access_key:K9');
    expect(JSON.stringify(conferred?.annotations.map(({ value }) => Buffer.from(value).toString('latin1')))).toContain(
      'access_key',
    );
  });

  it('are found when one role alone is asked for, too', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });
    await getResource(connector, 'role', 'Editor');

    const { list, nextPageToken } = await listGrants(connector, 'role', 'Editor');
    const { list: rest } = await listGrants(connector, 'role', 'Editor', { pageToken: nextPageToken });

    expect([...list, ...rest].map(({ id }) => id)).toEqual([
      'role:Editor:assigned:user:ann',
      'role:Editor:assigned:access_key:K3',
    ]);
  });

  it('are told by processes that live for one page each, from whatever token', async () => {
    const members = usersWith(1_500, { userTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }] });
    const users = members.map((member, place) => Object.assign(member, { createdTime: 1_600_000_000 + place }));
    const rows = { ...smallProject(), users };
    const project = projectWithKeys([], rows);

    const pages = await allPages((pageToken) =>
      listGrants(createConnector({ project, policy }), 'role_binding', undefined, { pageToken }),
    );

    const ids = new Set(pages.flat().map(({ id }) => id));
    expect(ids.size).toBe(1_504);
    expect([...ids].filter((id) => id.includes(':access_key:'))).toEqual(expected.slice(-2));
  });

  it('that name something which is gone are counted, and say which key it is', async () => {
    const project = projectWithKeys([{ id: 'K5', status: 'active', roleNames: ['Gone'] }]);
    const connector = createConnector({ project, policy });
    await walk({ surface: connector, syncId: 'sync-1', sink: createCollector().sink });

    expect(connector.report('sync-1')?.findings.dangling).toEqual({
      count: 1,
      first: [{ kind: 'role', name: 'Gone', principal: { typeId: 'access_key', id: 'K5' } }],
    });
  });

  it('that may not be read fail the sync: an empty list would take their access away', async () => {
    const project = projectWithKeys();
    project.onRequest = ({ endpoint }) => {
      if (endpoint === 'allKeys') {
        throw new ConnectorError('forbidden', 'POST /v1/mgmt/accesskey/search answered 403');
      }
    };

    await expect(grantsIn(project)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
