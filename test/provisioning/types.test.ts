import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Inheritance } from '../../src/access/inheritance.ts';
import { endpoints } from '../../src/descope/endpoints.ts';
import { endpointLabel } from '../../src/descope/http/endpoint.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { accessKeyPrincipal } from '../../src/provisioning/access-key.ts';
import { applicationUser } from '../../src/provisioning/application-user.ts';
import { planGrant } from '../../src/provisioning/grant.ts';
import { newProgress } from '../../src/provisioning/plan.ts';
import { principalTypesHolding } from '../../src/provisioning/principal-types.ts';
import type { PrincipalType } from '../../src/provisioning/principal.ts';
import { planRevoke } from '../../src/provisioning/revoke.ts';
import { provisioned, writeRightsOf } from '../../src/provisioning/types.ts';
import { userPrincipal } from '../../src/provisioning/user.ts';
import { parseChangeRequest, parseTarget } from '../../src/provisioning/request.ts';
import { registry, typeRights } from '../../src/registry.ts';
import { catalogOf } from '../support/catalog.ts';
import { role } from '../support/project-fixture.ts';
import { addApp, deleteConsents, deleteTenantConsents, removeApp, updateKey } from '../support/provisioning-server.ts';

const changeable = provisioned.flatMap((type) => ('entitlements' in type ? [type] : []));

describe('the types whose entitlements can be changed', () => {
  it('are tenants, roles, applications and consents; what is managed elsewhere is refused with a sentence', () => {
    expect(changeable.map(({ typeId }) => typeId)).toEqual([
      'tenant',
      'role',
      'role_binding',
      'application',
      'third_party_app',
    ]);
    expect(provisioned.filter((type) => 'refusal' in type).map(({ typeId }) => typeId)).toEqual([
      'permission',
      'idp_group',
      'sso_configuration',
      'project',
    ]);
  });

  it('have the entitlements that a sync lists, each for the principals that a sync grants them to', () => {
    for (const { typeId, entitlements } of changeable) {
      const listed = registry.find(({ words }) => words.id === typeId)?.entitlements ?? [];
      expect(entitlements.map(({ slug }) => slug)).toEqual(listed.map(({ words }) => words.slug));
    }
    expect(principalTypesHolding('role')).toEqual([userPrincipal, accessKeyPrincipal]);
    expect(principalTypesHolding('membership')).toEqual([userPrincipal, accessKeyPrincipal]);
    expect(principalTypesHolding('application')).toEqual([applicationUser]);
    expect(principalTypesHolding('consent').map(({ typeId }) => typeId)).toEqual(['user', 'tenant']);
  });

  it('are told from types that are only listed, and from types that do not exist', () => {
    const asked = (typeId: string) => ({
      entitlement: create(EntitlementSchema, {
        id: `${typeId}:K2:assigned`,
        resource: { id: { resourceType: typeId, resource: 'K2' } },
      }),
      principal: create(ResourceSchema, { id: { resourceType: 'user', resource: 'U2Ada' } }),
    });
    const isType = (typeId: string): boolean => typeId === 'access_key';

    expect(() => parseChangeRequest('grant', asked('access_key'), isType)).toThrow('an access key cannot be granted');
    expect(() => parseChangeRequest('grant', asked('group'), isType)).toThrow('there is no resource type "group"');
  });

  it('need a right for each call that changes them, and together for every call that changes something', () => {
    expect(changeable.map((type) => [type.typeId, writeRightsOf(type.typeId)])).toEqual([
      ['tenant', ['POST /v1/mgmt/user/update/tenant/add', 'POST /v1/mgmt/user/update/tenant/remove', updateKey]],
      ['role', ['POST /v1/mgmt/user/update/role/add', 'POST /v1/mgmt/user/update/role/remove', updateKey]],
      ['role_binding', ['POST /v1/mgmt/user/update/role/add', 'POST /v1/mgmt/user/update/role/remove', updateKey]],
      ['application', [addApp, removeApp]],
      ['third_party_app', [deleteConsents, deleteTenantConsents]],
    ]);
    expect(new Set(typeRights().flatMap(({ write }) => write))).toEqual(
      new Set(endpoints.filter(({ effect }) => effect === 'write').map(endpointLabel)),
    );
  });
});

describe('a principal of another type', () => {
  const keys: PrincipalType = {
    ...userPrincipal,
    typeId: 'access_key',
    noun: 'access key',
    oneOf: 'an access key',
    idForm: 'key ids begin with a "K"',
    canBeId: (text) => text.startsWith('K'),
  };
  const catalog = catalogOf({ roles: [role('Editor')] });
  const asked = (id: string) => ({
    target: parseTarget('role', 'Editor'),
    subject: { id, type: keys },
    joinTenant: false,
    applicationDefault: 'unknown' as const,
  });

  it('is called by its own words, and judged by its own form of ids', () => {
    const unseen = { catalog, inheritance: new Inheritance([], 'auto'), record: undefined };

    expect(() => planGrant(asked('K2'), () => undefined)(unseen, newProgress())).toThrow(
      'there is no access key K2 in the project',
    );
    expect(planRevoke(asked('K2'))(unseen, newProgress())).toEqual({ kind: 'settled', isOurs: false });
    expect(() => planRevoke(asked('U2'))(unseen, newProgress())).toThrow(
      'there is no access key "U2" in the project, and this cannot be the id of a deleted access key: key ids begin with a "K"',
    );
  });
});
