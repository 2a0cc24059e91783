import type { Catalog } from '../../access/catalog.ts';
import type { EntitlementRef } from '../../model/ids.ts';
import { compare, firstPlace } from '../../model/order.ts';
import type { GrantRow, Row } from '../../model/row.ts';
import type { ListRequest } from '../resource-type.ts';
import { type MappedRole, mappedIn, tellsMappings } from './mapped.ts';
import { otherSources } from './other-holders.ts';
import { afterKey, emptyPage, fillPage, type Page, type PageRequest } from './paging.ts';
import { familiesOfMappings } from './sso-reads.ts';
import type { SyncSession } from './sync-session.ts';
import { tenantPage, tenantsBeneath } from './tenant-page.ts';

/** Grants of one role inside a tenant, or of the tenant's own role, to whatever will give it at the next login. */
export async function mappedGrants(
  session: SyncSession,
  entitlement: EntitlementRef,
  tenantId: string,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const catalog = await session.catalog(signal);
  const tenant = tellsMappings(session) ? catalog.tenant(tenantId) : undefined;
  if (tenant === undefined) {
    return emptyPage();
  }
  const after = afterKey(cursor);
  const found = (await mappedIn(session, catalog, tenant, signal))
    .filter((mapped) => isOf(mapped, entitlement) && mapped.key > after)
    .map(({ key, row }) => [row(), { a: key }] as const);
  return fillPage(found, limit);
}

/** The same of all roles in all tenants, tenant by tenant. */
export async function allMappedGrants(session: SyncSession, request: PageRequest): Promise<Page<GrantRow>> {
  if (!tellsMappings(session)) {
    return emptyPage();
  }
  const catalog = await session.catalog(request.signal);
  return await tenantPage(session, request, {
    tenants: catalog.tenants,
    families: familiesOfMappings(session),
    rowsOf: async (tenant, signal) =>
      (await mappedIn(session, catalog, tenant, signal))
        .filter(({ entitlement }) => entitlement.typeId === 'role_binding')
        .map(({ key, row }) => [key, row()]),
  });
}

/** A role in a tenant that is there because it will be given to somebody. */
export type MappedBinding = Pick<MappedRole, 'entitlement' | 'tenantId' | 'role'>;

/**
 * Rows of the roles in tenants that are mapped, tenant by tenant: of those that nobody holds or inherits there, as far as
 * this process knows. In one that has no index, rows that were told already are told again.
 */
export async function mappedBindings<R extends Row<unknown>>(
  session: SyncSession,
  { parent, ...request }: ListRequest,
  toRows: (binding: MappedBinding, catalog: Catalog) => readonly R[],
): Promise<Page<R>> {
  if (!tellsMappings(session)) {
    return emptyPage();
  }
  const catalog = await session.catalog(request.signal);
  return await tenantPage(session, request, {
    tenants: tenantsBeneath(catalog.tenants, parent),
    families: familiesOfMappings(session),
    rowsOf: async (tenant, signal) => {
      const mapped = (await mappedIn(session, catalog, tenant, signal)).filter(
        (one) => one.entitlement.typeId === 'role_binding' && !isInEffect(session, catalog, one),
      );
      const bindings = new Map(mapped.map((one) => [one.entitlement.resourceId, one]));
      return [...bindings]
        .toSorted(([left], [right]) => compare(left, right))
        .flatMap(([id, binding]) => toRows(binding, catalog).map((row) => [id, row] as const));
    },
  });
}

/** Whether a role in a tenant is mapped there. */
export async function isMapped(
  session: SyncSession,
  entitlement: EntitlementRef,
  tenantId: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const page = await mappedGrants(session, entitlement, tenantId, {
    cursor: undefined,
    limit: 1,
    ...(signal !== undefined && { signal }),
  });
  return page.rows.length > 0;
}

function isOf({ entitlement }: MappedRole, wanted: EntitlementRef): boolean {
  return entitlement.typeId === wanted.typeId && entitlement.resourceId === wanted.resourceId;
}

/** Whether somebody holds a role inside a tenant, directly or by inheritance; false where the users are not read. */
function isInEffect(
  { completedNow, types }: SyncSession,
  catalog: Catalog,
  { tenantId, role }: Pick<MappedRole, 'tenantId' | 'role'>,
): boolean {
  if (completedNow === undefined) {
    return false;
  }
  const isPlain = role.tenantId === '' && catalog.isBinding({ tenantId, roleName: role.roleName });
  const indexes = [completedNow.index, ...otherSources(catalog, types.otherHolders).map(({ index }) => index)];
  return (
    (isPlain && indexes.some((index) => index.isHeld(tenantId, role.roleName))) ||
    isAmong(completedNow.inherited.tenantsOf(role), tenantId)
  );
}

function isAmong(sorted: readonly string[], wanted: string): boolean {
  return sorted[firstPlace(sorted.length, (place) => (sorted[place] ?? '') < wanted)] === wanted;
}
