import { create, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  EntitlementSchema,
  EntitlementsServiceListStaticEntitlementsRequestSchema,
} from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { ConnectorServiceGetMetadataResponseSchema } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import {
  ResourceSchema,
  ResourceTypeSchema,
  ResourceTypesServiceListResourceTypesRequestSchema,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from '../../src/model/annotations.ts';
import { walk } from '../../src/sync/walk.ts';
import { createProject, inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { ssoProject } from '../support/sso-project.ts';
import { connectorOf, createCollector, typeIds } from '../support/walker.ts';

/*
 * The public contract: type ids, traits, annotations, slugs, id formats, profile keys, purposes, who may be granted
 * what, capabilities. Platforms store these ids and rules name these keys: A DIFF IN A FILE OF access-model/ IS A
 * BREAKING CHANGE. It needs a major version and a word in the release notes. On purpose: vitest run test/contract -u
 */
const rows = {
  users: [
    user('U1', {
      loginIds: ['ann@acme.example', '+15550100'],
      name: 'Ann Example',
      givenName: 'Ann',
      middleName: 'B',
      familyName: 'Example',
      email: 'ann@acme.example',
      phone: '+15550100',
      verifiedEmail: true,
      verifiedPhone: true,
      test: true,
      roleNames: ['Tenant Admin'],
      userTenants: [inTenant('acme/eu', 'Tenant Admin', '100% own')],
      ssoAppIds: ['app'],
      customAttributes: { level: 3 },
      createdTime: 1_700_000_000,
      usesTotp: true,
      usesSaml: true,
      isScim: true,
    }),
  ],
  tenants: [
    tenant('acme/eu', {
      name: 'Acme',
      domains: ['acme.example'],
      selfProvisioningDomains: ['acme.example'],
      authType: 'saml',
      enforceSso: true,
      parent: 'acme',
      roleInheritance: 'userOnly',
      defaultRoles: ['Viewer'],
      customAttributes: { tier: 'gold' },
      createdTime: 1_600_000_000,
    }),
  ],
  roles: [
    role('Tenant Admin', {
      id: 'R1',
      description: 'Runs a tenant',
      permissionNames: ['User Admin'],
      isDefault: true,
      createdTime: 1_600_000_000,
    }),
    role('100% own', { id: 'R2', tenantId: 'acme/eu', permissionNames: ['User Admin'], isPrivate: true }),
  ],
  permissions: [permission('User Admin', { id: 'P1', description: 'Manages users', systemDefault: true })],
};

describe('the access model as it is published', () => {
  it('names its types, their traits and what is skipped on them', async () => {
    const { list } = await connectorOf(createProject()).listResourceTypes(
      create(ResourceTypesServiceListResourceTypesRequestSchema),
    );

    const told = list.map((type) => toJson(ResourceTypeSchema, type, { registry: annotationRegistry }));
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/resource-types.json');
  });

  it('offers one entitlement on each type, for a purpose and to certain types', async () => {
    const connector = connectorOf(createProject());

    const told = await Promise.all(
      typeIds.map(async (resourceTypeId) => {
        const { list } = await connector.listStaticEntitlements(
          create(EntitlementsServiceListStaticEntitlementsRequestSchema, { resourceTypeId }),
        );
        return [
          resourceTypeId,
          list.map((template) => toJson(EntitlementSchema, template, { registry: annotationRegistry })),
        ] as const;
      }),
    );

    await expect(`${JSON.stringify(Object.fromEntries(told), undefined, 2)}\n`).toMatchFileSnapshot(
      './access-model/entitlement-templates.json',
    );
  });

  it('gives resources their ids, parents and profiles', async () => {
    const collector = createCollector();

    await walk({ surface: connectorOf(createProject(rows)), syncId: 'sync-1', sink: collector.sink });

    const told = collector.resources.map((resource) =>
      toJson(ResourceSchema, resource, { registry: annotationRegistry }),
    );
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/resources.json');
  });

  it('gives entitlements and grants their ids, and says how grants are passed on', async () => {
    const collector = createCollector();

    await walk({ surface: connectorOf(createProject(rows)), syncId: 'sync-1', sink: collector.sink });

    const told = {
      entitlementIds: collector.entitlements.map(({ id }) => id),
      grants: collector.grants.map((grant) => toJson(GrantSchema, grant, { registry: annotationRegistry })),
    };
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/grants.json');
  });

  it('says what the connector can do', async () => {
    const response = await connectorOf(createProject()).getMetadata();

    const told = toJson(ConnectorServiceGetMetadataResponseSchema, response, { registry: annotationRegistry });
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/metadata.json');
  });
});

describe('the opt-in types of single sign-on as they are published', () => {
  const include = ['sso_configuration', 'idp_group'];
  const connector = () => connectorOf(ssoProject(), { include, tenantRoles: 'observed' });

  it('have their types, ids, parents and profiles', async () => {
    const collector = createCollector();

    await walk({ surface: connector(), syncId: 'sync-1', sink: collector.sink });

    const told = {
      types: collector.types
        .filter(({ id }) => include.includes(id))
        .map((type) => toJson(ResourceTypeSchema, type, { registry: annotationRegistry })),
      resources: collector.resources
        .filter(({ id }) => include.includes(id?.resourceType ?? ''))
        .map((resource) => toJson(ResourceSchema, resource, { registry: annotationRegistry })),
    };
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/sso-resources.json');
  });

  it('have their grants, and say of others what the next login gives', async () => {
    const collector = createCollector();

    await walk({ surface: connector(), syncId: 'sync-1', sink: collector.sink });

    const told = collector.grants
      .filter(
        (grant) =>
          JSON.stringify(grant.annotations.map(({ typeUrl }) => typeUrl)).includes('GrantMetadata') ||
          grant.id.includes('idp_group'),
      )
      .map((grant) => toJson(GrantSchema, grant, { registry: annotationRegistry }));
    await expect(`${JSON.stringify(told, undefined, 2)}\n`).toMatchFileSnapshot('./access-model/sso-grants.json');
  });
});

describe('the profile keys', () => {
  it.each([
    [
      'user',
      [
        'user_id',
        'login_ids',
        'email',
        'verified_email',
        'phone',
        'verified_phone',
        'status',
        'test',
        'sso_app_ids',
        'scim',
        'custom_attributes',
      ],
    ],
    [
      'tenant',
      [
        'tenant_id',
        'domains',
        'self_provisioning_domains',
        'auth_type',
        'enforce_sso',
        'disabled',
        'parent_tenant_id',
        'role_inheritance',
        'default_roles',
        'custom_attributes',
      ],
    ],
    ['role', ['role_name', 'tenant_id', 'scope', 'default', 'private', 'descope_id']],
    ['permission', ['permission_name', 'system_default', 'descope_id']],
    ['role_binding', ['role_name', 'tenant_id']],
  ])('of a %s are those that the access model freezes, all of them, always', async (typeId, keys) => {
    const bare = {
      users: [user('u', { userTenants: [] })],
      tenants: [tenant('t')],
      roles: [role('r')],
      permissions: [permission('p')],
    };

    for (const project of [rows, bare]) {
      const collector = createCollector();
      await walk({ surface: connectorOf(createProject(project)), syncId: 'sync-1', sink: collector.sink });
      const profiles = collector.resources
        .filter(({ id }) => id?.resourceType === typeId)
        .map(({ profile }) => Object.keys(profile ?? {}));
      expect(profiles.length).toBeGreaterThan(0);
      for (const profile of profiles) {
        expect(profile.toSorted()).toEqual(keys.toSorted());
      }
    }
  });
});
