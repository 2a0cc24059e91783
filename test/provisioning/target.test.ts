import { create } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toWriteRequest, userWriteEndpoints } from '../../src/descope/users/user-writes.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { bindingResourceId, entitlementId, entitlementIdOf, roleResourceId } from '../../src/model/ids.ts';
import {
  parseEntitlement,
  parseEntitlementArgument,
  parseGrantArgument,
  parseTarget,
} from '../../src/provisioning/request.ts';
import { nameArbitrary } from '../support/arbitraries.ts';

describe('the target of an entitlement', () => {
  it.each([
    ['tenant', 'acme', 'acme', undefined, 'member'],
    ['tenant', 'a/b%2F', 'a/b%2F', undefined, 'member'],
    ['role', 'Editor', '', 'Editor', 'assigned'],
    ['role', 'acme/Editor', 'acme', 'Editor', 'assigned'],
    ['role', 'A%2FB 50%25', '', 'A/B 50%', 'assigned'],
    ['role', 'te%2Fnant/A%2FB', 'te/nant', 'A/B', 'assigned'],
    ['role', '__proto__', '', '__proto__', 'assigned'],
    ['role_binding', 'acme/Editor', 'acme', 'Editor', 'assigned'],
    ['role_binding', 'a:b/c:d', 'a:b', 'c:d', 'assigned'],
  ])('of %s %s is in scope "%s" the role %s, as %s', (typeId, resourceId, tenantId, roleName, slug) => {
    expect(parseTarget(typeId, resourceId)).toEqual({ typeId, resourceId, slug, tenantId, roleName });
  });

  it.each([
    ['permission', 'read', 'refused'],
    ['user', 'U2Ada', 'invalid'],
    ['group', 'g', 'unsupported'],
    ['toString', 'g', 'unsupported'],
    ['tenant', '', 'invalid'],
    ['role', '', 'invalid'],
    ['role', 'a/b/c', 'invalid'],
    ['role', '/Editor', 'invalid'],
    ['role', 'acme/', 'invalid'],
    ['role', '%2f', 'invalid'],
    ['role_binding', 'Editor', 'invalid'],
    ['role', 'x'.repeat(1024), 'invalid'],
    ['tenant', '\u{1F600}'.repeat(300), 'invalid'],
  ])('%s %s is none: %s', (typeId, resourceId, kind) => {
    expect(() => parseTarget(typeId, resourceId)).toThrow(expect.objectContaining({ kind }));
  });

  it('is read from the resource id, for every name and tenant that can be', () => {
    fc.assert(
      fc.property(nameArbitrary, nameArbitrary, (tenantId, roleName) => {
        const scoped = bindingResourceId(tenantId, roleName);
        expect(parseTarget('role_binding', scoped)).toMatchObject({ tenantId, roleName });
        expect(parseTarget('role', scoped)).toMatchObject({ tenantId, roleName });
        expect(parseTarget('role', roleResourceId({ tenantId: '', roleName }))).toMatchObject({
          tenantId: '',
          roleName,
        });
        expect(parseTarget('tenant', tenantId)).toMatchObject({ tenantId, roleName: undefined });
      }),
    );
  });

  it('comes from no two different ids', () => {
    fc.assert(
      fc.property(
        nameArbitrary,
        nameArbitrary,
        fc.constantFrom('role', 'role_binding'),
        (resourceId, other, typeId) => {
          fc.pre(resourceId !== other);
          const parsed = [resourceId, other].map((id) => {
            try {
              const { tenantId, roleTenantId, roleName } = parseTarget(typeId, id);
              return JSON.stringify([tenantId, roleTenantId, roleName]);
            } catch {
              return undefined;
            }
          });
          expect(parsed[0] === undefined || parsed[0] !== parsed[1]).toBe(true);
        },
      ),
    );
  });

  it('is refused whenever id and resource differ in a single character', () => {
    const id = entitlementId('role_binding', 'acme/Editor');
    for (let place = 0; place < id.length; place += 1) {
      const changed = `${id.slice(0, place)}~${id.slice(place + 1)}`;
      const entitlement = create(EntitlementSchema, {
        id: changed,
        resource: { id: { resourceType: 'role_binding', resource: 'acme/Editor' } },
      });
      expect(() => parseEntitlement(entitlement)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    }
  });
});

describe('a bare entitlement id', () => {
  it('is taken apart into type, resource id and slug, whatever the resource id holds', () => {
    fc.assert(
      fc.property(
        nameArbitrary,
        fc.constantFrom(
          ['tenant', 'member'],
          ['role', 'assigned'],
          ['role_binding', 'assigned'],
          ['permission', 'granted'],
        ),
        (resourceId, [typeId = '', slug = '']) => {
          const parts = { typeId, resourceId, slug };
          expect(parseEntitlementArgument(entitlementIdOf(parts))).toEqual(parts);
        },
      ),
    );
  });

  it.each([
    '',
    'role:Editor',
    'role::assigned',
    'role:assigned',
    'role:Editor:member',
    'tenant:acme:assigned',
    'user:U2Ada:assigned',
    'Role:Editor:assigned',
    'toString:Editor:assigned',
  ])('%j is none', (id) => {
    expect(parseEntitlementArgument(id)).toBeUndefined();
  });
});

describe('the request of a change', () => {
  it('carries the tenant id exactly when the change is in a tenant, for adding and for removing', () => {
    const scope = fc.oneof(nameArbitrary, fc.constant(''));
    fc.assert(
      fc.property(
        fc.constantFrom('add', 'remove'),
        scope,
        nameArbitrary,
        nameArbitrary,
        (operation, tenantId, roleName, userId) => {
          const { endpoint, json } = toWriteRequest({ operation, userId, tenantId, roleName });

          expect(endpoint).toBe(
            operation === 'add' ? userWriteEndpoints.addUserRoles : userWriteEndpoints.removeUserRoles,
          );
          expect(JSON.parse(JSON.stringify(json))).toEqual(
            tenantId === ''
              ? { loginId: userId, roleNames: [roleName] }
              : { loginId: userId, roleNames: [roleName], tenantId },
          );
        },
      ),
    );
  });

  it.each([
    ['add', userWriteEndpoints.addUserTenant],
    ['remove', userWriteEndpoints.removeUserTenant],
  ] as const)('to %s a membership names the tenant and no role', (operation, endpoint) => {
    expect(toWriteRequest({ operation, userId: 'U2Ada', tenantId: 'acme', roleName: undefined })).toEqual({
      endpoint,
      json: { loginId: 'U2Ada', tenantId: 'acme' },
    });
  });
});

describe('a bare grant id', () => {
  it.each([
    ['tenant:acme:member', 'user', 'U2Ada'],
    ['role:Editor:assigned', 'access_key', 'K2abc'],
    ['role_binding:acme/a:assigned:user:b:assigned', 'user', 'U2Ada'],
    ['application:SA2Wiki:access', 'user', 'U2Ada'],
    ['third_party_app:TPA2abc:consent', 'user', 'U2Ada'],
    ['third_party_app:TPA2abc:consent', 'tenant', 'a:user:b'],
    ['idp_group:acme/s/g:member', 'user', 'U2Ada'],
  ])('of %s, to the %s %s, says both', (entitlement, typeId, id) => {
    expect(parseGrantArgument(`${entitlement}:${typeId}:${id}`)).toEqual({
      entitlementId: entitlement,
      principal: { typeId, id },
    });
  });

  it.each(['', 'role:Editor:assigned', 'role:Editor:assigned:user:', 'x:user:U2Ada', 'role:Editor:assigned:group:g'])(
    '%j is none',
    (id) => {
      expect(parseGrantArgument(id)).toBeUndefined();
    },
  );
});
