import { type Binding, type Catalog, compareBindings, idOfBinding } from '../../access/catalog.ts';
import type { HolderType } from '../../access/holder-list.ts';
import { IdTable } from '../../descope/users/id-table.ts';
import { grantRowsOf } from '../../model/grant-row.ts';
import { entitlementRef } from '../../model/ids.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import type { GrantRow } from '../../model/row.ts';
import type { CompletedRead } from './completed-read.ts';
import { bindingsOf } from './held-bindings.ts';
import { bindingsOfOthers } from './other-holders.ts';
import { createGauge, type GrantPage, type Page, type PageRequest, placeIn } from './paging.ts';
import { tellsGroups } from './mapped.ts';
import { isReturningRead, returningIn, returningOf, userGrantRows } from './returning.ts';
import type { SyncSession } from './sync-session.ts';
import { tenantsPerPage } from './tenant-page.ts';
import type { UserWalk } from './user-walk.ts';
import { walkedPage } from './walked-page.ts';

/** A stretch of the walk is worth a cursor of its own from about this many grants on. */
const grantsPerStretch = 5_000;
const maxStretches = 64;

/**
 * The grants of all held bindings in one walk. Asked without a cursor it begins the first stretch and names cursors for
 * the others, so that several workers walk at once. A stretch is bounded by bindings, not by places: in another
 * process, whose read may differ, each still covers its own part and together they cover all.
 */
export async function walkBindings(
  session: SyncSession,
  completed: CompletedRead,
  request: PageRequest,
): Promise<GrantPage> {
  if (request.cursor !== undefined) {
    return await grantsFrom(session, completed, request.cursor, request);
  }
  const estimatedTotal = countGrants(completed);
  const [first = {}, ...others] = stretches(completed, estimatedTotal);
  const page = await grantsFrom(session, completed, first, request);
  return { ...page, ...(others.length > 0 && { siblings: others, estimatedTotal }) };
}

/** Bounds travel as a role and a tenant: `fr`, `ft` where a stretch begins, `tr`, `tt` before which it ends. */
function stretches({ heldBindings, index }: CompletedRead, total: number): readonly TokenFields[] {
  const perStretch = Math.max(grantsPerStretch, Math.ceil(total / maxStretches));
  const starts: Binding[] = [];
  let grants = perStretch;
  for (let place = 0; place < heldBindings.count; place += 1) {
    const binding = heldBindings.at(place);
    if (binding !== undefined) {
      if (grants >= perStretch) {
        starts.push(binding);
        grants = 0;
      }
      grants += index.holdersOf(binding.tenantId, binding.roleName).length;
    }
  }
  return starts.map((start, place) => {
    const from: TokenFields = place === 0 ? {} : { fr: start.roleName, ft: start.tenantId };
    return Object.assign({}, from, endOf(starts[place + 1]));
  });
}

function endOf(following: Binding | undefined): TokenFields {
  return following === undefined ? {} : { tr: following.roleName, tt: following.tenantId };
}

function countGrants({ heldBindings, index }: CompletedRead): number {
  let count = 0;
  for (let place = 0; place < heldBindings.count; place += 1) {
    const binding = heldBindings.at(place);
    count += binding === undefined ? 0 : index.holdersOf(binding.tenantId, binding.roleName).length;
  }
  return count;
}

/**
 * A page of the grants of one stretch: `b` is the place of the binding it stands at, `o` how many of its holders are
 * past.
 */
async function grantsFrom(
  session: SyncSession,
  { catalog, heldBindings, index, readId, users }: CompletedRead,
  cursor: TokenFields,
  { limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const isReturningTold = tellsGroups(session);
  const { r: _read, b: _place, o: _holders, ...bounds } = cursor;
  const isOfThisRead = tokenText(cursor, 'r') === readId;
  const { from: first, to } = boundsOf(bounds);
  const end = to === undefined ? heldBindings.count : heldBindings.placeOf(to);
  const start = first === undefined ? 0 : heldBindings.placeOf(first);
  const rows: GrantRow[] = [];
  const isFull = createGauge();
  let waitedFor = 0;
  let from = isOfThisRead ? placeIn(readId, cursor, 'o') : 0;
  for (let place = isOfThisRead ? placeIn(readId, cursor, 'b') : start; place < end; place += 1) {
    const binding = heldBindings.at(place);
    if (binding !== undefined) {
      const entitlement = entitlementRef('role_binding', idOfBinding(binding));
      const holders = index.holdersOf(binding.tenantId, binding.roleName);
      if (isReturningTold && !isReturningRead(session, binding.tenantId)) {
        if (waitedFor === tenantsPerPage) {
          return { rows, next: { ...bounds, r: readId, b: place, o: from } };
        }
        waitedFor += 1;
      }
      const returning = isReturningTold
        ? await returningIn(session, catalog, entitlement, binding.tenantId, signal)
        : undefined;
      const toRow = userGrantRows(entitlement, users, returning);
      for (; from < holders.length; from += 1) {
        const row = toRow(holders.at(from));
        if (rows.length === limit || isFull(rows, row)) {
          return { rows, next: { ...bounds, r: readId, b: place, o: from } };
        }
        rows.push(row);
      }
    }
    from = 0;
  }
  return { rows };
}

/**
 * Grants of bindings to the principals that are no users, principal by principal, each with the cursor behind itself.
 */
export function bindingGrantsToOthers(
  catalog: Catalog,
  types: readonly HolderType[],
  cursor: TokenFields,
): IteratorObject<readonly [GrantRow, TokenFields]> {
  return bindingsOfOthers(catalog, types, cursor).map(([{ binding, source, ordinal }, after]) => {
    const toRow = grantRowsOf(entitlementRef('role_binding', idOfBinding(binding)), source.typeId, source.ids);
    return [toRow(ordinal), after];
  });
}

/**
 * The grants of bindings to users, user by user, for a process that has no index of who holds what: every page makes
 * progress. A cursor that names the bounds of a stretch keeps to them.
 */
export async function walkedGrants(
  session: SyncSession,
  walk: UserWalk,
  catalog: Catalog,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const {
    i: _walk,
    q: _page,
    k: _rows,
    s: _second,
    c: _count,
    r: _read,
    b: _place,
    o: _holders,
    ...bounds
  } = request.cursor ?? {};
  const users = new IdTable();
  const { from, to } = boundsOf(bounds);
  const isWithin = (binding: Binding): boolean =>
    (from === undefined || compareBindings(binding, from) >= 0) &&
    (to === undefined || compareBindings(binding, to) < 0);
  const returning = new Map<string, Awaited<ReturnType<typeof returningOf>>>();
  return await walkedPage(
    walk,
    request,
    (user) =>
      bindingsOf(user, catalog)
        .filter(isWithin)
        .map((binding) => {
          const entitlement = entitlementRef('role_binding', idOfBinding(binding));
          const toRow = userGrantRows(entitlement, users, returning.get(binding.tenantId)?.(entitlement));
          return toRow(users.add(user.userId).ordinal);
        }),
    bounds,
    async (page) => {
      const held = tellsGroups(session) ? page.flatMap((user) => bindingsOf(user, catalog)).filter(isWithin) : [];
      const tenants = [...new Set(held.map(({ tenantId }) => tenantId))].map((id) => catalog.tenant(id));
      await Promise.all(
        tenants
          .filter((tenant) => tenant !== undefined)
          .map(async (tenant) => returning.set(tenant.id, await returningOf(session, catalog, tenant, request.signal))),
      );
    },
  );
}

/** Where a stretch begins, and before which binding it ends; undefined for the ends of the whole walk. */
function boundsOf(cursor: TokenFields): { readonly from: Binding | undefined; readonly to: Binding | undefined } {
  const bindingAt = (role: string, tenant: string): Binding | undefined =>
    role in cursor ? { roleName: tokenText(cursor, role), tenantId: tokenText(cursor, tenant) } : undefined;
  return { from: bindingAt('fr', 'ft'), to: bindingAt('tr', 'tt') };
}
