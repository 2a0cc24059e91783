import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { createConnector } from '../../src/connector.ts';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import { SecretTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import type { Resource } from '../../src/model/messages.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { allResources, getResource } from '../support/walker.ts';

const policy = { tenantRoles: 'all', include: ['access_key'] } as const;

const keys = [
  { id: 'K1', name: 'CI', status: 'active', roleNames: ['Viewer'], createdBy: 'bob', createdTime: 1_700_000_000 },
  { id: 'K2', name: 'CI', status: 'active', expireTime: 1_600_000_000, createdBy: 'K2ManagementKey' },
  {
    id: 'K3',
    name: 'As Ann',
    status: 'active',
    boundUserId: 'ann',
    roleNames: ['Editor'],
    keyTenants: [{ tenantId: 'acme', roleNames: ['Approver'] }],
  },
  { id: 'K4', name: 'As nobody', status: 'active', boundUserId: 'gone', createdBy: 'gone' },
];

function projectWithKeys(): DescopeModel {
  return createProject(smallProject(), { keys: keys.map((key) => decodeAccessKey(key)) });
}

function secretOf({ annotations }: Resource) {
  const trait = annotations.map((one) => anyUnpack(one, SecretTraitSchema)).find((one) => one !== undefined);
  return {
    identity: trait?.identityId && `${trait.identityId.resourceType}:${trait.identityId.resource}`,
    creator: trait?.createdById?.resource,
    expires: trait?.expiresAt?.seconds,
    detail: trait?.credentialDetail,
    lastUsed: trait?.lastUsedAt,
  };
}

describe('secrets of access keys', () => {
  it('come with the keys: one for each, also for a key that acts as a user', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    const listed = await allResources(connector, 'access_key_secret', { pageSize: 1 });

    expect(listed.map(({ id, displayName }) => [id?.resource, displayName])).toEqual([
      ['K1', 'CI (K1)'],
      ['K2', 'CI (K2)'],
      ['K3', 'As Ann'],
      ['K4', 'As nobody'],
    ]);
    const [first] = listed;
    expect(await getResource(connector, 'access_key_secret', 'K1')).toEqual(first);
  });

  it('say as whom they sign in, who made them and until when, and never when they were last used', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    const secrets = (await allResources(connector, 'access_key_secret')).map(secretOf);

    const nothing = { creator: undefined, expires: undefined, detail: 'descope.access_key', lastUsed: undefined };
    expect(secrets).toEqual([
      { ...nothing, identity: 'access_key:K1', creator: 'bob' },
      { ...nothing, identity: 'access_key:K2', expires: 1_600_000_000n },
      { ...nothing, identity: 'user:ann' },
      { ...nothing, identity: undefined },
    ]);
  });

  it('of a bound key name the user, also one who is gone, and the roles that Descope ignores', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    expect((await getResource(connector, 'access_key_secret', 'K3')).profile).toMatchObject({
      bound_user_id: 'ann',
      ignored_roles: ['Editor', 'acme: Approver'],
    });
    expect((await getResource(connector, 'access_key_secret', 'K4')).profile).toMatchObject({
      bound_user_id: 'gone',
      ignored_roles: [],
    });
    await expect(getResource(connector, 'access_key_secret', 'K9')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('are the same whether they are listed or loaded one by one', async () => {
    const connector = createConnector({ project: projectWithKeys(), policy });

    const listed = await allResources(connector, 'access_key_secret');
    const loaded = await Promise.all(keys.map(({ id }) => getResource(connector, 'access_key_secret', id)));

    expect(loaded).toEqual(listed);
  });
});
