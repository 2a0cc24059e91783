import { describe, expect, it } from 'vitest';
import { createConnector, type Connector } from '../../src/connector.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { tenant } from '../support/project-fixture.ts';
import { paths, ssoProject, ssoRows } from '../support/sso-project.ts';
import { allGrants, allResources, createCollector, getResource, idsOf } from '../support/walker.ts';

const include = ['sso_configuration', 'idp_group'];

function connectorOf(project: DescopeModel, types: readonly string[] = include): Connector {
  return createConnector({ project, policy: { tenantRoles: 'all', include: types } });
}

function requestsOf(project: DescopeModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoint } of project.requests.filter(({ endpoint: path }) => path.includes('/'))) {
    counts[endpoint.slice(endpoint.indexOf(' ') + 1)] = (counts[endpoint.slice(endpoint.indexOf(' ') + 1)] ?? 0) + 1;
  }
  return counts;
}

describe('SSO configurations', () => {
  it('are listed where something is set up, with their tenant, and with what they give', async () => {
    const listed = await allResources(connectorOf(ssoProject()), 'sso_configuration');

    expect(listed.map(({ id, displayName }) => [id?.resource, displayName])).toEqual([
      ['acme/default_ssoid', 'SSO of Acme'],
      ['acme/partners%2Feu', 'SSO partners/eu of Acme'],
      ['initech/default_ssoid', 'SSO of Initech'],
    ]);
    expect(listed.map(({ parentResourceId }) => parentResourceId?.resource)).toEqual(['acme', 'acme', 'initech']);
    expect(listed[0]?.profile).toEqual({
      tenant_id: 'acme',
      sso_id: 'default_ssoid',
      kind: 'saml',
      jit_disabled: true,
      domains: ['acme.example'],
      self_provisioning_domains: ['acme.dev'],
      enforce_sso: true,
      exclusions: ['ann@acme.example'],
      default_sso_roles: ['Viewer', 'Gone'],
      unknown_roles: ['Gone'],
      group_mappings: 4,
      idp_entity_id: 'https://idp.acme.example',
      issuer: '',
      metadata_url: '',
      certificates: [{ unparseable: true }],
      last_success_test: '2023-11-14T22:13:20.000Z',
      xaa_enabled: null,
      fga_mappings: 0,
    });
    expect(listed[1]?.profile).toMatchObject({ kind: 'oidc', issuer: 'https://partners.example', group_mappings: 1 });
  });

  it.each([1, 2, 250])('and groups are told once each in pages of %i', async (pageSize) => {
    const connector = connectorOf(ssoProject());

    expect(idsOf(await allResources(connector, 'sso_configuration', { pageSize }))).toEqual([
      'acme/default_ssoid',
      'acme/partners%2Feu',
      'initech/default_ssoid',
    ]);
    expect(idsOf(await allResources(connector, 'idp_group', { pageSize }))).toEqual([
      'acme/default_ssoid/g-eng',
      'acme/default_ssoid/g-old',
      'acme/default_ssoid/g-ops',
      'acme/default_ssoid/name:Contractors',
      'acme/partners%2Feu/name:Partners',
    ]);
  });

  it('cost three requests a tenant, and one in vain where cross-app access is not offered', async () => {
    const project = ssoProject();
    const collector = createCollector();

    await walk({ surface: connectorOf(project), syncId: 'sync-1', sink: collector.sink });

    expect(requestsOf(project)).toEqual({
      [paths.settings]: 3,
      [paths.tenantSettings]: 3,
      [paths.groups]: 3,
      [paths.xaa]: 1,
    });
  });

  it('are neither read nor named where nobody asked for them', async () => {
    const project = ssoProject();
    const collector = createCollector();

    await walk({ surface: connectorOf(project, []), syncId: 'sync-1', sink: collector.sink });

    expect(requestsOf(project)).toEqual({});
    expect(JSON.stringify(collector.grants)).not.toMatch(/idp_group|sso_configuration/);
  });
});

describe('groups of identity providers', () => {
  it('say where they come from, and which of their mapped roles are gone', async () => {
    const listed = await allResources(connectorOf(ssoProject()), 'idp_group');

    expect(
      listed.map(({ displayName, profile }) => [displayName, profile?.['source'], profile?.['unknown_roles']]),
    ).toEqual([
      ['Engineering (Acme)', 'scim', []],
      ['Old (Acme)', '', []],
      ['Operations (Acme)', 'jit', ['Vanished']],
      ['Contractors (Acme)', '', []],
      ['Partners (partners/eu of Acme)', '', []],
    ]);
    expect(listed.map(({ profile }) => profile?.['members'])).toEqual([4, 0, 1, null, null]);
  });

  it.each([1, 250])('are granted to members who are users of the project, in pages of %i', async (pageSize) => {
    const connector = connectorOf(ssoProject());
    await allResources(connector, 'user');

    expect(idsOf(await allGrants(connector, 'idp_group', 'acme/default_ssoid/g-eng', { pageSize }))).toEqual([
      'idp_group:acme/default_ssoid/g-eng:member:user:ann',
      'idp_group:acme/default_ssoid/g-eng:member:user:bob',
    ]);
    expect(await allGrants(connector, 'idp_group', 'acme/default_ssoid/name:Contractors')).toEqual([]);
    expect(await allGrants(connector, 'idp_group', 'nowhere/x/y')).toEqual([]);
  });

  it('are found one by one with the requests of their tenant only', async () => {
    const project = ssoProject();
    const connector = connectorOf(project);

    const found = await getResource(connector, 'idp_group', 'acme/default_ssoid/g-eng');
    const grants = await allGrants(connector, 'idp_group', 'acme/default_ssoid/g-eng');

    expect(found.displayName).toBe('Engineering (Acme)');
    expect(grants.length).toBe(2);
    expect(project.requests.filter(({ id }) => id !== undefined).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['acme']),
    );
    expect(new Set(project.requests.map(({ id }) => id).filter((id) => id !== undefined))).toEqual(new Set(['acme']));
    expect(project.countOf('searchUsers')).toBe(1);
    await expect(getResource(connector, 'idp_group', 'acme/default_ssoid/none')).rejects.toMatchObject({
      kind: 'not-found',
    });
  });
});

describe('Validate', () => {
  it.each([
    ['forbidden', 403],
    ['unavailable', 500],
  ])('fails as %s where the key may not ask for a tenant what is included: %i', async (kind, status) => {
    const project = ssoProject({}, { [paths.groups]: { '*': status } });

    await expect(connectorOf(project).validate()).rejects.toMatchObject({ kind });
    await expect(connectorOf(project, ['sso_configuration']).validate()).resolves.toBeDefined();
    await expect(connectorOf(project, []).validate()).resolves.toBeDefined();
  });

  it('asks for one tenant, and takes no refusal for a bad key', async () => {
    const project = ssoProject({}, { [paths.groups]: {} });

    await connectorOf(project).validate();

    expect(requestsOf(project)).toEqual({
      [paths.settings]: 1,
      [paths.tenantSettings]: 1,
      [paths.groups]: 1,
      [paths.xaa]: 1,
    });
  });
});

describe('a tenant that is deleted while the sync runs', () => {
  it('has no configurations and no groups, and fails nothing', async () => {
    const project = ssoProject();
    const connector = connectorOf(project);
    await allResources(connector, 'user');
    project.rows = { ...project.rows, tenants: ssoRows.tenants.filter(({ id }) => id !== 'acme') };

    expect(idsOf(await allResources(connector, 'sso_configuration'))).toEqual(['initech/default_ssoid']);
    expect(await allResources(connector, 'idp_group')).toEqual([]);
  });

  it('that was created while it ran is told of, too', async () => {
    const project = ssoProject({ tenants: ssoRows.tenants.filter(({ id }) => id !== 'acme') });
    const connector = connectorOf(project);
    expect(idsOf(await allResources(connector, 'sso_configuration'))).toEqual(['initech/default_ssoid']);
    project.rows = { ...project.rows, tenants: [...ssoRows.tenants, tenant('late')] };

    const told = await allResources(connector, 'user');

    expect(idsOf(told)).toEqual(expect.arrayContaining(['acme/default_ssoid', 'acme/partners%2Feu']));
  });
});
