import { type Binding, type Catalog, idOfBinding } from '../../access/catalog.ts';
import { idOfRole } from '../../access/catalog-list.ts';
import type { Role } from '../../descope/roles.ts';
import { conferringGrantRow } from '../../model/conferring-row.ts';
import { roleResourceId } from '../../model/ids.ts';
import { firstPlace } from '../../model/order.ts';
import { type TokenFields, tokenText } from '../../model/page-token.ts';
import type { GrantRow } from '../../model/row.ts';
import type { CompletedRead } from './completed-read.ts';
import { bindingsOf } from './held-bindings.ts';
import { idOfInherited, inheritanceIn } from './inherited-edges.ts';
import { mappedBindings } from './mapped-pages.ts';
import { bindingsOfOthers, isOfOthers, startOfOthers, thenOthers } from './other-holders.ts';
import { emptyPage, fillPage, type Page, type PageRequest, placeIn } from './paging.ts';
import type { SyncSession } from './sync-session.ts';
import { inStages } from './stages.ts';
import { isWalkCursor, toWalkPosition, type UserWalk } from './user-walk.ts';
import { walkedPage } from './walked-page.ts';

/**
 * A page of the grants of a permission: to the roles that allow it, to the held bindings of those of them that are the
 * project's, to all that are in effect in tenants by inheritance, and to those that are only mapped. Which bindings are
 * held depends on all users, so that this reads them even in a targeted sync.
 */
export async function conferringPage(
  session: SyncSession,
  name: string,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  return await inStages(request, [
    (page) => heldPage(session, name, page),
    (page) => inheritedPage(session, name, page),
    (page) => mappedPage(session, name, page),
  ]);
}

/** The same of roles inside tenants that nobody holds there yet, and that mappings and defaults will give. */
async function mappedPage(session: SyncSession, name: string, request: PageRequest): Promise<Page<GrantRow>> {
  const { holderTypeIds } = session.types;
  return await mappedBindings(session, request, ({ entitlement, tenantId, role }, catalog) =>
    catalog.hasPermission(name) && catalog.role(role.tenantId, role.roleName)?.permissionNames.includes(name) === true
      ? [conferringGrantRow(name, { typeId: 'role_binding', id: entitlement.resourceId, tenantId }, holderTypeIds)]
      : [],
  );
}

/**
 * The same of roles that are in effect in tenants by inheritance alone. The cursor names the last role and the last
 * tenant, `u` and `n`, `t`, so that a process that reads the users anew goes on behind them.
 */
async function inheritedPage(
  session: SyncSession,
  name: string,
  { cursor, limit, signal }: PageRequest,
): Promise<Page<GrantRow>> {
  const first = await session.catalog(signal);
  if (!first.hasPermission(name) || inheritanceIn(first, session.policy.inheritance).isFlat) {
    return emptyPage();
  }
  const { catalog, inherited } = await session.complete(signal);
  const roles = rolesAllowing(catalog, name);
  const { holderTypeIds } = session.types;
  const last =
    cursor === undefined ? undefined : { tenantId: tokenText(cursor, 'u'), roleName: tokenText(cursor, 'n') };
  const lastId = last === undefined ? '' : roleResourceId(last);
  const idAt = (place: number): string => idOfRole(roles[place] as Role); // asked for places of the list alone
  const start = firstPlace(roles.length, (place) => idAt(place) < lastId);
  function* rows(): Generator<readonly [GrantRow, TokenFields]> {
    for (const role of roles.slice(start)) {
      const address = { tenantId: role.tenantId, roleName: role.name };
      const tenantIds = inherited.tenantsOf(address);
      const lastTenant = cursor !== undefined && idOfRole(role) === lastId ? tokenText(cursor, 't') : '';
      const from = firstPlace(tenantIds.length, (place) => (tenantIds[place] ?? '') <= lastTenant);
      for (let place = from; place < tenantIds.length; place += 1) {
        const tenantId = tenantIds[place] ?? '';
        const id = idOfInherited(catalog, tenantId, address);
        const row = conferringGrantRow(name, { typeId: 'role_binding', id, tenantId }, holderTypeIds);
        yield [row, { u: role.tenantId, n: role.name, t: tenantId }];
      }
    }
  }
  return fillPage(rows(), limit);
}

/** Of the roles themselves, and of the bindings that somebody holds directly. */
async function heldPage(session: SyncSession, name: string, request: PageRequest): Promise<Page<GrantRow>> {
  const { cursor, limit, signal } = request;
  if (isOfOthers(cursor)) {
    return fillPage(heldByOthers(session, await session.catalog(signal), name, cursor), limit);
  }
  const walk = await session.walkInstead({}, cursor, signal);
  if (walk !== undefined) {
    const catalog = await session.catalog(signal);
    return catalog.hasPermission(name) ? await walkedPageOf(session, walk, catalog, name, request) : emptyPage();
  }
  const completed = await session.complete(signal);
  return completed.catalog.hasPermission(name)
    ? fillPage(conferring(completed, name, session.types.holderTypeIds, cursor), limit)
    : emptyPage();
}

/**
 * The roles that allow it, then the held bindings. In the cursor `p` counts roles, twice over: once as themselves, once
 * for their bindings, of which `o` are past.
 */
function* conferring(
  { catalog, heldBindings, readId }: CompletedRead,
  name: string,
  holderTypeIds: readonly string[],
  cursor: TokenFields | undefined,
): Generator<readonly [GrantRow, TokenFields]> {
  const roles = rolesAllowing(catalog, name);
  const start = placeIn(readId, cursor, 'p');
  for (let place = start; place < roles.length; place += 1) {
    const role = roles[place];
    if (role !== undefined) {
      yield [byRole(name, role, holderTypeIds), { r: readId, p: place + 1, o: 0 }];
    }
  }
  let from = placeIn(readId, cursor, 'o');
  for (let place = Math.max(0, start - roles.length); place < roles.length; place += 1) {
    const role = roles[place];
    const tenants = role === undefined || role.tenantId !== '' ? [] : heldBindings.tenantsOf(role.name);
    for (; from < tenants.length; from += 1) {
      const tenantId = tenants[from];
      if (tenantId !== undefined && role !== undefined) {
        const row = byBinding(name, { tenantId, roleName: role.name }, holderTypeIds);
        yield [row, { r: readId, p: roles.length + place, o: from + 1 }];
      }
    }
    from = 0;
  }
}

/**
 * The same in a process that has no index of who holds what: first the roles, then the bindings as the walk comes to
 * users who hold them, then those that other principals hold. A binding comes once for each page with such a user: told
 * again it is the same.
 */
async function walkedPageOf(
  session: SyncSession,
  walk: UserWalk,
  catalog: Catalog,
  name: string,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const { cursor, limit } = request;
  const { holderTypeIds } = session.types;
  if (cursor !== undefined && isWalkCursor(cursor) && toWalkPosition(cursor)?.walk !== rolesFirst) {
    const told = new Set<string>();
    const page = await walkedPage(walk, request, (user) =>
      bindingsOf(user, catalog)
        .filter((binding) => isAllowedBy(catalog, name, binding))
        .filter((binding) => !told.has(idOfBinding(binding)) && told.add(idOfBinding(binding)))
        .map((binding) => byBinding(name, binding, holderTypeIds)),
    );
    return page.next === undefined
      ? { ...page, ...thenOthers(heldByOthers(session, catalog, name, startOfOthers)) }
      : page;
  }
  const roles = rolesAllowing(catalog, name);
  const from = toWalkPosition(cursor)?.skip ?? 0;
  const rows = roles.slice(from, from + limit).map((role) => byRole(name, role, holderTypeIds));
  const isLast = from + limit >= roles.length;
  return { rows, next: { i: isLast ? startOfWalk : rolesFirst, q: 0, k: isLast ? 0 : from + limit } };
}

/** Stand in a cursor where a walk's name would: roles from a place on, and the beginning of the walk. */
const rolesFirst = 'roles';
const startOfWalk = 'start';

function heldByOthers(
  { types }: SyncSession,
  catalog: Catalog,
  name: string,
  cursor: TokenFields,
): IteratorObject<readonly [GrantRow, TokenFields]> {
  return bindingsOfOthers(catalog, types.otherHolders, cursor)
    .filter(([{ binding }]) => isAllowedBy(catalog, name, binding))
    .map(([{ binding }, after]) => [byBinding(name, binding, types.holderTypeIds), after]);
}

const rolesByPermission = new WeakMap<Catalog, ReadonlyMap<string, readonly Role[]>>();

/** Roles that allow a permission, in their order; found once for a catalog, since each page asks for them. */
function rolesAllowing(catalog: Catalog, name: string): readonly Role[] {
  const known = rolesByPermission.get(catalog) ?? groupByPermission(catalog.roles);
  rolesByPermission.set(catalog, known);
  return known.get(name) ?? [];
}

function groupByPermission(roles: readonly Role[]): ReadonlyMap<string, readonly Role[]> {
  const groups = new Map<string, Role[]>();
  for (const role of roles) {
    for (const name of new Set(role.permissionNames)) {
      const group = groups.get(name) ?? [];
      group.push(role);
      groups.set(name, group);
    }
  }
  return groups;
}

function isAllowedBy(catalog: Catalog, name: string, { roleName }: Binding): boolean {
  return catalog.role('', roleName)?.permissionNames.includes(name) === true;
}

function byRole(name: string, role: Role, holderTypeIds: readonly string[]): GrantRow {
  return conferringGrantRow(name, { typeId: 'role', id: idOfRole(role), tenantId: role.tenantId }, holderTypeIds);
}

function byBinding(name: string, binding: Binding, holderTypeIds: readonly string[]): GrantRow {
  const { tenantId } = binding;
  return conferringGrantRow(name, { typeId: 'role_binding', id: idOfBinding(binding), tenantId }, holderTypeIds);
}
