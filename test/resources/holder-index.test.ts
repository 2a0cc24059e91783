import { describe, expect, it } from 'vitest';
import type { User } from '../../src/descope/users/user.ts';
import { HolderIndex } from '../../src/resources/sync/holder-index.ts';
import type { OrdinalSlice } from '../../src/resources/sync/ordinal-slice.ts';
import { inTenant, user } from '../support/project-fixture.ts';

function indexOf(users: readonly User[], ordinals = users.map((_, place) => place)): HolderIndex {
  const index = new HolderIndex();
  index.add({ users, ordinals });
  return index;
}

function toArray(ordinals: OrdinalSlice): readonly number[] {
  return Array.from(ordinals.slice(0, ordinals.length));
}

const ann = user('ann', {
  roleNames: ['Owner'],
  userTenants: [inTenant('acme', 'Owner', 'Éditeur'), inTenant('globex')],
});
const bob = user('bob', { roleNames: ['__proto__'], userTenants: [inTenant('acme', 'Owner')] });

describe('the index of access', () => {
  it('tells who is in a tenant, and who holds a role: in the whole project, or inside a tenant', () => {
    const index = indexOf([ann, bob]);

    expect(toArray(index.membersOf('acme'))).toEqual([0, 1]);
    expect(toArray(index.holdersOf('', 'Owner'))).toEqual([0]);
    expect(toArray(index.holdersOf('acme', 'Owner'))).toEqual([0, 1]);
    expect(toArray(index.holdersOf('acme', 'Éditeur'))).toEqual([0]);
    expect(toArray(index.holdersOf('', '__proto__'))).toEqual([1]);
  });

  it('knows nobody of what no user names', () => {
    const index = indexOf([ann, bob]);

    expect(
      [
        index.membersOf('initech'),
        index.holdersOf('', 'Éditeur'),
        index.holdersOf('globex', 'Owner'),
        index.holdersOf('initech', 'Owner'),
      ].map(toArray),
    ).toEqual([[], [], [], []]);
    expect(index.isHeld('initech', 'Owner')).toBe(false);
  });

  it('goes through all that somebody holds, each with its holders', () => {
    const index = indexOf([ann, bob]);

    expect(
      index
        .members()
        .map(([tenantId, members]) => [tenantId, toArray(members)])
        .toArray(),
    ).toEqual([
      ['acme', [0, 1]],
      ['globex', [0]],
    ]);
    expect(
      index
        .projectRoles()
        .map(([roleName, holders]) => [roleName, toArray(holders)])
        .toArray(),
    ).toEqual([
      ['Owner', [0]],
      ['__proto__', [1]],
    ]);
    expect(
      index
        .tenantRoles()
        .map(([{ tenantId, roleName }, holders]) => [tenantId, roleName, toArray(holders)])
        .toArray(),
    ).toEqual([
      ['acme', 'Owner', [0, 1]],
      ['acme', 'Éditeur', [0]],
    ]);
    expect(index.isHeld('acme', 'Éditeur')).toBe(true);
  });

  it('enters a user once, though pages tell of the same one twice', () => {
    const index = indexOf([ann, bob, user('ann', { roleNames: ['Late'] })], [5_000, 1, 5_000]);

    expect(toArray(index.membersOf('acme'))).toEqual([5_000, 1]);
    expect(toArray(index.holdersOf('', 'Late'))).toEqual([]);
  });
});
