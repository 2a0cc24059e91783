import { toBindingRow } from '../model/binding-row.ts';
import { entitlementTemplate } from '../model/builders.ts';
import { grantRowsOf } from '../model/grant-row.ts';
import { parseBindingResourceId, roleResourceId } from '../model/ids.ts';
import { type TokenFields, tokenText } from '../model/page-token.ts';
import type { ResourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { bindingsOf, walkBindings, walkedGrants } from './binding-walk.ts';
import { type Binding, type Catalog, idOfBinding } from '../access/catalog.ts';
import { tenantName } from '../access/names.ts';
import { grantsOfHolders } from './holders.ts';
import type { Settled } from './sync-read.ts';
import { emptyPage, fillPage, placeIn, type ResourceSyncer } from './syncer.ts';
import { walkedPage } from './walked-page.ts';

export function toBinding(binding: Binding, catalog: Catalog, cuts: CutCounter): ResourceRow {
  const { tenantId, roleName } = binding;
  return toBindingRow(
    {
      id: idOfBinding(binding),
      parentTenantId: tenantId,
      displayName: `${roleName} in ${tenantName(catalog, tenantId)}`,
      description: catalog.role('', roleName)?.description ?? '',
      profile: { role_name: roleName, tenant_id: tenantId },
      roleResourceId: roleResourceId({ tenantId: '', roleName }),
      tenantId,
    },
    cuts,
  );
}

export const roleBindingSyncer: ResourceSyncer = {
  typeId: 'role_binding',
  list: async (read, { cursor, limit, signal, parentTenantId }) => {
    const isOfParent = ({ tenantId }: Binding): boolean => parentTenantId === undefined || tenantId === parentTenantId;
    const isAll = read.policy.tenantRoles === 'all';
    const walk = isAll ? undefined : await read.walkInstead({}, cursor, signal);
    if (walk !== undefined) {
      const observed = await read.catalog(signal);
      return await walkedPage(walk, { cursor, limit, ...(signal !== undefined && { signal }) }, (user) =>
        bindingsOf(user, observed)
          .filter(isOfParent)
          .map((binding) => toBinding(binding, observed, read.cuts)),
      );
    }
    const catalog = isAll ? await read.catalogToList('role_binding', signal) : (await read.settle(signal)).catalog;
    const bindings = isAll ? allAfter(catalog, cursor) : observedAfter(await read.settle(signal), cursor);
    const rows = bindings
      .filter(([binding]) => isOfParent(binding))
      .map(([binding, after]) => [toBinding(binding, catalog, read.cuts), after] as const);
    return fillPage(rows, limit);
  },
  get: async (read, id, signal) => {
    const binding = parseBindingResourceId(id);
    if (binding === undefined) {
      return undefined;
    }
    const catalog = await read.catalog(signal);
    return catalog.isBinding(binding) ? toBinding(binding, catalog, read.cuts) : undefined;
  },
  entitled: {
    typeId: 'role_binding',
    template: entitlementTemplate('role_binding'),
    grants: async (read, id, request) => {
      const binding = parseBindingResourceId(id);
      if (binding === undefined) {
        return emptyPage();
      }
      const { tenantId, roleName } = binding;
      return await grantsOfHolders(
        read,
        {
          filter: { tenantRoleNames: { [tenantId]: [roleName] } },
          exists: (catalog) => catalog.isBinding(binding),
          of: (index) => index.holdersOf(tenantId, roleName),
          holds: (user) =>
            user.userTenants.some((entry) => entry.tenantId === tenantId && entry.roleNames.includes(roleName)),
        },
        request,
        (users) => grantRowsOf('role_binding', id, users),
      );
    },
    allGrants: async (read, request) => {
      const walk = await read.walkInstead({}, request.cursor, request.signal);
      return walk === undefined
        ? walkBindings(await read.settle(request.signal), request.cursor, request.limit)
        : await walkedGrants(walk, await read.catalog(request.signal), request);
    },
  },
};

function* allAfter(catalog: Catalog, cursor: TokenFields | undefined): Generator<readonly [Binding, TokenFields]> {
  const after =
    cursor === undefined ? undefined : { tenantId: tokenText(cursor, 't'), roleName: tokenText(cursor, 'n') };
  for (const binding of catalog.bindings(after)) {
    yield [binding, { t: binding.tenantId, n: binding.roleName }];
  }
}

function* observedAfter(
  { heldBindings, readId }: Settled,
  cursor: TokenFields | undefined,
): Generator<readonly [Binding, TokenFields]> {
  for (let place = placeIn(readId, cursor); place < heldBindings.count; place += 1) {
    const binding = heldBindings.at(place);
    if (binding !== undefined) {
      yield [binding, { r: readId, o: place + 1 }];
    }
  }
}
