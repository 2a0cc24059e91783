import type { InheritedPair } from '../../access/inheritance.ts';
import type { Catalog } from '../../access/catalog.ts';
import type { Holding } from '../../access/holding.ts';
import type { DerivedBinding, RoleAddress } from '../../model/ids.ts';
import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import type { GrantRow } from '../../model/row.ts';
import { flows } from './inherited.ts';
import { inheritanceIn, membershipEdge, roleEdge, scopeOfHeld } from './inherited-edges.ts';
import { fillPage, type Page, type PageRequest } from './paging.ts';
import type { SyncSession } from './sync-session.ts';

/** What one resource may inherit: by which pair, what must be held in the ancestor, and the grant that says it. */
interface Candidate {
  readonly pair: InheritedPair;
  readonly held: Holding;
  readonly row: () => GrantRow;
}

/** So many ancestors are asked about at once. */
const atOnce = 6;

/** Grants of a tenant's membership to the ancestors whose members it inherits. */
export async function inheritedMemberships(
  session: SyncSession,
  tenantId: string,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const catalog = await session.catalog(request.signal);
  const candidates = pairsOf(session, catalog, tenantId).map((pair) => ({
    pair,
    held: { tenantId: pair.ancestor, roleName: undefined },
    row: () => membershipEdge(tenantId, pair, session.types.holderTypeIds),
  }));
  return await heldOnes(session, candidates, request);
}

/** Grants of a role in a tenant to what passes it on there from above. */
export async function inheritedRoles(
  session: SyncSession,
  binding: DerivedBinding,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const catalog = await session.catalog(request.signal);
  const { tenantId, roleTenantId, roleName } = binding;
  const role: RoleAddress = { tenantId: roleTenantId, roleName };
  const candidates = pairsOf(session, catalog, tenantId)
    .filter(({ ancestor }) => scopeOfHeld(catalog, { tenantId: ancestor, roleName }) === roleTenantId)
    .map((pair) => ({
      pair,
      held: { tenantId: pair.ancestor, roleName },
      row: () => roleEdge(catalog, tenantId, pair, role, session.types.holderTypeIds),
    }));
  return await heldOnes(session, candidates, request);
}

/** Whether a derived binding exists: somebody passes the role on to the tenant from above. */
export async function isInherited(
  session: SyncSession,
  binding: DerivedBinding,
  signal?: AbortSignal,
): Promise<boolean> {
  const request = { cursor: undefined, limit: 1, ...(signal !== undefined && { signal }) };
  return (await inheritedRoles(session, binding, request)).rows.length > 0;
}

/**
 * Grants of all inherited roles in all tenants, in order of tenants, from the index of all users: which roles are held
 * above depends on everybody, so that a process without the index makes it.
 */
export async function allInheritedRoles(
  session: SyncSession,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  if (inheritanceIn(await session.catalog(signal), session.policy.inheritance).isFlat) {
    return { rows: [] };
  }
  const { catalog, inherited } = await session.complete(signal);
  const { holderTypeIds } = session.types;
  const at = { tenantId: '', ancestor: '', roleName: '', ...(cursor !== undefined && placeOf(cursor)) };
  const { tenants } = catalog;
  const start = firstPlace(tenants.length, (place) => (tenants[place]?.id ?? '') < at.tenantId);
  function* rows(): Generator<readonly [GrantRow, TokenFields]> {
    for (let place = start; place < tenants.length; place += 1) {
      const tenantId = tenants[place]?.id ?? '';
      let isPast = tenantId === at.tenantId;
      const inheritedHere = isPast ? [...inherited.rolesOf(tenantId)] : inherited.rolesOf(tenantId);
      // A place that is no longer there begins the tenant anew: what is told again is the same.
      isPast &&= [...inheritedHere].some(([pair, role]) => isAt(pair, role));
      for (const [pair, role] of inheritedHere) {
        if (!isPast) {
          const after = { t: tenantId, u: pair.ancestor, n: role.roleName };
          yield [roleEdge(catalog, tenantId, pair, role, holderTypeIds), after];
        }
        isPast &&= !isAt(pair, role);
      }
    }
  }
  const isAt = (pair: InheritedPair, role: RoleAddress): boolean =>
    pair.ancestor === at.ancestor && role.roleName === at.roleName;
  return fillPage(rows(), limit);
}

function placeOf(cursor: TokenFields): { tenantId: string; ancestor: string; roleName: string } {
  return { tenantId: tokenText(cursor, 't'), ancestor: tokenText(cursor, 'u'), roleName: tokenText(cursor, 'n') };
}

function pairsOf({ policy }: SyncSession, catalog: Catalog, tenantId: string): readonly InheritedPair[] {
  return inheritanceIn(catalog, policy.inheritance).pairsOf(tenantId);
}

/** The rows of those candidates that somebody holds in the ancestor; `u` in the cursor is the last ancestor told. */
async function heldOnes(
  session: SyncSession,
  candidates: readonly Candidate[],
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const after = cursor === undefined ? undefined : tokenText(cursor, 'u');
  const from = candidates.findIndex(({ pair }) => pair.ancestor === after) + 1;
  const known = session.completedNow?.inherited;
  const found: (readonly [GrantRow, TokenFields])[] = [];
  for (let place = from; place < candidates.length && found.length <= limit; place += atOnce) {
    const asked = candidates.slice(place, place + atOnce);
    const held =
      known === undefined
        ? await Promise.all(asked.map((one) => session.heldBy(one.held, signal)))
        : asked.map((one) => known.heldIn(one.held));
    asked.forEach(({ pair, row }, index) => {
      const by = held[index];
      if (by !== undefined && flows(pair, by)) {
        found.push([row(), { u: pair.ancestor }]);
      }
    });
  }
  return fillPage(found, limit);
}
