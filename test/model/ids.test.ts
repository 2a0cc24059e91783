import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bindingResourceId,
  checkId,
  entitlementId,
  grantId,
  isFoundingType,
  maxIdBytes,
  parseBindingResourceId,
  parseEntitlementId,
  parseRoleResourceId,
  type RoleAddress,
  roleResourceId,
} from '../../src/model/ids.ts';
import { nameArbitrary } from '../support/arbitraries.ts';

const addressArbitrary: fc.Arbitrary<RoleAddress> = fc.record({
  tenantId: fc.option(nameArbitrary, { nil: '' }),
  roleName: nameArbitrary,
});

describe('the resource id of a role', () => {
  it.each<readonly [RoleAddress, string]>([
    [{ tenantId: '', roleName: 'Tenant Admin' }, 'Tenant Admin'],
    [{ tenantId: '', roleName: 'a/b' }, 'a%2Fb'],
    [{ tenantId: '', roleName: '100%' }, '100%25'],
    [{ tenantId: '', roleName: '%2F' }, '%252F'],
    [{ tenantId: '', roleName: 'a:b' }, 'a:b'],
    [{ tenantId: '', roleName: '\u{1F600} e\u0301' }, '\u{1F600} e\u0301'],
    [{ tenantId: 'acme', roleName: 'Editor' }, 'acme/Editor'],
    [{ tenantId: 'a/b', roleName: 'c/d' }, 'a%2Fb/c%2Fd'],
    [{ tenantId: '/', roleName: '/' }, '%2F/%2F'],
  ])('of %j is %s', (address, id) => {
    expect(roleResourceId(address)).toBe(id);
    expect(parseRoleResourceId(id)).toEqual(address);
  });

  it('can be taken apart again, whatever the names', () => {
    fc.assert(
      fc.property(addressArbitrary, (address) => {
        expect(parseRoleResourceId(roleResourceId(address))).toEqual(address);
      }),
      { numRuns: 2000 },
    );
  });

  it('differs for different roles', () => {
    fc.assert(
      fc.property(addressArbitrary, addressArbitrary, (one, other) => {
        const isSame = one.tenantId === other.tenantId && one.roleName === other.roleName;
        expect(roleResourceId(one) === roleResourceId(other)).toBe(isSame);
      }),
      { numRuns: 2000 },
    );
  });

  it('has one unescaped slash for a role of a tenant and none for one of the project', () => {
    fc.assert(
      fc.property(addressArbitrary, (address) => {
        expect(roleResourceId(address).split('/')).toHaveLength(address.tenantId === '' ? 1 : 2);
      }),
    );
  });

  it.each(['', '/', 'a/', '/a', 'a/b/c', '%', '%2', '%2f', 'a%2fb', '%20', '%2525%', 'a%/b'])(
    'is not what "%s" is',
    (id) => {
      expect(parseRoleResourceId(id)).toBeUndefined();
    },
  );

  it('is made from every text that it can be read from', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', '2', '5', 'F', 'f', '/', 'a') }), (text) => {
        const address = parseRoleResourceId(text);
        fc.pre(address !== undefined);
        expect(roleResourceId(address)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the resource id of a binding', () => {
  it('is the tenant and the role, each escaped, and can be taken apart again', () => {
    fc.assert(
      fc.property(nameArbitrary, nameArbitrary, (tenantId, roleName) => {
        expect(parseBindingResourceId(bindingResourceId(tenantId, roleName))).toEqual({ tenantId, roleName });
      }),
    );
  });

  it('is not the id of a project role', () => {
    expect(parseBindingResourceId('Editor')).toBeUndefined();
  });
});

describe('ids of entitlements and grants', () => {
  it.each([
    ['tenant', 'acme', 'tenant:acme:member'],
    ['role', 'acme/Editor', 'role:acme/Editor:assigned'],
    ['role_binding', 'acme/Editor', 'role_binding:acme/Editor:assigned'],
    ['permission', 'a:b', 'permission:a:b:granted'],
  ] as const)('are plain joins: %s %s', (typeId, resourceId, id) => {
    expect(entitlementId(typeId, resourceId)).toBe(id);
    expect(grantId(id, { typeId: 'user', id: 'u:1' })).toBe(`${id}:user:u:1`);
  });
});

describe('a bare entitlement id', () => {
  const typeIds = ['tenant', 'role', 'permission', 'role_binding'] as const;

  it('says type and resource id again, whatever that holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...typeIds), nameArbitrary, (typeId, resourceId) => {
        expect(parseEntitlementId(entitlementId(typeId, resourceId))).toEqual({ typeId, resourceId });
      }),
    );
  });

  it.each([
    '',
    'user:u:member',
    'tenant::member',
    'tenant:acme:assigned',
    'role:Editor',
    'role:Editor:assigned ',
    'group:g:member',
    'assigned',
  ])('is not "%s"', (id) => {
    expect(parseEntitlementId(id)).toBeUndefined();
  });
});

describe('the limit of an id', () => {
  it.each(['x'.repeat(maxIdBytes), '\u4E2D'.repeat(341), '\u{1F600}'.repeat(256), ''])(
    'lets pass what has 1,024 bytes or fewer',
    (id) => {
      expect(checkId(id)).toBe(id);
    },
  );

  it.each(['x'.repeat(maxIdBytes + 1), '\u4E2D'.repeat(342), `${'\u{1F600}'.repeat(256)}x`, 'x'.repeat(1_000_000)])(
    'refuses what has more, by its bytes',
    (id) => {
      expect(() => checkId(id)).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
    },
  );

  it.each([
    () => roleResourceId({ tenantId: 't'.repeat(600), roleName: 'r'.repeat(600) }),
    () => roleResourceId({ tenantId: '', roleName: '%'.repeat(342) }),
    () => bindingResourceId('t'.repeat(600), 'r'.repeat(600)),
    () => entitlementId('role', 'r'.repeat(1020)),
    () => grantId('e'.repeat(600), { typeId: 'user', id: 'u'.repeat(600) }),
  ])('holds for every id that is built: %s', (build) => {
    expect(build).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
  });

  it('tells with broken text only the well-formed beginning of the id', () => {
    expect(() => checkId(`${'x'.repeat(39)}\u{1F600}${'y'.repeat(1024)}`)).toThrow(/begins with "x{39}\uFFFD"/);
  });
});

describe('a resource type id', () => {
  it.each(['user', 'tenant', 'role', 'permission', 'role_binding'])('is %s', (id) => {
    expect(isFoundingType(id)).toBe(true);
  });

  it.each(['', 'User', 'group', 'length', 'constructor', '__proto__'])('is not "%s"', (id) => {
    expect(isFoundingType(id)).toBe(false);
  });
});
