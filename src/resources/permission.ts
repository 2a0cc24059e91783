import type { Permission } from '../descope/permissions.ts';
import { entitlementTemplate, toPermissionResource } from '../model/builders.ts';
import { conferringGrantRow } from '../model/conferring-row.ts';
import type { TokenFields } from '../model/page-token.ts';
import { type GrantRow, type ResourceRow, resourceRow } from '../model/row.ts';
import type { CutCounter } from '../model/text.ts';
import { bindingsOf } from './binding-walk.ts';
import { type Catalog, idOfBinding, idOfRole } from '../access/catalog.ts';
import type { Settled } from './sync-read.ts';
import { emptyPage, fillPage, type Page, type PageRequest, placeIn, type ResourceSyncer, rowsAfter } from './syncer.ts';
import { isWalkCursor, toWalkPosition, type UserWalk } from './user-walk.ts';
import { walkedPage } from './walked-page.ts';

export function toPermission(permission: Permission, cuts: CutCounter): ResourceRow {
  const resource = toPermissionResource(
    {
      id: permission.name,
      displayName: permission.name,
      description: permission.description,
      rawId: permission.id,
      profile: {
        permission_name: permission.name,
        system_default: permission.systemDefault,
        descope_id: permission.id.toWellFormed(),
      },
    },
    cuts,
  );
  return resourceRow(resource);
}

export const permissionSyncer: ResourceSyncer = {
  typeId: 'permission',
  list: async (read, { cursor, limit, signal, parentTenantId }) => {
    if (parentTenantId !== undefined) {
      return emptyPage();
    }
    const { permissions } = await read.catalogToList('permission', signal);
    return fillPage(
      rowsAfter(
        permissions,
        cursor,
        (permission) => permission.name,
        (permission) => toPermission(permission, read.cuts),
      ),
      limit,
    );
  },
  get: async (read, name, signal) => {
    const permission = (await read.catalog(signal)).permissions.find((listed) => listed.name === name);
    return permission === undefined ? undefined : toPermission(permission, read.cuts);
  },
  entitled: {
    typeId: 'permission',
    template: entitlementTemplate('permission'),
    // Which bindings confer a permission depends on who holds them, so this one needs all users even in a targeted sync.
    grants: async (read, name, request) => {
      const { cursor, limit, signal } = request;
      const walk = await read.walkInstead({}, cursor, signal);
      if (walk !== undefined) {
        return await walkedConferring(walk, await read.catalog(signal), name, request);
      }
      const settled = await read.settle(signal);
      return settled.catalog.hasPermission(name) ? fillPage(conferring(settled, name, cursor), limit) : emptyPage();
    },
  },
};

/**
 * The roles that allow it, then the held bindings of those of them that are the project's. In the cursor `p` counts
 * roles, twice over: once as themselves, once for their bindings, of which `o` are past.
 */
function* conferring(
  { catalog, heldBindings, readId }: Settled,
  name: string,
  cursor: TokenFields | undefined,
): Generator<readonly [GrantRow, TokenFields]> {
  const roles = catalog.roles.filter((role) => role.permissionNames.includes(name));
  const start = placeIn(readId, cursor, 'p');
  for (let place = start; place < roles.length; place += 1) {
    const role = roles[place];
    if (role !== undefined) {
      yield [conferringGrantRow(name, 'role', idOfRole(role), role.tenantId), { r: readId, p: place + 1, o: 0 }];
    }
  }
  let from = placeIn(readId, cursor, 'o');
  for (let place = Math.max(0, start - roles.length); place < roles.length; place += 1) {
    const role = roles[place];
    const tenants = role === undefined || role.tenantId !== '' ? [] : heldBindings.tenantsOf(role.name);
    for (; from < tenants.length; from += 1) {
      const tenantId = tenants[from];
      if (tenantId !== undefined && role !== undefined) {
        const id = idOfBinding({ tenantId, roleName: role.name });
        yield [
          conferringGrantRow(name, 'role_binding', id, tenantId),
          { r: readId, p: roles.length + place, o: from + 1 },
        ];
      }
    }
    from = 0;
  }
}

/**
 * The same in a process that has no index of who holds what: first the roles, then the bindings as the walk comes to users
 * who hold them. A binding comes once for each page with such a user: told again it is the same.
 */
async function walkedConferring(
  walk: UserWalk,
  catalog: Catalog,
  name: string,
  request: PageRequest,
): Promise<Page<GrantRow>> {
  if (!catalog.hasPermission(name)) {
    return { rows: [] };
  }
  const { cursor, limit } = request;
  if (toWalkPosition(cursor)?.walk !== rolesFirst) {
    if (cursor !== undefined && isWalkCursor(cursor)) {
      const told = new Set<string>();
      return await walkedPage(walk, request, (user) =>
        bindingsOf(user, catalog)
          .filter(({ roleName }) => catalog.role('', roleName)?.permissionNames.includes(name))
          .filter((binding) => !told.has(idOfBinding(binding)) && told.add(idOfBinding(binding)))
          .map((binding) => conferringGrantRow(name, 'role_binding', idOfBinding(binding), binding.tenantId)),
      );
    }
  }
  const roles = catalog.roles.filter((role) => role.permissionNames.includes(name));
  const from = toWalkPosition(cursor)?.skip ?? 0;
  const rows = roles
    .slice(from, from + limit)
    .map((role) => conferringGrantRow(name, 'role', idOfRole(role), role.tenantId));
  const isLast = from + limit >= roles.length;
  return { rows, next: { i: isLast ? startOfWalk : rolesFirst, q: 0, k: isLast ? 0 : from + limit } };
}

/** Stand in a cursor where a walk's name would: roles from a place on, and the beginning of the walk. */
const rolesFirst = 'roles';
const startOfWalk = 'start';
