import { IdTable } from '../descope/users/id-table.ts';
import type { IdBytes } from '../model/blank-form.ts';
import type { TokenFields } from '../model/page-token.ts';
import type { GrantRow } from '../model/row.ts';
import type { Ordinals } from './ordinals.ts';
import type { HoldersQuestion, SyncRead } from './sync-read.ts';
import { afterKey, createGauge, firstAbove, type Page, type PageRequest, placeIn } from './syncer.ts';
import { walkedPage } from './walked-page.ts';

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
export function indexedHolders(readId: string, ordinals: Ordinals, users: IdBytes): Holders {
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
    placeOf: (cursor) => (cursor === undefined ? 0 : firstAbove(sortedUserIds, afterKey(cursor), (userId) => userId)),
    cursorAt: (place) => ({ a: sortedUserIds[place - 1] ?? '' }),
  };
}

/** Direct grants of one resource: from the index, from a search, or, in a process without an index, from a walk. */
export async function grantsOfHolders(
  read: SyncRead,
  question: HoldersQuestion,
  request: PageRequest,
  grantRows: (users: IdBytes) => (user: number) => GrantRow,
): Promise<Page<GrantRow>> {
  const walk = await read.walkInstead(question.filter, request.cursor, request.signal);
  if (walk === undefined) {
    return holdersPage(await read.holders(question, request.signal), request, grantRows);
  }
  if (!question.exists(await read.catalog(request.signal))) {
    return { rows: [] };
  }
  const users = new IdTable();
  const toGrant = grantRows(users);
  return await walkedPage(walk, request, (user) =>
    question.holds(user) ? [toGrant(users.add(user.userId).ordinal)] : [],
  );
}

/** One page of the grants of a resource, one for each holder. */
export function holdersPage(
  holders: Holders,
  { cursor, limit }: PageRequest,
  grantRows: (users: IdBytes) => (user: number) => GrantRow,
): Page<GrantRow> {
  const toGrant = grantRows(holders.users);
  const rows: GrantRow[] = [];
  const isFull = createGauge();
  const from = holders.placeOf(cursor);
  for (let place = from; place < holders.count; place += 1) {
    const row = toGrant(holders.at(place));
    if (rows.length === limit || isFull(rows, row)) {
      return { rows, next: holders.cursorAt(place) };
    }
    rows.push(row);
  }
  return { rows };
}
