import type { Grant } from '../model/messages.ts';
import type { Ordinals } from './ordinals.ts';
import { fillPage, type Page, type PageRequest, placeIn } from './syncer.ts';

/** The users who hold one thing, in the order of one read of them. */
export interface Holders {
  readonly readId: string;
  readonly length: number;
  readonly userIdAt: (place: number) => string;
}

/** Holders as the index of a full read knows them. */
export function indexedHolders(readId: string, ordinals: Ordinals, userIdAt: (ordinal: number) => string): Holders {
  return {
    readId,
    length: ordinals.length,
    userIdAt: (place) => {
      const [ordinal = 0] = ordinals.slice(place, place + 1);
      return userIdAt(ordinal);
    },
  };
}

/** Holders as a filtered search found them. */
export function listedHolders(readId: string, userIds: readonly string[]): Holders {
  return { readId, length: userIds.length, userIdAt: (place) => userIds[place] ?? '' };
}

/** One page of the grants of a resource, one for each holder. */
export function holdersPage(holders: Holders, { cursor, limit }: PageRequest, toGrant: (userId: string) => Grant, sizeOf: (grant: Grant) => number): Page<Grant> {
  return fillPage(rows(holders, placeIn(holders.readId, cursor), toGrant), limit, sizeOf);
}

function* rows({ readId, length, userIdAt }: Holders, from: number, toGrant: (userId: string) => Grant): Generator<readonly [Grant, Readonly<Record<string, string | number>>]> {
  for (let place = from; place < length; place += 1) {
    yield [toGrant(userIdAt(place)), { r: readId, o: place + 1 }];
  }
}
