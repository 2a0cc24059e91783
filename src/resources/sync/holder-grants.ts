import type { Catalog } from '../../access/catalog.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import { grantRowsOf } from '../../model/grant-row.ts';
import type { IdBytes } from '../../model/grant-template.ts';
import type { EntitlementRef } from '../../model/ids.ts';
import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import type { GrantRow } from '../../model/row.ts';
import { filterOf, type Holders, type HoldersQuestion, isHeldBy, ordinalsOf } from './holders.ts';
import { isOfOthers, otherSources, startOfOthers, thenOthers, typesFrom } from './other-holders.ts';
import { createGauge, fillPage, type Page, type PageRequest } from './paging.ts';
import { returningIn, userGrantRows } from './returning.ts';
import type { SyncSession } from './sync-session.ts';
import { walkedPage } from './walked-page.ts';

/**
 * Direct grants of one resource: of the users first, from the index, from a search, or, in a process without an index,
 * from a walk; then of the principals whose lists are read whole.
 */
export async function grantsOfHolders(
  session: SyncSession,
  entitlement: EntitlementRef,
  question: HoldersQuestion,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const { cursor, limit, signal } = request;
  if (!isOfOthers(cursor)) {
    const page = await grantsToUsers(session, entitlement, question, request);
    if (page.next !== undefined || session.types.otherHolders.length === 0) {
      return page;
    }
    const catalog = await session.catalog(signal);
    return { ...page, ...thenOthers(grantsToOthers(session, catalog, entitlement, question, startOfOthers)) };
  }
  return fillPage(grantsToOthers(session, await session.catalog(signal), entitlement, question, cursor), limit);
}

async function grantsToUsers(
  session: SyncSession,
  entitlement: EntitlementRef,
  question: HoldersQuestion,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const { signal } = request;
  const { holding } = question;
  const walk = await session.walkInstead(filterOf(holding), request.cursor, signal);
  const holders = walk === undefined ? await session.holders(question, signal) : undefined;
  const isInTenant = !('named' in holding) && holding.tenantId !== '' && holding.roleName !== undefined;
  const returning = isInTenant
    ? await returningIn(session, await session.catalog(signal), entitlement, holding.tenantId, signal)
    : undefined;
  const toRows = (users: IdBytes): ((user: number) => GrantRow) => userGrantRows(entitlement, users, returning);
  if (walk === undefined || holders !== undefined) {
    return holders === undefined ? { rows: [] } : holdersPage(holders, request, toRows);
  }
  if (!question.exists(await session.catalog(signal))) {
    return { rows: [] };
  }
  const users = new IdTable();
  const toGrant = toRows(users);
  return await walkedPage(walk, request, (user) =>
    isHeldBy(user, holding) ? [toGrant(users.add(user.userId).ordinal)] : [],
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

/** Grants to the principals that are no users, in order of type and id, each with the cursor behind itself. */
function* grantsToOthers(
  { types }: SyncSession,
  catalog: Catalog,
  entitlement: EntitlementRef,
  { holding, exists }: HoldersQuestion,
  cursor: TokenFields,
): Generator<readonly [GrantRow, TokenFields]> {
  const [afterType, afterId] = [tokenText(cursor, 'y'), tokenText(cursor, 'a')];
  const sources = exists(catalog) ? otherSources(catalog, typesFrom(types.otherHolders, cursor)) : [];
  for (const { typeId, index, ids } of sources) {
    const toGrant = grantRowsOf(entitlement, typeId, ids);
    const ordinals = ordinalsOf(index, holding);
    const idAt = (place: number): string => ids.at(ordinals.at(place));
    const from = typeId === afterType ? firstPlace(ordinals.length, (place) => idAt(place) <= afterId) : 0;
    for (let place = from; place < ordinals.length; place += 1) {
      yield [toGrant(ordinals.at(place)), { y: typeId, a: idAt(place) }];
    }
  }
}
