import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { applicationList } from '../../src/descope/applications.ts';
import { AppTrait_AppFlag, AppTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject, user } from '../support/project-fixture.ts';
import {
  allGrants,
  allPages,
  allResources,
  createCollector,
  getResource,
  idsOf,
  listGrants,
} from '../support/walker.ts';

const policy: SyncPolicy = { tenantRoles: 'all', include: ['application'] };

const apps = [
  { id: 'wiki', name: 'Wiki', enabled: true, appType: 'oidc', oidcSettings: { clientSecret: 'canary' } },
  { id: 'payroll', name: ' ', enabled: false, appType: 'saml', samlSettings: { groupsMapping: [{ name: 'hr' }] } },
  { id: 'chat', name: 'Chat', enabled: true, appType: 'wsfed' },
];

function projectWithApps(): DescopeModel {
  const users = [
    ...smallProject().users,
    user('eve', { ssoAppIds: ['wiki', 'payroll'], createdTime: 1_700_000_100 }),
    user('fay', { ssoAppIds: ['wiki', 'gone'], createdTime: 1_700_000_200 }),
  ];
  return createProject({ ...smallProject(), users }, { apps: apps.map((app) => applicationList.decode(app)) });
}

describe('applications', () => {
  it('are neither read nor named where nobody asked for them', async () => {
    const project = projectWithApps();
    const connector = createConnector({ project, policy: { tenantRoles: 'all' } });

    await expect(allResources(connector, 'application')).rejects.toMatchObject({ kind: 'unsupported' });
    await allResources(connector, 'user');

    expect(project.countOf('allApps')).toBe(0);
    expect(connector.report('sync-1')?.findings.dangling.count).toBe(0);
  });

  it('are listed with how people sign in, switched off or not, and what is the default of the project', async () => {
    const connector = createConnector({
      project: projectWithApps(),
      policy: { ...policy, applicationDefault: 'none' },
    });

    const listed = await allResources(connector, 'application', { pageSize: 1 });

    expect(listed.map(({ id, displayName, status }) => [id?.resource, displayName, status?.status])).toEqual([
      ['chat', 'Chat', 1],
      ['payroll', 'payroll', 2],
      ['wiki', 'Wiki', 1],
    ]);
    expect(listed.map((app) => app.annotations.map((one) => anyUnpack(one, AppTraitSchema)?.flags))).toEqual([
      [[]],
      [[AppTrait_AppFlag.SAML, AppTrait_AppFlag.INACTIVE]],
      [[AppTrait_AppFlag.OIDC]],
    ]);
    expect(listed.map(({ profile }) => profile?.['default_access'])).toEqual(['none', 'none', 'none']);
    expect(JSON.stringify(listed.map(({ profile }) => profile))).not.toContain('canary');
    expect(await getResource(connector, 'application', 'payroll')).toEqual(listed[1]);
    await expect(getResource(connector, 'application', 'gone')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('do not claim to know what users have who were given none', async () => {
    const connector = createConnector({ project: projectWithApps(), policy });

    expect((await getResource(connector, 'application', 'wiki')).profile?.['default_access']).toBe('unknown');
  });

  it('are held by the users whose records name them; a name that leads nowhere is told', async () => {
    const collector = createCollector();
    const connector = createConnector({ project: projectWithApps(), policy });

    await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

    expect(idsOf(collector.grants).filter((id) => id.startsWith('application:'))).toEqual([
      'application:payroll:access:user:eve',
      'application:wiki:access:user:eve',
      'application:wiki:access:user:fay',
    ]);
    expect(connector.report('sync-1')?.findings.dangling.first).toEqual([
      { kind: 'application', name: 'gone', userId: 'fay' },
    ]);
  });

  it('are told the same when one alone is asked for, and by processes that live for one page each', async () => {
    const targeted = createConnector({ project: projectWithApps(), policy });
    await getResource(targeted, 'application', 'wiki');
    const project = projectWithApps();

    const pages = await allPages((pageToken) =>
      listGrants(createConnector({ project, policy }), 'application', 'wiki', { pageToken, pageSize: 1 }),
    );

    const expected = ['application:wiki:access:user:eve', 'application:wiki:access:user:fay'];
    expect(idsOf(await allGrants(targeted, 'application', 'wiki'))).toEqual(expected);
    expect([...new Set(pages.flat().map(({ id }) => id))]).toEqual(expected);
  });
});
