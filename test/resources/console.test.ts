import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { consoleAdminList } from '../../src/descope/console-admins.ts';
import { managementKeyList } from '../../src/descope/management-keys.ts';
import { projectList } from '../../src/descope/projects.ts';
import { GrantMetadataSchema } from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { SecretTraitSchema, UserTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import type { Grant } from '../../src/model/messages.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel, MoreLists } from '../support/descope-model.ts';
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

const policy: SyncPolicy = { tenantRoles: 'all', include: ['console'] };
const canary = 'canary-77aa';
const [projects, admins, keys] = [projectList, consoleAdminList, managementKeyList].map(
  ({ endpoint }) => endpoint.path,
) as [string, string, string];
const types = ['project', 'console_admin', 'management_key', 'management_key_secret'] as const;

const inProjects = (role: string, ...projectIds: string[]): object => ({ projects: [{ projectIds, role }] });
const byTags = (role: string, ...tags: string[]): object => ({ tags: [{ tags, role }] });

const answers: MoreLists = {
  [projects]: [
    { id: 'P2fake', name: 'Shop', environment: 'production', tags: ['prod', 'eu'] },
    { id: 'P2other', name: ' ', tags: ['eu'], secret: canary },
  ].map((row) => projectList.decode(row)),
  [admins]: [
    { id: 'boss', attributes: { displayName: 'Boss' }, rbac: { isCompanyAdmin: true }, status: 'disabled' },
    { id: 'ann', rbac: inProjects('admin', 'P2fake', 'P2gone'), status: 'enabled', loginIDs: ['a@x.example', 'ann'] },
    { id: 'both', rbac: { isCompanyAdmin: true, ...inProjects('admin', 'P2fake') }, status: 'enabled' },
    { id: 'eve', attributes: { email: 'eve@x.example' }, rbac: byTags('auditor', 'eu', 'gone'), status: 'invited' },
    { id: 'fay', rbac: byTags('support', 'prod', 'eu'), status: 'odd', token: canary },
    { id: 'new', rbac: inProjects('pilot', 'P2other'), status: 'enabled' },
    { id: 'none', status: 'enabled' },
  ].map((row) => consoleAdminList.decode(row)),
  [keys]: [
    { id: 'K1-company', name: 'CI', status: 'active', reBac: { companyRoles: ['company-full-access'] } },
    {
      id: 'K2-shop',
      name: 'CI',
      status: 'active',
      expireTime: 1_700_000_000,
      reBac: {
        projectRoles: [
          { projectIds: ['P2fake'], roles: ['read-only', 'of the future'] },
          { projectIds: ['P2fake'], roles: ['read-only', 'project-admin'] },
        ],
        tagRoles: [{ tags: ['eu'], roles: ['tag-role'] }],
      },
      cleartext: canary,
    },
    { id: 'K3-tag', name: '', status: 'inactive', reBac: { tagRoles: [{ tags: ['eu'], roles: ['tag-role'] }] } },
    { id: 'K4-none', name: 'Idle', status: 'active', reBac: { tagRoles: [{ tags: ['eu'], roles: [] }] } },
  ].map((row) => managementKeyList.decode(row)),
};

function company(lists: MoreLists = {}): DescopeModel {
  return createProject(smallProject(), { ...answers, ...lists });
}

/** What each grant says of itself, by the grant's id. */
function notesOf(grants: readonly Grant[]): Record<string, unknown> {
  return Object.fromEntries(
    grants.map(({ id, annotations }) => [
      id,
      annotations.map((one) => anyUnpack(one, GrantMetadataSchema)?.metadata)[0],
    ]),
  );
}

describe('the console', () => {
  it('is neither read nor named where nobody asked for it', async () => {
    const project = company();
    const connector = createConnector({ project, policy: { tenantRoles: 'all' } });

    await expect(allResources(connector, 'project')).rejects.toMatchObject({ kind: 'unsupported' });
    await allResources(connector, 'tenant');

    expect(project.requests.map(({ endpoint }) => endpoint).filter((name) => name.includes('/v1/'))).toEqual([]);
  });

  it('has each of its lists read once in a sync, and everything in it told', async () => {
    const project = company();
    const collector = createCollector();
    const connector = createConnector({ project, policy });

    await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

    expect(project.requests.map(({ endpoint }) => endpoint).filter((name) => name.includes('/v1/'))).toEqual([
      `POST ${projects}`,
      `POST ${admins}`,
      `GET ${keys}`,
    ]);
    expect(collector.resources.filter(({ id }) => types.some((type) => type === id?.resourceType)).length).toBe(
      2 + 7 + 4 + 4,
    );
    expect(idsOf(collector.grants).filter((id) => id.startsWith('project:'))).toHaveLength(8 + 7);
  });

  it('tells who may do what in a project, and how where the project is not named itself', async () => {
    const connector = createConnector({ project: company(), policy });

    expect(notesOf(await allGrants(connector, 'project', 'P2fake'))).toEqual({
      'project:P2fake:admin:console_admin:ann': undefined,
      'project:P2fake:admin:console_admin:boss': { via: 'company_admin' },
      'project:P2fake:admin:console_admin:both': undefined,
      'project:P2fake:support:console_admin:fay': { via: 'tag', tags: ['prod', 'eu'] },
      'project:P2fake:auditor:console_admin:eve': { via: 'tag', tags: ['eu'], certainty: 'uncertain' },
      'project:P2fake:management_key_role:management_key:K1-company': {
        roles: ['company-full-access'],
        via: 'company_role',
      },
      'project:P2fake:management_key_role:management_key:K2-shop': {
        roles: ['read-only', 'of the future', 'project-admin', 'tag-role'],
      },
      'project:P2fake:management_key_role:management_key:K3-tag': { roles: ['tag-role'], via: 'tag', tags: ['eu'] },
    });
    expect(notesOf(await allGrants(connector, 'project', 'P2other'))).toMatchObject({
      'project:P2other:admin:console_admin:both': { via: 'company_admin' },
      'project:P2other:support:console_admin:fay': { via: 'tag', tags: ['eu'], certainty: 'uncertain' },
      'project:P2other:management_key_role:management_key:K2-shop': { roles: ['tag-role'], via: 'tag', tags: ['eu'] },
    });
    expect(await allGrants(connector, 'project', 'P2gone')).toEqual([]);
  });

  it.each([1, 2, 3, 250])('tells it the same in pages of %i, each asked of another process', async (pageSize) => {
    const whole = await allGrants(createConnector({ project: company(), policy }), 'project', 'P2fake');

    const pages = await allPages((pageToken) =>
      listGrants(createConnector({ project: company(), policy }), 'project', 'P2fake', { pageToken, pageSize }),
    );

    expect(pages.flat()).toEqual(whole);
  });

  it('names what no grant can tell: projects and tags that nothing has, and roles that are new', async () => {
    const connector = createConnector({ project: company(), policy });

    const listed = await allResources(connector, 'console_admin', { pageSize: 2 });

    expect(listed.map(({ id }) => id?.resource)).toEqual(['ann', 'boss', 'both', 'eve', 'fay', 'new', 'none']);
    expect(listed[0]?.profile).toEqual({
      descoper_id: 'ann',
      name: '',
      email: '',
      login_ids: ['a@x.example', 'ann'],
      status: 'enabled',
      company_admin: false,
      other_roles: [],
      unlisted_projects: ['P2gone'],
      unlisted_tags: [],
    });
    expect(listed[3]?.profile).toMatchObject({ unlisted_tags: ['gone'], email: 'eve@x.example' });
    expect(listed[5]?.profile).toMatchObject({ other_roles: ['P2other: pilot'] });
    expect(listed.map(({ displayName, status }) => [displayName, status?.status, status?.details])).toEqual([
      ['a@x.example', 1, ''],
      ['Boss', 2, 'disabled'],
      ['both', 1, ''],
      ['eve@x.example', 1, 'invited'],
      ['fay', 0, 'odd'],
      ['new', 1, ''],
      ['none', 1, ''],
    ]);
    const [trait] = listed[0]?.annotations.map((one) => anyUnpack(one, UserTraitSchema)) ?? [];
    expect(trait).toMatchObject({ login: 'a@x.example', loginAliases: ['ann'] });
    expect([trait?.mfaStatus, trait?.ssoStatus]).toEqual([undefined, undefined]);
    expect(await getResource(connector, 'console_admin', 'ann')).toEqual(listed[0]);
  });

  it('tells of each key what it may do and until when, and nothing of its secret', async () => {
    const connector = createConnector({ project: company(), policy });

    const listed = await allResources(connector, 'management_key');
    const secrets = await allResources(connector, 'management_key_secret');

    expect(listed.map(({ displayName, status }) => [displayName, status?.details])).toEqual([
      ['CI (ompany)', ''],
      ['CI (2-shop)', 'expired'],
      ['K3-tag', 'inactive'],
      ['Idle', ''],
    ]);
    expect(listed[0]?.profile).toMatchObject({ company_roles: ['company-full-access'], expires_at: '' });
    const traits = secrets.map(({ annotations }) => annotations.map((one) => anyUnpack(one, SecretTraitSchema))[0]);
    expect(traits.map((trait) => [trait?.credentialDetail, trait?.identityId?.resource])).toEqual(
      ['K1-company', 'K2-shop', 'K3-tag', 'K4-none'].map((id) => ['descope.management_key', id]),
    );
    expect(traits.map((trait) => trait?.expiresAt === undefined)).toEqual([true, false, true, true]);
    expect(JSON.stringify([...listed, ...secrets].map(({ profile }) => profile))).not.toContain(canary);
    expect(await getResource(connector, 'management_key_secret', 'K2-shop')).toEqual(secrets[1]);
    await expect(getResource(connector, 'management_key', 'gone')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each([
    ['projects without this one', { [projects]: answers[projects]?.slice(1) ?? [] }],
    ['no projects', { [projects]: [] }],
    ['no management keys', { [keys]: [] }],
  ])('is not taken for empty where the company seems to have %s', async (_what, lists) => {
    const connector = createConnector({ project: company(lists), policy });

    for (const type of types) {
      await expect(allResources(connector, type)).rejects.toMatchObject({
        kind: 'forbidden',
        message: expect.stringContaining('DESCOPE_COMPANY_MANAGEMENT_KEY') as string,
      });
    }
    await expect(allGrants(connector, 'project', 'P2fake')).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
