import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { RawIdSchema } from '../../src/gen/c1/connector/v2/annotation_raw_id_pb.ts';
import {
  GroupTraitSchema,
  RoleTraitSchema,
  ScopeBindingTraitSchema,
  type UserTrait,
  UserTraitSchema,
} from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import {
  type Resource,
  ResourcesServiceListResourcesResponseSchema,
  Status_ResourceStatus,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { GrantsServiceListGrantsResponseSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import type { User } from '../../src/descope/users/user.ts';
import { walk } from '../../src/sync/walk.ts';
import type { Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, user, usersWith } from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import {
  allGrants,
  allPages,
  allResources,
  connectorOf,
  createCollector,
  expectTruth,
  idsOf,
  listGrants,
  listResources,
} from '../support/walker.ts';

const mebibyte = 1024 * 1024;

async function listed(rows: Partial<Rows>, typeId: string): Promise<Resource> {
  const [resource] = await allResources(connectorOf(createProject(rows)), typeId);
  if (resource === undefined) {
    throw new Error('nothing was listed');
  }
  return resource;
}

function traitOf(resource: Resource): UserTrait {
  const [trait] = resource.annotations.map((annotation) => anyUnpack(annotation, UserTraitSchema));
  if (trait === undefined) {
    throw new Error('a user without its trait');
  }
  return trait;
}

const listUser = (fields: Partial<User>): Promise<Resource> => listed({ users: [user('u1', fields)] }, 'user');

describe('a user', () => {
  it.each([
    { status: 'enabled', expected: Status_ResourceStatus.ENABLED, details: '' },
    { status: 'invited', expected: Status_ResourceStatus.ENABLED, details: 'invited' },
    { status: 'disabled', expected: Status_ResourceStatus.DISABLED, details: 'disabled' },
    { status: 'expired', expected: Status_ResourceStatus.DISABLED, details: 'expired' },
    { status: 'frozen', expected: Status_ResourceStatus.UNSPECIFIED, details: 'frozen' },
    { status: 'Enabled', expected: Status_ResourceStatus.UNSPECIFIED, details: 'Enabled' },
    { status: '', expected: Status_ResourceStatus.UNSPECIFIED, details: '' },
    { status: 'constructor', expected: Status_ResourceStatus.UNSPECIFIED, details: 'constructor' },
    { status: '__proto__', expected: Status_ResourceStatus.UNSPECIFIED, details: '__proto__' },
  ])(
    'of status "$status" is shown as such, on the resource and on the trait',
    async ({ status, expected, details }) => {
      const resource = await listUser({ status });

      expect(resource.status).toMatchObject({ status: expected, details });
      expect(traitOf(resource).status).toMatchObject({ status: expected, details });
      expect(resource.profile).toMatchObject({ status });
    },
  );

  it.each([
    { fields: { name: 'Ann', email: 'a@b.c', phone: '+1', loginIds: ['l'] }, expected: 'Ann' },
    { fields: { name: ' ', email: 'a@b.c', phone: '+1', loginIds: ['l'] }, expected: 'a@b.c' },
    { fields: { email: '', phone: '+1', loginIds: ['l'] }, expected: '+1' },
    { fields: { loginIds: ['l', 'm'] }, expected: 'l' },
    { fields: { loginIds: ['\t'] }, expected: 'u1' },
    { fields: {}, expected: 'u1' },
  ])('is called $expected when it has $fields', async ({ fields, expected }) => {
    expect((await listUser(fields)).displayName).toBe(expected);
  });

  it('has the first login id as its login and the others as aliases', async () => {
    const trait = traitOf(await listUser({ loginIds: ['first', 'second', 'third'] }));

    expect(trait.login).toBe('first');
    expect(trait.loginAliases).toEqual(['second', 'third']);
  });

  it.each([
    { fields: {}, mfa: false, sso: false },
    { fields: { usesTotp: true }, mfa: true, sso: false },
    { fields: { usesWebauthn: true }, mfa: true, sso: false },
    { fields: { usesPush: true }, mfa: true, sso: false },
    { fields: { usesSaml: true }, mfa: false, sso: true },
    { fields: { usesOidc: true }, mfa: false, sso: true },
  ])('with $fields: mfa is $mfa, sso is $sso', async ({ fields, mfa, sso }) => {
    const trait = traitOf(await listUser(fields));

    expect(trait.mfaStatus?.mfaEnabled).toBe(mfa);
    expect(trait.ssoStatus?.ssoEnabled).toBe(sso);
  });

  it('has its time of creation in seconds, on the resource and on the trait', async () => {
    const resource = await listUser({ createdTime: 1_700_000_000 });

    expect(resource.createdAt?.seconds).toBe(1_700_000_000n);
    expect(traitOf(resource).createdAt?.seconds).toBe(1_700_000_000n);
  });

  it('whose time of creation is unknown has none', async () => {
    const resource = await listUser({ createdTime: undefined });

    expect(resource.createdAt).toBeUndefined();
  });

  it.each(['not an address', 'a@b@c', 'a b@c.d', '@', ''])(
    'keeps "%s" out of its addresses, but in its profile',
    async (email) => {
      const resource = await listUser({ email });

      expect(traitOf(resource).emails).toEqual([]);
      expect(resource.profile).toMatchObject({ email });
    },
  );

  it('with broken characters in every text is made well-formed', async () => {
    const broken = 'x\uD800y';
    const connector = connectorOf(
      createProject({
        users: [
          user('u1', {
            name: broken,
            givenName: broken,
            email: `${broken}@example.com`,
            phone: broken,
            status: broken,
            loginIds: [broken, broken],
            ssoAppIds: [broken],
            customAttributes: { [broken]: [broken] },
          }),
        ],
      }),
    );

    const [resource] = await allResources(connector, 'user');

    const text = JSON.stringify([
      resource?.profile,
      resource?.displayName,
      resource?.status?.details,
      resource === undefined ? [] : traitOf(resource).emails,
    ]);
    expect(resource?.displayName).toBe('x\uFFFDy');
    expect(text).not.toMatch(/\\ud800/i);
    expect(text.match(/\uFFFD/g)?.length).toBeGreaterThan(8);
  });

  it('with texts beyond the limits has them cut on a character boundary, and counted', async () => {
    const connector = connectorOf(
      createProject({
        users: [user('u1', { name: '\u{1F600}'.repeat(300), email: `${'e'.repeat(1100)} no address` })],
      }),
    );

    const [resource] = await allResources(connector, 'user');

    expect(resource?.displayName).toBe('\u{1F600}'.repeat(256));
    expect(resource?.profile?.['email']).toBe('e'.repeat(1024));
    expect(connector.report('sync-1')?.cuts).toEqual({ textsCut: 2, attributesDropped: 0 });
  });

  it('with an attribute of 10 MB loses its attributes, which is counted, and nothing else', async () => {
    const connector = connectorOf(
      createProject({ users: [user('u1', { name: 'Ann', customAttributes: { essay: 'x'.repeat(10_000_000) } })] }),
    );

    const [resource] = await allResources(connector, 'user');

    expect(resource).toMatchObject({ displayName: 'Ann', profile: { user_id: 'u1', custom_attributes: {} } });
    expect(connector.report('sync-1')?.cuts).toEqual({
      textsCut: 0,
      attributesDropped: 1,
      dropReasons: { tooLarge: 1 },
    });
  });

  it('who is a member of 5,000 tenants is told whole', async () => {
    const tenantIds = Array.from({ length: 5000 }, (_, place) => `t${place}`);
    const rows = {
      users: [user('u1', { userTenants: tenantIds.map((id) => inTenant(id, 'Editor')) })],
      tenants: tenantIds.map((id) => tenant(id)),
      roles: [role('Editor', { permissionNames: ['read'] })],
      permissions: [permission('read')],
    };
    const collector = createCollector();

    await walk({ surface: connectorOf(createProject(rows)), syncId: 'sync-1', sink: collector.sink });

    expect(collector.grants).toHaveLength(5000 + 5000 + 1 + 5000);
    expect(new Set(idsOf(collector.grants)).size).toBe(15_001);
  });
});

describe('a page', () => {
  it('stays under a mebibyte however large its users are, and none of them is lost', async () => {
    const attributes = { text: 'x'.repeat(45_000) };
    const rows = { users: usersWith(120, { customAttributes: attributes }), tenants: [], roles: [], permissions: [] };
    const connector = connectorOf(createProject(rows));

    const pages = await allPages(async (pageToken) => {
      const page = await listResources(connector, 'user', { pageToken });
      expect(
        toBinary(
          ResourcesServiceListResourcesResponseSchema,
          create(ResourcesServiceListResourcesResponseSchema, {
            list: [...page.list],
            nextPageToken: page.nextPageToken,
          }),
        ).length,
      ).toBeLessThan(mebibyte);
      return page;
    });

    expectTruth({ resources: pages.flat(), grants: [] }, truthOf(rows, 'all'));
    expect(pages.length).toBeGreaterThan(5);
  });

  it.each([
    ['wide characters', { text: '\u4E2D'.repeat(86_000) }],
    ['small numbers', { list: Array.from({ length: 130_000 }, () => 1) }],
    ['many short keys', Object.fromEntries(Array.from({ length: 20_000 }, (_, place) => [String(place), true]))],
  ])(
    'of one user with as many attributes as are let through stays under a mebibyte: %s',
    async (_what, customAttributes) => {
      const connector = connectorOf(createProject({ users: [user('u1', { customAttributes })] }));

      const page = await listResources(connector, 'user');

      expect(
        toBinary(
          ResourcesServiceListResourcesResponseSchema,
          create(ResourcesServiceListResourcesResponseSchema, {
            list: [...page.list],
            nextPageToken: page.nextPageToken,
          }),
        ).length,
      ).toBeLessThan(mebibyte);
    },
  );

  it('of grants stays under a mebibyte with ids of the greatest length', async () => {
    const users = usersWith(250, { userTenants: [inTenant('t'.repeat(450))] }, 'x'.repeat(450));
    const connector = connectorOf(createProject({ users, tenants: [tenant('t'.repeat(450))] }));

    const page = await listGrants(connector, 'tenant', 't'.repeat(450));

    expect(page.list.length).toBeGreaterThan(100);
    expect(
      toBinary(
        GrantsServiceListGrantsResponseSchema,
        create(GrantsServiceListGrantsResponseSchema, { list: [...page.list], nextPageToken: page.nextPageToken }),
      ).length,
    ).toBeLessThan(mebibyte);
    expect(await allGrants(connector, 'tenant', 't'.repeat(450))).toHaveLength(250);
  });
});

describe('an id that the protocol cannot carry', () => {
  const long = 'x'.repeat(1025);
  const half = 'y'.repeat(520);

  it.each<readonly [string, Partial<Rows>]>([
    ['a user id', { users: [user(long)] }],
    ['a tenant id', { tenants: [tenant(long)] }],
    ['a role name', { roles: [role(long)] }],
    ['a permission name', { permissions: [permission(long)] }],
    ['a role name of multi-byte characters', { roles: [role('\u4E2D'.repeat(342))] }],
    ['a role name that escaping lengthens', { roles: [role('/'.repeat(342))] }],
    ['a parent tenant id', { tenants: [tenant('t', { parent: long })] }],
    ['a role in a tenant', { tenants: [tenant(half)], roles: [role(half, { tenantId: half })] }],
    ['a binding', { tenants: [tenant(half)], roles: [role(half)] }],
    ["an entitlement's id", { tenants: [tenant('t'.repeat(1020))] }],
    ["a grant's id", { tenants: [tenant(half)], users: [user(half, { userTenants: [inTenant(half)] })] }],
  ])('(%s) fails the sync', async (_what, rows) => {
    const walking = walk({ surface: connectorOf(createProject(rows)), syncId: 'sync-1', sink: createCollector().sink });

    await expect(walking).rejects.toMatchObject({
      kind: 'upstream-contract',
      message: expect.stringContaining('1024'),
    });
  });

  it('may be as long as it carries', async () => {
    const connector = connectorOf(createProject({ users: [user('u'.repeat(1024))] }));

    expect(idsOf(await allResources(connector, 'user'))).toEqual(['u'.repeat(1024)]);
  });
});

describe('a tenant', () => {
  it('shows its settings, and is disabled when Descope says so', async () => {
    const resource = await listed(
      {
        tenants: [
          tenant('acme', {
            name: 'Acme',
            domains: ['acme.example'],
            disabled: true,
            parent: 'root',
            roleInheritance: 'all',
            defaultRoles: ['Viewer'],
            customAttributes: { tier: 1 },
          }),
        ],
      },
      'tenant',
    );

    expect(resource).toMatchObject({
      displayName: 'Acme',
      parentResourceId: { resourceType: 'tenant', resource: 'root' },
      status: { status: Status_ResourceStatus.DISABLED },
    });
    expect(resource.profile).toEqual({
      tenant_id: 'acme',
      domains: ['acme.example'],
      self_provisioning_domains: [],
      auth_type: '',
      enforce_sso: false,
      disabled: true,
      parent_tenant_id: 'root',
      role_inheritance: 'all',
      default_roles: ['Viewer'],
      custom_attributes: { tier: 1 },
    });
    expect(resource.annotations.some((annotation) => anyUnpack(annotation, GroupTraitSchema) !== undefined)).toBe(true);
  });

  it('without a name is called by its id, is enabled, and has no parent', async () => {
    const resource = await listed({ tenants: [tenant('acme', { name: ' ' })] }, 'tenant');

    expect(resource).toMatchObject({ displayName: 'acme', status: { status: Status_ResourceStatus.ENABLED } });
    expect(resource.parentResourceId).toBeUndefined();
  });
});

describe('a role', () => {
  const rawIdsOf = ({ annotations }: Resource): (string | undefined)[] =>
    annotations.map((annotation) => anyUnpack(annotation, RawIdSchema)?.id).filter((id) => id !== undefined);

  it('of the project has no parent', async () => {
    const resource = await listed(
      { roles: [role('Editor', { id: 'R1', description: 'Edits', isDefault: true })] },
      'role',
    );

    expect(resource).toMatchObject({ id: { resource: 'Editor' }, displayName: 'Editor', description: 'Edits' });
    expect(resource.parentResourceId).toBeUndefined();
    expect(resource.profile).toEqual({
      role_name: 'Editor',
      tenant_id: '',
      scope: 'project',
      default: true,
      private: false,
      descope_id: 'R1',
    });
    expect(rawIdsOf(resource)).toEqual(['R1']);
    expect(resource.annotations.some((annotation) => anyUnpack(annotation, RoleTraitSchema) !== undefined)).toBe(true);
  });

  it('of a tenant has that tenant as its parent, and its name in brackets', async () => {
    const resource = await listed(
      { tenants: [tenant('acme', { name: 'Acme' })], roles: [role('a/b', { tenantId: 'acme', isPrivate: true })] },
      'role',
    );

    expect(resource).toMatchObject({
      id: { resource: 'acme/a%2Fb' },
      displayName: 'a/b (Acme)',
      parentResourceId: { resourceType: 'tenant', resource: 'acme' },
    });
    expect(resource.profile).toEqual({
      role_name: 'a/b',
      tenant_id: 'acme',
      scope: 'tenant',
      default: false,
      private: true,
      descope_id: '',
    });
    expect(rawIdsOf(resource)).toEqual([]); // older backends give no id
  });
});

describe('a binding', () => {
  it('names the role and the tenant that it binds', async () => {
    const resource = await listed(
      { tenants: [tenant('a/c', { name: 'Acme' })], roles: [role('50%', { description: 'Half' })] },
      'role_binding',
    );

    const trait = resource.annotations
      .map((annotation) => anyUnpack(annotation, ScopeBindingTraitSchema))
      .find((unpacked) => unpacked !== undefined);
    expect(resource).toMatchObject({
      id: { resourceType: 'role_binding', resource: 'a%2Fc/50%25' },
      parentResourceId: { resourceType: 'tenant', resource: 'a/c' },
      displayName: '50% in Acme',
      description: 'Half',
      profile: { role_name: '50%', tenant_id: 'a/c' },
    });
    expect(trait?.roleId).toMatchObject({ resourceType: 'role', resource: '50%25' });
    expect(trait?.scopeResourceId).toMatchObject({ resourceType: 'tenant', resource: 'a/c' });
  });
});

describe('what is inherited', () => {
  it('is counted, with what is not sure and what no parent can be found for', async () => {
    const rows = {
      tenants: [
        tenant('root'),
        tenant('child', { parent: 'root' }),
        tenant('grandchild', { parent: 'child', roleInheritance: 'userOnly' }),
        tenant('apart', { parent: 'root', roleInheritance: 'none' }),
        tenant('stray', { parent: 'gone' }),
        tenant('loop', { parent: 'pool' }),
        tenant('pool', { parent: 'loop' }),
      ],
      roles: [role('A'), role('B'), role('C', { tenantId: 'root' })],
      users: [user('u', { userTenants: [inTenant('root', 'A', 'B'), inTenant('child', 'A', 'C')] })],
    };
    const connector = connectorOf(createProject(rows));

    await allResources(connector, 'user');

    // child, grandchild and, where the parent governs, apart from root; grandchild from child
    expect(connector.report('sync-1')?.inheritance).toEqual({
      mode: 'auto',
      edges: 3 + 3 + 3 + 2,
      uncertain: 3 + 2 + 1,
      loops: 2,
      unknownParents: 1,
      ancestorDefines: 1,
    });
  });
});
