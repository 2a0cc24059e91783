import * as fc from 'fast-check';
import type { AccessKey } from '../../src/descope/access-keys.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { ProjectSeed } from '../../src/emulator/emulator.ts';
import { keyArbitrary, nameArbitrary } from './arbitraries.ts';
import type { Rows } from './descope-model.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';

/** A project with a tree of tenants in which much is held. */
export interface TreeWorld extends Rows {
  readonly keys: readonly AccessKey[];
}

/**
 * Trees up to a dozen tenants, mostly deep rather than flat, with loops, parents that are not there, all values of
 * inheritance and disabled tenants; few names of roles, so that tenants define again what the project or another tenant
 * has.
 */
export const treeWorldArbitrary: fc.Arbitrary<TreeWorld> = fc
  .record({
    ids: fc.uniqueArray(nameArbitrary, { minLength: 3, maxLength: 12 }),
    names: fc.uniqueArray(nameArbitrary, { minLength: 2, maxLength: 4 }),
    allowed: fc.uniqueArray(nameArbitrary, { minLength: 1, maxLength: 4 }),
  })
  .chain(({ ids, names, allowed }) => {
    const name = fc.constantFrom(...names);
    const place = fc.constantFrom(...ids, ...ids, ...ids, 'nowhere');
    const permissionNames = fc.uniqueArray(fc.constantFrom(...allowed, 'not there'), { maxLength: 3 });
    const held = fc.record({
      roleNames: fc.uniqueArray(name, { maxLength: 1 }),
      userTenants: fc.uniqueArray(
        fc.tuple(place, fc.uniqueArray(fc.oneof(name, fc.constant('no role')), { maxLength: 3 })),
        { maxLength: 4, selector: ([id]) => id },
      ),
    });
    return fc
      .record({
        tenants: fc.tuple(...ids.map((id, at) => tenantArbitrary(id, ids.slice(0, at), ids))),
        projectRoles: fc.uniqueArray(fc.tuple(name, permissionNames), { selector: ([roleName]) => roleName }),
        ownRoles: fc.uniqueArray(fc.tuple(fc.constantFrom(...ids), name, permissionNames), {
          maxLength: 6,
          selector: ([id, roleName]) => JSON.stringify([id, roleName]),
        }),
        users: fc.uniqueArray(fc.tuple(nameArbitrary, held), { maxLength: 12, selector: ([id]) => id }),
        keys: fc.uniqueArray(fc.tuple(keyArbitrary(names), held), { maxLength: 4, selector: ([{ id }]) => id }),
      })
      .map(({ tenants, projectRoles, ownRoles, users, keys }) => ({
        tenants,
        roles: [
          ...projectRoles.map(([roleName, granted]) => role(roleName, { permissionNames: granted })),
          ...ownRoles.map(([tenantId, roleName, granted]) => role(roleName, { tenantId, permissionNames: granted })),
        ],
        permissions: allowed.map((one) => permission(one)),
        users: users.map(([id, { roleNames, userTenants }]) =>
          user(id, { roleNames, userTenants: userTenants.map(([at, roles]) => inTenant(at, ...roles)) }),
        ),
        keys: keys.map(([key, { roleNames, userTenants }]) =>
          Object.assign({}, key, { roleNames, keyTenants: userTenants.map(([at, roles]) => inTenant(at, ...roles)) }),
        ),
      }));
  });

function tenantArbitrary(id: string, earlier: readonly string[], all: readonly string[]): fc.Arbitrary<Tenant> {
  return fc
    .record({
      parent: fc.oneof(
        { weight: 8, arbitrary: earlier.length === 0 ? fc.constant('') : fc.constantFrom(...earlier.slice(-3)) },
        { weight: 1, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom(...all) },
        { weight: 1, arbitrary: fc.constant('nowhere') },
      ),
      roleInheritance: fc.constantFrom('', '', '', '', '', 'userOnly', 'none', 'inherit'),
      disabled: fc.constantFrom(false, false, false, false, true),
    })
    .map((fields) => tenant(id, fields));
}

/** The same as the stand-in for the service is given it. */
export function seedOf({ users, tenants, roles, permissions, keys }: TreeWorld): ProjectSeed {
  return {
    users: users.map(({ userId, roleNames, userTenants, createdTime }) => ({
      userId,
      roleNames,
      tenants: userTenants,
      createdTime: createdTime ?? 0,
    })),
    tenants: tenants.map(({ id, parent, roleInheritance, disabled }) => ({ id, parent, roleInheritance, disabled })),
    roles: roles.map(({ name, tenantId, permissionNames }) => ({ name, tenantId, permissionNames })),
    permissions: permissions.map(({ name }) => ({ name })),
    accessKeys: keys.map(({ id, boundUserId, roleNames, keyTenants }) => ({ id, boundUserId, roleNames, keyTenants })),
  };
}

/**
 * The same with single sign-on in every tenant: groups with everybody among their members, every role mapped, given by
 * default and given to whoever joins. None of it is held by anybody yet.
 */
export function mappedSeedOf(world: TreeWorld): ProjectSeed {
  const names = [...new Set(world.roles.map(({ name }) => name)), 'gone role'];
  const members = world.users.map(({ userId }) => ({ userId, loginId: `login-${userId}`, display: userId }));
  const seed = seedOf(world);
  return {
    ...seed,
    tenants: (seed.tenants ?? []).map((tenant) => Object.assign({}, tenant, { defaultRoles: names.slice(0, 1) })),
    ssoConfigurations: world.tenants.map(({ id }) => ({
      tenantId: id,
      saml: { idpSSOUrl: 'https://idp.example/sso' },
      groupMappings: names.map((role) => ({ role, groups: ['Everybody'] })),
      defaultSSORoles: names.slice(0, 2),
    })),
    groups: world.tenants.map(({ id }) => ({ tenantId: id, id: 'g/1', display: 'Everybody', members })),
  };
}
