import type { Catalog } from '../../access/catalog.ts';
import { type Holding, holds } from '../../access/holding.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import type { User } from '../../descope/users/user.ts';
import type { IdBytes } from '../../model/grant-template.ts';
import { firstPlace } from '../../model/order.ts';
import type { TokenFields } from '../../model/page-token.ts';
import type { HolderIndex, References } from './holder-index.ts';
import type { OrdinalSlice } from './ordinal-slice.ts';
import { afterKey, placeIn } from './paging.ts';
import type { UserFilter } from '../../descope/users/user-page.ts';

/** Something that users' records name besides tenants and roles, such as applications. */
export interface UserReferences extends References<User> {
  /** The search by which Descope finds the users who name one. What it finds is checked. */
  readonly filterOf: (id: string) => UserFilter;
}

/** What users may hold: a membership or role, or whatever their records name. */
export type UserHolding = Holding | { readonly named: UserReferences; readonly id: string };

/** Who holds something. */
export interface HoldersQuestion {
  readonly holding: UserHolding;
  /** Whether there is such a thing: one that records name and no list has is dangling, and no grant is made of it. */
  readonly exists: (catalog: Catalog) => boolean;
}

/** The search by which Descope finds those who hold something. What it finds is checked. */
export function filterOf(holding: UserHolding): UserFilter {
  if ('named' in holding) {
    return holding.named.filterOf(holding.id);
  }
  const { tenantId, roleName } = holding;
  if (roleName === undefined) {
    return { tenantIds: [tenantId] };
  }
  return tenantId === '' ? { roleNames: [roleName] } : { tenantRoleNames: { [tenantId]: [roleName] } };
}

/** Whether a user's record shows it. */
export function isHeldBy(user: User, holding: UserHolding): boolean {
  return 'named' in holding ? holding.named.idsOf(user).includes(holding.id) : holds(user, holding);
}

/** Those who hold something, as an index knows them. */
export function ordinalsOf(index: HolderIndex, holding: UserHolding): OrdinalSlice {
  if ('named' in holding) {
    return index.holdersNaming(holding.named, holding.id);
  }
  const { tenantId, roleName } = holding;
  return roleName === undefined ? index.membersOf(tenantId) : index.holdersOf(tenantId, roleName);
}

/** The users who hold one thing, in order, each by a number among `users`. */
export interface Holders {
  readonly users: IdBytes;
  /** About how much memory they take that nothing else holds. */
  readonly bytes: number;
  readonly count: number;
  /** The number of the user at a place. */
  at(place: number): number;
  /** The place where a cursor stands, and the cursor that stands at a place other than the first. */
  placeOf(cursor: TokenFields | undefined): number;
  cursorAt(place: number): TokenFields;
}

/** Holders as the index of a full read knows them, by their places in it. */
export function indexedHolders(readId: string, ordinals: OrdinalSlice, users: IdBytes): Holders {
  return {
    users,
    bytes: 0,
    count: ordinals.length,
    at: (place) => ordinals.at(place),
    placeOf: (cursor) => placeIn(readId, cursor),
    cursorAt: (place) => ({ r: readId, o: place }),
  };
}

/** Holders as a filtered search found them, by their ids in order: a search made anew goes on behind the same user. */
export function listedHolders(sortedUserIds: readonly string[]): Holders {
  const users = new IdTable();
  sortedUserIds.forEach((userId) => users.add(userId));
  return {
    users,
    bytes: users.byteLength + sortedUserIds.length * 80,
    count: sortedUserIds.length,
    at: (place) => place,
    placeOf: (cursor) => {
      const after = afterKey(cursor);
      return firstPlace(sortedUserIds.length, (place) => (sortedUserIds[place] ?? '') <= after);
    },
    cursorAt: (place) => ({ a: sortedUserIds[place - 1] ?? '' }),
  };
}
