import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject, tenant } from '../support/project-fixture.ts';
import { allPages, allResources, createCollector, getResource, listResources } from '../support/walker.ts';

const policy: SyncPolicy = { tenantRoles: 'all', include: ['access_key'] };
const path = '/v1/mgmt/scim/key';
const canary = 'canary-of-scim';

const inTenants = (...tenantIds: readonly string[]): object => ({
  keyTenants: tenantIds.map((tenantId) => ({ tenantId, roleNames: [] })),
});
const keys = [
  { id: 'K1', name: 'Push of Acme', status: 'active', ...inTenants('acme'), customClaims: { scim: true } },
  { id: 'K2', name: 'CI', status: 'active', ...inTenants('acme', 'globex') },
  { id: 'K3', name: 'Of the project', status: 'active', roleNames: ['Viewer'] },
  { id: 'K4', name: 'Claims and no tenant', status: 'active', customClaims: { scope: 'x' } },
  { id: 'K5', name: 'Of a tenant that is gone', status: 'active', ...inTenants('nowhere') },
  { id: 'K6', name: 'As somebody who is gone', status: 'active', boundUserId: 'gone', ...inTenants('globex') },
];
const told = {
  acme: {
    keys: [
      { key: { id: 'K1', name: 'Push of Acme', cleartext: canary }, ssoId: 'second', secret: canary },
      { key: { id: 'K1' }, ssoId: '' },
    ],
  },
  globex: { keys: [] },
};

function projectWithKeys(answers: Readonly<Record<string, object | number>> = told): DescopeModel {
  const rows = smallProject();
  const project = createProject(
    { ...rows, tenants: [...rows.tenants, ...['t1', 't2', 't3'].map((id) => tenant(id))] },
    { keys: keys.map((key) => decodeAccessKey(key)) },
  );
  project.ofTenants = { [path]: answers };
  return project;
}

async function syncOf(project: DescopeModel, include: readonly string[] = ['access_key']) {
  const connector = createConnector({ project, policy: { ...policy, include } });
  const collector = createCollector();
  await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });
  const ofType = (typeId: string) =>
    collector.resources
      .filter(({ id }) => id?.resourceType === typeId)
      .map(({ id, profile }) => [id?.resource, profile?.['scim'], profile?.['scim_configurations']]);
  return {
    report: connector.report('sync-1'),
    ofType,
    told: JSON.stringify(collector.resources.map((r) => r.profile)),
  };
}

const asked = (project: DescopeModel): readonly (string | undefined)[] =>
  project.requests.filter(({ endpoint }) => endpoint === `GET ${path}`).map(({ id }) => id);

const expected = [
  ['K1', true, ['acme/second', 'acme/default_ssoid']],
  ['K2', false, []],
  ['K3', false, []],
  ['K4', null, []],
  ['K5', false, []],
];

describe('access keys of SCIM', () => {
  it('say so on both of their resources, with the configurations that they were made for', async () => {
    const { report, ofType } = await syncOf(projectWithKeys());

    expect(ofType('access_key')).toEqual(expected);
    expect(ofType('access_key_secret')).toEqual([...expected, ['K6', false, []]]);
    expect(report?.accessKeys).toEqual({ scim: 'offered', scimKeys: 1, boundToNobody: 1 });
  });

  it('cost one request for each tenant that a key names, whatever else is read of all tenants', async () => {
    const project = projectWithKeys();

    await syncOf(project, ['access_key', 'sso_configuration']);

    expect(new Set(asked(project))).toEqual(new Set(['acme', 'globex']));
    expect(asked(project)).toHaveLength(2);
  });

  it('never show a secret that an answer holds', async () => {
    expect((await syncOf(projectWithKeys())).told).not.toContain(canary);
  });

  it.each([404, 400])('are unknown where a deployment does not tell (%i): it is asked once', async (status) => {
    const project = projectWithKeys({ '*': status });

    const { report, ofType } = await syncOf(project);

    expect(ofType('access_key').map(([id, scim]) => [id, scim])).toEqual([
      ['K1', null],
      ['K2', null],
      ['K3', false],
      ['K4', null],
      ['K5', false],
    ]);
    expect(asked(project)).toHaveLength(1);
    expect(report?.accessKeys).toMatchObject({ scim: 'not-offered', scimKeys: 0 });
  });

  it('fail the sync where the key may not ask for them', async () => {
    await expect(syncOf(projectWithKeys({ '*': 403 }))).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining(`GET ${path}`) as string,
    });
  });

  it('fail the sync where the list of access keys lacks one of them: it is not whole then', async () => {
    const project = projectWithKeys({ ...told, globex: { keys: [{ key: { id: 'K9' }, ssoId: '' }] } });

    await expect(syncOf(project)).rejects.toMatchObject({
      kind: 'inconsistent',
      message: expect.stringMatching(/K9.*globex.*access keys are not listed whole/) as string,
    });
  });

  it('are no fault where one was made after the list was read', async () => {
    const project = projectWithKeys({ ...told, globex: { keys: [{ key: { id: 'K9' }, ssoId: '' }] } });
    project.onRequest = ({ endpoint }) => {
      if (endpoint === `GET ${path}`) {
        project.lists = { keys: [...keys, { id: 'K9' }].map((key) => decodeAccessKey(key)) };
      }
    };

    expect((await syncOf(project)).ofType('access_key')).toEqual(expected);
  });

  it.each([1, 250])('are the same in pages of %i, and in a process for each page', async (pageSize) => {
    const project = projectWithKeys();
    const one = createConnector({ project, policy });
    const listed = await allResources(one, 'access_key_secret', { pageSize });
    const pages = await allPages((pageToken) =>
      listResources(createConnector({ project, policy }), 'access_key_secret', { pageToken, pageSize }),
    );

    expect(pages.flat()).toEqual(listed);
    expect(await Promise.all(keys.map(({ id }) => getResource(one, 'access_key_secret', id)))).toEqual(listed);
  });

  it('end a page where more than 25 tenants would have to be asked for it', async () => {
    const tenants = Array.from({ length: 60 }, (_, place) => tenant(`t${String(place).padStart(2, '0')}`));
    const rows = tenants.map(({ id }) => decodeAccessKey({ id: `K-${id}`, status: 'active', ...inTenants(id) }));
    const project = createProject({ ...smallProject(), tenants }, { keys: rows });
    project.ofTenants = { [path]: { '*': { keys: [] } } };

    const pages = await allPages((pageToken) =>
      listResources(createConnector({ project, policy }), 'access_key', { pageToken, pageSize: 250 }),
    );

    expect(pages.map((page) => page.length)).toEqual([25, 25, 10]);
    expect(asked(project)).toHaveLength(60);
  });
});

describe('a key that is bound to a user who is gone', () => {
  it('is counted as a reference that leads nowhere, with the key that names the user', async () => {
    const { report } = await syncOf(projectWithKeys());

    expect(report?.findings.dangling.first).toContainEqual({
      kind: 'user',
      name: 'gone',
      principal: { typeId: 'access_key_secret', id: 'K6' },
    });
    expect(report?.findings).toMatchObject({ danglingReferences: 1, dangling: { count: 2 } }); // tenant "nowhere", too
  });

  it('fails a strict sync, and says which key it is', async () => {
    const bound = decodeAccessKey({ id: 'K6', status: 'active', boundUserId: 'gone' });
    const project = createProject(smallProject(), { keys: [bound] });
    const connector = createConnector({ project, policy: { ...policy, strict: true } });

    await expect(walk({ surface: connector, syncId: 's', sink: createCollector().sink })).rejects.toThrow(
      /user "gone", on access_key_secret K6/,
    );
  });
});
