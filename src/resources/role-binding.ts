import { type Binding, type Catalog, idOfBinding } from '../access/catalog.ts';
import { listedRoles, listedTenants } from '../access/catalog-list.ts';
import { tenantName } from '../access/names.ts';
import { toBindingRow } from '../model/binding-row.ts';
import {
  type DerivedBinding,
  derivedBindingResourceId,
  entitlementRef,
  parseBindingResourceId,
  parseDerivedBindingId,
  roleResourceId,
  tenantRef,
} from '../model/ids.ts';
import { type TokenFields, tokenText } from '../model/page-token.ts';
import type { GrantRow, ResourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import type { ListRequest, ResourceType } from './resource-type.ts';
import { bindingGrantsToOthers, walkBindings, walkedGrants } from './sync/binding-walk.ts';
import type { CompletedRead } from './sync/completed-read.ts';
import { bindingsOf } from './sync/held-bindings.ts';
import { grantsOfHolders } from './sync/holder-grants.ts';
import { inheritanceIn } from './sync/inherited-edges.ts';
import { allInheritedRoles, inheritedRoles, isInherited } from './sync/inherited-grants.ts';
import { tellsMappings } from './sync/mapped.ts';
import { allMappedGrants, isMapped, mappedBindings, mappedGrants } from './sync/mapped-pages.ts';
import { bindingsOfOthers, isOfOthers, startOfOthers, thenOthers } from './sync/other-holders.ts';
import { emptyPage, fillPage, type GrantPage, type Page, type PageRequest, placeIn } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';
import { inStages } from './sync/stages.ts';
import { walkedPage } from './sync/walked-page.ts';

/** A role in effect in a tenant by inheritance, where no plain binding says that. */
function toDerived(binding: DerivedBinding, catalog: Catalog, cuts: CutCounter): ResourceRow {
  const { tenantId, roleTenantId, roleName } = binding;
  const from = roleTenantId === '' ? 'of the project' : `of ${tenantName(catalog, roleTenantId)}`;
  return toBindingRow(
    {
      id: derivedBindingResourceId(binding),
      parent: tenantRef(tenantId),
      displayName: `${roleName} ${from} in ${tenantName(catalog, tenantId)}`,
      description: catalog.role(roleTenantId, roleName)?.description ?? '',
      profile: { role_name: roleName, tenant_id: tenantId, role_tenant_id: roleTenantId },
      roleResourceId: roleResourceId({ tenantId: roleTenantId, roleName }),
      tenantId,
    },
    cuts,
  );
}

/** The row of a role that is in effect in a tenant by inheritance: a plain binding wherever that can be. */
function toInherited(binding: DerivedBinding, catalog: Catalog, cuts: CutCounter): ResourceRow {
  return isPlain(catalog, binding) ? toBinding(binding, catalog, cuts) : toDerived(binding, catalog, cuts);
}

function isPlain(catalog: Catalog, binding: DerivedBinding): boolean {
  return binding.roleTenantId === '' && catalog.isBinding(binding);
}

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
    await inStages(request, [
      (page) => (session.policy.tenantRoles === 'all' ? listAll : listObserved)(session, { ...request, ...page }),
      (page) => listInherited(session, { ...request, ...page }),
      (page) => listMapped(session, { ...request, ...page }),
    ]),
  get: async (session, id, signal) => {
    const derived = parseDerivedBindingId(id);
    if (derived !== undefined) {
      const catalog = await session.catalog(signal);
      const isThere =
        !isPlain(catalog, derived) &&
        ((await isInherited(session, derived, signal)) ||
          (await isMapped(session, entitlementRef('role_binding', id), derived.tenantId, signal)));
      return isThere ? toDerived(derived, catalog, session.cuts) : undefined;
    }
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
        const derived = parseDerivedBindingId(id);
        if (derived !== undefined) {
          const isOther = isPlain(await session.catalog(request.signal), derived);
          return isOther
            ? emptyPage()
            : await inStages(request, [
                (inherited) => inheritedRoles(session, derived, inherited),
                (mapped) => mappedGrants(session, entitlementRef('role_binding', id), derived.tenantId, mapped),
              ]);
        }
        const binding = parseBindingResourceId(id);
        return binding === undefined ? emptyPage() : await grantsOfBinding(session, id, binding, request);
      },
    },
  ],
  allGrants,
};

async function grantsOfBinding(
  session: SyncSession,
  id: string,
  binding: Binding,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  const inherited = async (page: PageRequest): Promise<Page<GrantRow>> =>
    (await session.catalog(page.signal)).isBinding(binding)
      ? await inheritedRoles(session, { ...binding, roleTenantId: '' }, page)
      : emptyPage();
  return await inStages(request, [
    (page) =>
      grantsOfHolders(
        session,
        entitlementRef('role_binding', id),
        { holding: binding, exists: (catalog) => catalog.isBinding(binding) },
        page,
      ),
    inherited,
    (page) => mappedGrants(session, entitlementRef('role_binding', id), binding.tenantId, page),
  ]);
}

/**
 * Roles in effect in tenants by inheritance, as far as they are not listed anyway. Which there are depends on all users.
 * The cursor names the last one rather than its place, so that a process that reads the users anew goes on behind it.
 */
async function listInherited(session: SyncSession, request: ListRequest): Promise<Page<ResourceRow>> {
  const { cursor, limit, signal, parent } = request;
  if (inheritanceIn(await session.catalog(signal), session.policy.inheritance).isFlat) {
    return emptyPage();
  }
  const { catalog, inherited } = await session.complete(signal);
  const start =
    cursor === undefined
      ? 0
      : inherited.placeAfter({
          tenantId: tokenText(cursor, 't'),
          roleTenantId: tokenText(cursor, 'u'),
          roleName: tokenText(cursor, 'n'),
        });
  const isListed = session.policy.tenantRoles === 'all' ? isPlain : () => false;
  function* rows(): Generator<readonly [ResourceRow, TokenFields]> {
    for (let place = start; place < inherited.count; place += 1) {
      const binding = inherited.at(place);
      const isOfParent = parent === undefined || binding?.tenantId === parent.id;
      if (binding !== undefined && isOfParent && !isListed(catalog, binding)) {
        const after = { t: binding.tenantId, u: binding.roleTenantId, n: binding.roleName };
        yield [toInherited(binding, catalog, session.cuts), after];
      }
    }
  }
  return fillPage(rows(), limit);
}

/** Roles in tenants that mappings and defaults will give to somebody, as far as they are not listed anyway. */
async function listMapped(session: SyncSession, request: ListRequest): Promise<Page<ResourceRow>> {
  return await mappedBindings(session, request, ({ tenantId, role }, catalog) => {
    const binding = { tenantId, roleTenantId: role.tenantId, roleName: role.roleName };
    const isListed = session.policy.tenantRoles === 'all' && isPlain(catalog, binding);
    return isListed ? [] : [toInherited(binding, catalog, session.cuts)];
  });
}

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

/**
 * The grants of all bindings in one walk: what users hold, then what other principals hold, then what is inherited, then
 * what is mapped. The first page names the part behind as a stretch of its own. In the cursor `g` is the part.
 */
async function allGrants(session: SyncSession, request: PageRequest): Promise<GrantPage> {
  const { g: part, ...within } = request.cursor ?? {};
  const cursor = Object.keys(within).length === 0 ? undefined : within;
  if (part === undefined) {
    return await allDirectGrants(session, request);
  }
  if (part === 1) {
    const page = inPart(1, await allInheritedRoles(session, { ...request, cursor }));
    return page.next === undefined ? { ...page, ...thenMapped(session) } : page;
  }
  return inPart(2, await allMappedGrants(session, { ...request, cursor }));
}

async function allDirectGrants(session: SyncSession, request: PageRequest): Promise<GrantPage> {
  const { cursor, limit, signal } = request;
  const { otherHolders } = session.types;
  if (isOfOthers(cursor)) {
    const catalog = await session.catalog(signal);
    const page = fillPage(bindingGrantsToOthers(catalog, otherHolders, cursor), limit);
    return page.next === undefined ? { ...page, ...thenInherited(session, catalog) } : page;
  }
  const following = (catalog: Catalog): { readonly next?: TokenFields } => {
    const others = thenOthers(bindingGrantsToOthers(catalog, otherHolders, startOfOthers));
    return others.next === undefined ? thenInherited(session, catalog) : others;
  };
  const walk = await session.walkInstead({}, cursor, signal);
  if (walk !== undefined) {
    const catalog = await session.catalog(signal);
    const page = await walkedGrants(session, walk, catalog, request);
    return page.next === undefined ? { ...page, ...following(catalog) } : page;
  }
  const completed = await session.complete(signal);
  const page = await walkBindings(session, completed, request);
  const { next } = cursor === undefined ? following(completed.catalog) : {};
  return next === undefined ? page : { ...page, siblings: [...(page.siblings ?? []), next] };
}

/** Where the inherited grants begin, if there can be any. A process without an index does not know yet. */
function thenInherited(session: SyncSession, catalog: Catalog): { readonly next?: TokenFields } {
  const { policy, completedNow } = session;
  const isThere =
    completedNow === undefined
      ? !inheritanceIn(catalog, policy.inheritance).isFlat
      : completedNow.inherited.counts.edges > 0;
  return isThere ? { next: { g: 1 } } : thenMapped(session);
}

/** Where the mapped grants begin, if they are told. */
function thenMapped(session: SyncSession): { readonly next?: TokenFields } {
  return tellsMappings(session) ? { next: { g: 2 } } : {};
}

function inPart<R>(part: number, page: Page<R>): Page<R> {
  return page.next === undefined ? page : { ...page, next: { ...page.next, g: part } };
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
