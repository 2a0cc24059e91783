import * as fc from 'fast-check';
import type { AccessKey } from '../../src/descope/access-keys.ts';
import type { Permission } from '../../src/descope/permissions.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { User } from '../../src/descope/users/user.ts';
import { type Rows, serverNowMs } from './descope-model.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';

/** Names that have broken joins, escapes, sorts and look-ups before. All of them are well-formed and not empty. */
export const hostileNames = [
  'a',
  'A',
  'b',
  'a/b',
  'a%2Fb',
  'a%252Fb',
  'a:b',
  '/',
  '%',
  ':',
  '//',
  ' ',
  'Tenant Admin',
  '\u{1F600}',
  '\uFFFD',
  'e\u0301',
  '\u00E9',
  '\u202Etxt',
  '\u0000',
  '\r\n',
  '"\\',
  '__proto__',
  'constructor',
  'toString',
  'role',
  'role_binding',
  'member',
  'assigned:user:a',
] as const;

export const nameArbitrary: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostileNames) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }) },
);

interface Shape {
  readonly tenants: readonly Tenant[];
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
  readonly names: readonly string[];
}

/** Names drawn from a small pool, so that tenants, roles and permissions meet, shadow each other and dangle. */
const shapeArbitrary: fc.Arbitrary<Shape> = fc
  .uniqueArray(nameArbitrary, { minLength: 2, maxLength: 7 })
  .chain((names) => {
    const name = fc.constantFrom(...names);
    return fc.record({
      names: fc.constant(names),
      tenants: fc.uniqueArray(
        fc
          .record({
            id: name,
            parent: fc.option(name, { nil: '' }),
            name: fc.constantFrom('', 'Acme'),
            roleInheritance: fc.constantFrom('', '', '', 'userOnly', 'none', 'inherit'),
            disabled: fc.boolean(),
          })
          .map(({ id, ...fields }) => tenant(id, fields)),
        { maxLength: 5, selector: ({ id }) => id },
      ),
      roles: fc.uniqueArray(
        fc
          .record({
            roleName: name,
            tenantId: fc.option(name, { nil: '' }),
            permissionNames: fc.uniqueArray(name, { maxLength: 3 }),
          })
          .map(({ roleName, ...fields }) => role(roleName, fields)),
        { maxLength: 6, selector: ({ tenantId, name: roleName }) => JSON.stringify([tenantId, roleName]) },
      ),
      permissions: fc.uniqueArray(
        name.map((allowed) => permission(allowed)),
        { maxLength: 4, selector: ({ name: allowed }) => allowed },
      ),
    });
  });

const oldSeconds = fc.integer({ min: 1_500_000_000, max: Math.floor(serverNowMs / 1000) - 3600 });
/** Younger than the bound of a read, which lies 15 s behind the service's clock. */
const newSeconds = fc.integer({ min: Math.floor(serverNowMs / 1000) - 14, max: Math.floor(serverNowMs / 1000) });

function holdingsArbitrary(names: readonly string[]): fc.Arbitrary<Partial<User>> {
  const name = fc.constantFrom(...names);
  return fc.record({
    roleNames: fc.uniqueArray(name, { maxLength: 3 }),
    userTenants: fc.uniqueArray(
      fc.tuple(name, fc.uniqueArray(name, { maxLength: 3 })).map(([id, held]) => inTenant(id, ...held)),
      {
        maxLength: 3,
        selector: ({ tenantId }) => tenantId,
      },
    ),
    createdTime: fc.oneof({ weight: 6, arbitrary: oldSeconds }, { weight: 1, arbitrary: newSeconds }),
  });
}

/** The users who hold something, and enough others to fill none, one or several pages. */
function rowsArbitrary({ names, ...lists }: Shape): fc.Arbitrary<Rows> {
  return fc
    .record({
      holders: fc.uniqueArray(fc.tuple(nameArbitrary, holdingsArbitrary(names)), {
        maxLength: 12,
        selector: ([userId]) => userId,
      }),
      others: fc.constantFrom(0, 0, 0, 88, 99, 100, 101, 195, 210, 300),
      seconds: oldSeconds,
    })
    .map(({ holders, others, seconds }) => {
      const known = holders.map(([userId, fields]) => user(userId, fields));
      const rest = Array.from({ length: others }, (_, place) =>
        user(`other-${place}`, { createdTime: seconds + (place % 7) }),
      );
      return Object.assign({ users: [...known, ...rest] }, lists);
    });
}

/** A whole project. */
export const projectArbitrary: fc.Arbitrary<Rows> = shapeArbitrary.chain(rowsArbitrary);

export function keyArbitrary(names: readonly string[]): fc.Arbitrary<AccessKey> {
  return fc
    .record({
      id: nameArbitrary,
      name: fc.constantFrom('', 'CI', 'Export'),
      status: fc.constantFrom('active', 'inactive', 'revoked'),
      expireTime: fc.constantFrom(undefined, -1, 1, 1_900_000_000, 253_402_300_799, 9e15),
      boundUserId: fc.constantFrom('', '', '', 'a'),
      held: holdingsArbitrary(names),
    })
    .map(
      ({
        held: { roleNames = [], userTenants: keyTenants = [], createdTime },
        id,
        name,
        status,
        expireTime,
        boundUserId,
      }) => ({
        id,
        name,
        description: '',
        status,
        createdTime,
        expireTime,
        createdBy: '',
        boundUserId,
        roleNames,
        keyTenants,
        permittedIps: [],
        hasCustomClaims: false,
        isEditable: true,
      }),
    );
}

/** A whole project with access keys, whose ids are of the kind that users have, too. */
export const projectWithKeysArbitrary: fc.Arbitrary<Rows & { readonly keys: readonly AccessKey[] }> =
  shapeArbitrary.chain((shape) =>
    fc
      .record({
        rows: rowsArbitrary(shape),
        keys: fc.uniqueArray(keyArbitrary(shape.names), { maxLength: 8, selector: ({ id }) => id }),
      })
      .map(({ rows, keys }) => Object.assign({ keys }, rows)),
  );
