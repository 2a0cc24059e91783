import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { consentList } from '../../src/descope/consents.ts';
import { thirdPartyAppList } from '../../src/descope/third-party-apps.ts';
import { AppTrait_AppFlag, AppTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import { GrantMetadataSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { secretCanary } from '../../src/emulator/sso/sample.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { startEmbedded } from '../support/embedded.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import {
  allGrants,
  allPages,
  allResources,
  createCollector,
  getResource,
  idsOf,
  listGrants,
} from '../support/walker.ts';

const policy: SyncPolicy = { tenantRoles: 'all', include: ['third_party_app'] };
const created = 1_700_000_000;

const apps = [
  { id: 'a/b', name: 'Odd name', status: 'active', permissionsScopes: [{ name: 'read', values: ['Viewer'] }] },
  { id: 'ledger', name: ' ', status: 'inactive', dynamic: true, clientSecret: 'canary' },
];

const consents = [
  { id: 'c1', appId: 'ledger', userId: 'ann', tenantId: 'acme', scopes: ['b', 'a'], grantedBy: 'ann', ExpireTime: 0 },
  { id: 'c2', appId: 'ledger', userId: 'ann', tenantId: 'globex', scopes: ['c', 'a'], ExpireTime: 2_000_000_000 },
  { id: 'c3', appId: 'ledger', userId: 'ann', scopes: ['over'], ExpireTime: created + 1 },
  { id: 'c4', appId: 'ledger', tenantId: 'acme', scopes: ['a'], grantedBy: 'K2admin', ExpireTime: 2_000_000_000 },
  { id: 'c5', appId: 'ledger', userId: 'bob', scopes: [] },
  { id: 'c6', appId: 'a/b', userId: 'bob', scopes: ['read'] },
  { id: 'c7', appId: 'a', userId: 'bob', scopes: ['app is gone'] },
  { id: 'c8', appId: 'ledger', userId: 'nobody', scopes: ['user is gone'] },
  { id: 'c9', appId: 'ledger', tenantId: 'nowhere', scopes: ['tenant is gone'] },
];

function projectWithApps(): DescopeModel {
  return createProject(smallProject(), {
    apps: apps.map((app) => thirdPartyAppList.decode(app)),
    consents: consents.map((consent) => consentList.decode({ createdTime: created, ...consent })),
  });
}

function connectorTo(project: DescopeModel): ReturnType<typeof createConnector> {
  return createConnector({ project, policy });
}

describe('third-party apps', () => {
  it('are listed with what they may ask for, and whether they are switched on', async () => {
    const connector = connectorTo(projectWithApps());

    const listed = await allResources(connector, 'third_party_app', { pageSize: 1 });

    expect(listed.map(({ id, displayName, status }) => [id?.resource, displayName, status?.status])).toEqual([
      ['a/b', 'Odd name', 1],
      ['ledger', 'ledger', 2],
    ]);
    expect(listed.map((app) => app.annotations.map((one) => anyUnpack(one, AppTraitSchema)?.flags))).toEqual([
      [[]],
      [[AppTrait_AppFlag.INACTIVE]],
    ]);
    expect(listed[0]?.profile).toMatchObject({ scopes: [{ name: 'read', values: ['Viewer'] }], dynamic: false });
    expect(JSON.stringify(listed.map(({ profile }) => profile))).not.toContain('canary');
    expect(await getResource(connector, 'third_party_app', 'ledger')).toEqual(listed[1]);
  });

  it('are held by who consented: one grant of all living consents; what leads nowhere is counted', async () => {
    const collector = createCollector();
    const connector = connectorTo(projectWithApps());

    await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

    const grants = collector.grants.filter(({ id }) => id.startsWith('third_party_app:'));
    const metadata = grants.map(({ annotations: [one] }) => one && anyUnpack(one, GrantMetadataSchema)?.metadata);
    const made = '2023-11-14T22:13:20Z';
    expect(Object.fromEntries(grants.map(({ id }, place) => [id, metadata[place]]))).toEqual({
      'third_party_app:a/b:consent:user:bob': { scopes: ['read'], granted_by: [], created: made },
      'third_party_app:ledger:consent:tenant:acme': {
        scopes: ['a'],
        granted_by: ['K2admin'],
        created: made,
        expires: '2033-05-18T03:33:20Z',
      },
      'third_party_app:ledger:consent:user:ann': {
        scopes: ['a', 'b', 'c'],
        granted_by: ['ann'],
        tenants: ['acme', 'globex'],
        created: made,
      },
      'third_party_app:ledger:consent:user:bob': { scopes: [], granted_by: [], created: made },
    });
    expect(connector.report('sync-1')?.thirdParty).toEqual({
      apps: 'offered',
      consents: 'offered',
      expiredConsents: 1,
      danglingConsents: 3,
      typesNotOffered: [],
    });
  });

  it('are told the same when one alone is asked for, and by processes that live for one page each', async () => {
    const targeted = connectorTo(projectWithApps());
    await getResource(targeted, 'third_party_app', 'ledger');
    const project = projectWithApps();

    const pages = await allPages((pageToken) =>
      listGrants(connectorTo(project), 'third_party_app', 'ledger', { pageToken, pageSize: 1 }),
    );

    const expected = ['tenant:acme', 'user:ann', 'user:bob'].map((who) => `third_party_app:ledger:consent:${who}`);
    expect(idsOf(await allGrants(targeted, 'third_party_app', 'ledger'))).toEqual(expected);
    expect(pages.flat().map(({ id }) => id)).toEqual(expected);
  });

  it('that the deployment does not tell of are told as that; without their consents the sync fails', async () => {
    const project = projectWithApps();
    const { readList } = project;
    let missing = ['apps', 'consents'];
    project.readList = async (list, call) => {
      if (!missing.includes(list.key)) {
        return await readList(list, call);
      }
      call?.onNotOffered?.(list.key === 'apps' ? thirdPartyAppList.what : consentList.what);
      return [];
    };
    const connector = connectorTo(project);

    await walk({ surface: connector, syncId: 'sync-1', sink: createCollector().sink });
    expect(connector.report('sync-1')?.thirdParty).toMatchObject({
      apps: 'not-offered',
      typesNotOffered: ['third_party_app'],
    });

    missing = ['consents'];
    await expect(walk({ surface: connector, syncId: 'sync-2', sink: createCollector().sink })).rejects.toThrow(
      /lists third-party apps, and not who consented/,
    );
  });
});

describe('the third-party apps of the embedded project', () => {
  it.each(['get-and-post', 'post'] as const)('come over gRPC with their consents and no secret (%s)', async (load) => {
    await using embedded = await startEmbedded({
      emulator: {
        users: 60,
        switches: { thirdPartyAppsLoad: load, appSecrets: 'shown', consentMaxLimit: 10, consentOrder: 'newest-first' },
      },
      policy,
    });
    const collector = createCollector();

    await walk({ surface: embedded.remote, syncId: 'sync-1', sink: collector.sink });

    const grants = collector.grants.filter(({ id }) => id.startsWith('third_party_app:'));
    expect(collector.resources.filter(({ id }) => id?.resourceType === 'third_party_app')).toHaveLength(5);
    expect(grants.map(({ principal }) => principal?.id?.resourceType)).toContain('tenant');
    expect(grants.length).toBeGreaterThan(20);
    expect(JSON.stringify([collector.resources.map(({ profile }) => profile), idsOf(grants)])).not.toContain(
      secretCanary,
    );
    expect(embedded.connector.report('sync-1')?.thirdParty?.danglingConsents).toBe(2);
  });
});
