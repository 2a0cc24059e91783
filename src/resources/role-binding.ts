import { type Binding, type Catalog, idOfBinding } from '../access/catalog.ts';
import { listedRoles, listedTenants } from '../access/catalog-list.ts';
import { tenantName } from '../access/names.ts';
import { toBindingRow } from '../model/binding-row.ts';
import { entitlementRef, parseBindingResourceId, roleResourceId, tenantRef } from '../model/ids.ts';
import { type TokenFields, tokenText } from '../model/page-token.ts';
import type { ResourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import type { ListRequest, ResourceType } from './resource-type.ts';
import { bindingGrantsToOthers, walkBindings, walkedGrants } from './sync/binding-walk.ts';
import type { CompletedRead } from './sync/completed-read.ts';
import { bindingsOf } from './sync/held-bindings.ts';
import { grantsOfHolders } from './sync/holder-grants.ts';
import { bindingsOfOthers, isOfOthers, startOfOthers, thenOthers } from './sync/other-holders.ts';
import { emptyPage, fillPage, type GrantPage, type Page, type PageRequest, placeIn } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';
import { walkedPage } from './sync/walked-page.ts';

function toBinding(binding: Binding, catalog: Catalog, cuts: CutCounter): ResourceRow {
  const { tenantId, roleName } = binding;
  return toBindingRow(
    {
      id: idOfBinding(binding),
      parent: tenantRef(tenantId),
      displayName: `${roleName} in ${tenantName(catalog, tenantId)}`,
      description: catalog.role('', roleName)?.description ?? '',
      profile: { role_name: roleName, tenant_id: tenantId },
      roleResourceId: roleResourceId({ tenantId: '', roleName }),
      tenantId,
    },
    cuts,
  );
}

export const roleBindingType: ResourceType = {
  words: {
    id: 'role_binding',
    displayName: 'Role in tenant',
    plural: 'Roles in tenants',
    description: 'A project role, held inside one tenant only.',
    traits: ['scopeBinding'],
    skips: 'entitlements',
    areGrantsTypeScoped: true,
  },
  reads: [listedRoles.whole.endpoint, listedTenants.whole.endpoint],
  lists: [listedTenants, listedRoles],
  parentTypeIds: ['tenant'],
  isListedByPolicy: true,
  list: async (session, request) =>
    session.policy.tenantRoles === 'all' ? await listAll(session, request) : await listObserved(session, request),
  get: async (session, id, signal) => {
    const binding = parseBindingResourceId(id);
    if (binding === undefined) {
      return undefined;
    }
    const catalog = await session.catalog(signal);
    return catalog.isBinding(binding) ? toBinding(binding, catalog, session.cuts) : undefined;
  },
  late: ({ listedEarly, cuts }, { catalog, firstCatalog }) =>
    listedEarly.has('role_binding')
      ? catalog
          .bindings()
          .filter((binding) => !firstCatalog.isBinding(binding))
          .map((binding) => toBinding(binding, catalog, cuts))
          .toArray()
      : [],
  entitlements: [
    {
      words: {
        slug: 'assigned',
        displayName: 'Assigned',
        description: 'Holds the project role inside this one tenant.',
        purpose: 'assignment',
      },
      grantableTo: 'holders',
      grants: async (session, id, request) => {
        const binding = parseBindingResourceId(id);
        return binding === undefined
          ? emptyPage()
          : await grantsOfHolders(
              session,
              entitlementRef('role_binding', id),
              { holding: binding, exists: (catalog) => catalog.isBinding(binding) },
              request,
            );
      },
    },
  ],
  allGrants,
};

async function listAll(
  session: SyncSession,
  { cursor, limit, signal, parent }: ListRequest,
): Promise<Page<ResourceRow>> {
  const catalog = await session.beginListing('role_binding', signal);
  const rows = allAfter(catalog, cursor)
    .filter(([{ tenantId }]) => parent === undefined || tenantId === parent.id)
    .map(([binding, after]) => [toBinding(binding, catalog, session.cuts), after] as const);
  return fillPage(rows, limit);
}

/**
 * The bindings that somebody holds: from the index, or, in a process without one, as a walk comes to those who hold
 * them.
 */
async function listObserved(session: SyncSession, request: ListRequest): Promise<Page<ResourceRow>> {
  const { cursor, limit, signal, parent } = request;
  const isOfParent = ({ tenantId }: Binding): boolean => parent === undefined || tenantId === parent.id;
  const ofOthers = (catalog: Catalog, from: TokenFields): IteratorObject<readonly [ResourceRow, TokenFields]> =>
    bindingsOfOthers(catalog, session.types.otherHolders, from)
      .filter(([{ binding }]) => isOfParent(binding))
      .map(([{ binding }, after]) => [toBinding(binding, catalog, session.cuts), after]);

  if (isOfOthers(cursor)) {
    return fillPage(ofOthers(await session.catalog(signal), cursor), limit);
  }
  const walk = await session.walkInstead({}, cursor, signal);
  if (walk === undefined) {
    const completed = await session.complete(signal);
    const rows = observedAfter(completed, cursor)
      .filter(([binding]) => isOfParent(binding))
      .map(([binding, after]) => [toBinding(binding, completed.catalog, session.cuts), after] as const);
    return fillPage(rows, limit);
  }
  const catalog = await session.catalog(signal);
  const page = await walkedPage(walk, request, (user) =>
    bindingsOf(user, catalog)
      .filter(isOfParent)
      .map((binding) => toBinding(binding, catalog, session.cuts)),
  );
  return page.next === undefined ? { ...page, ...thenOthers(ofOthers(catalog, startOfOthers)) } : page;
}

/** The grants of all bindings in one walk, which names the principals that are no users as a stretch of its own. */
async function allGrants(session: SyncSession, request: PageRequest): Promise<GrantPage> {
  const { cursor, limit, signal } = request;
  const { otherHolders } = session.types;
  if (isOfOthers(cursor)) {
    return fillPage(bindingGrantsToOthers(await session.catalog(signal), otherHolders, cursor), limit);
  }
  const walk = await session.walkInstead({}, cursor, signal);
  if (walk !== undefined) {
    const catalog = await session.catalog(signal);
    const page = await walkedGrants(walk, catalog, request);
    return page.next === undefined
      ? { ...page, ...thenOthers(bindingGrantsToOthers(catalog, otherHolders, startOfOthers)) }
      : page;
  }
  const completed = await session.complete(signal);
  const page = walkBindings(completed, cursor, limit);
  const { next } =
    cursor === undefined ? thenOthers(bindingGrantsToOthers(completed.catalog, otherHolders, startOfOthers)) : {};
  return next === undefined ? page : { ...page, siblings: [...(page.siblings ?? []), next] };
}

function* allAfter(catalog: Catalog, cursor: TokenFields | undefined): Generator<readonly [Binding, TokenFields]> {
  const after =
    cursor === undefined ? undefined : { tenantId: tokenText(cursor, 't'), roleName: tokenText(cursor, 'n') };
  for (const binding of catalog.bindings(after)) {
    yield [binding, { t: binding.tenantId, n: binding.roleName }];
  }
}

function* observedAfter(
  { heldBindings, readId }: CompletedRead,
  cursor: TokenFields | undefined,
): Generator<readonly [Binding, TokenFields]> {
  for (let place = placeIn(readId, cursor); place < heldBindings.count; place += 1) {
    const binding = heldBindings.at(place);
    if (binding !== undefined) {
      yield [binding, { r: readId, o: place + 1 }];
    }
  }
}
