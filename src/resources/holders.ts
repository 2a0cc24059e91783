import type { TokenFields } from '../model/page-token.ts';
import type { GrantRow } from '../model/row.ts';
import type { Ordinals } from './ordinals.ts';
import { fillPage, type Page, type PageRequest, placeIn, rowsAfter } from './syncer.ts';

/** The users who hold one thing, from where a cursor stands, each with the cursor that stands right behind. */
export type Holders = (cursor: TokenFields | undefined) => Iterable<readonly [userId: string, after: TokenFields]>;

/** Holders as the index of a full read knows them, by their places in it. */
export function indexedHolders(readId: string, ordinals: Ordinals, userIdAt: (ordinal: number) => string): Holders {
  return function* indexed(cursor) {
    for (let place = placeIn(readId, cursor); place < ordinals.length; place += 1) {
      const [ordinal = 0] = ordinals.slice(place, place + 1);
      yield [userIdAt(ordinal), { r: readId, o: place + 1 }];
    }
  };
}

/** Holders as a filtered search found them, by their ids in order: a search made anew goes on behind the same user. */
export function listedHolders(sortedUserIds: readonly string[]): Holders {
  return (cursor) => rowsAfter(sortedUserIds, cursor, (userId) => userId, (userId) => userId);
}

/** One page of the grants of a resource, one for each holder. */
export function holdersPage(holders: Holders, { cursor, limit }: PageRequest, toGrant: (userId: string) => GrantRow): Page<GrantRow> {
  return fillPage(grantsOf(holders(cursor), toGrant), limit);
}

function* grantsOf(holders: Iterable<readonly [string, TokenFields]>, toGrant: (userId: string) => GrantRow): Generator<readonly [GrantRow, TokenFields]> {
  for (const [userId, after] of holders) {
    yield [toGrant(userId), after];
  }
}
