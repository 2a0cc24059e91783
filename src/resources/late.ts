import type { ResourceRow } from '../model/row.ts';
import { toPermission } from './permission.ts';
import { toBinding } from './role-binding.ts';
import { toRole } from './role.ts';
import type { LookedUp, SyncRead } from './sync-read.ts';
import { toTenant } from './tenant.ts';

/**
 * Resources that a second look at a list added after that list had been given out: they ride on the last page of the
 * users, so that no grant of this sync leads to something that it never told. (A response may hold other types.)
 */
export function lateResources(read: SyncRead, { catalog, firstCatalog }: LookedUp): readonly ResourceRow[] {
  if (catalog === firstCatalog || read.listedEarly.size === 0) {
    return [];
  }
  const { listedEarly, cuts } = read;
  const bindings = listedEarly.has('role_binding')
    ? catalog
        .bindings()
        .filter((binding) => !firstCatalog.isBinding(binding))
        .toArray()
    : [];
  return [
    ...(listedEarly.has('tenant') ? catalog.tenants.filter(({ id }) => firstCatalog.tenant(id) === undefined) : []).map(
      (tenant) => toTenant(tenant, cuts),
    ),
    ...(listedEarly.has('role')
      ? catalog.roles.filter((role) => firstCatalog.role(role.tenantId, role.name) === undefined)
      : []
    ).map((role) => toRole(role, catalog, cuts)),
    ...(listedEarly.has('permission')
      ? catalog.permissions.filter(({ name }) => !firstCatalog.hasPermission(name))
      : []
    ).map((permission) => toPermission(permission, cuts)),
    ...bindings.map((binding) => toBinding(binding, catalog, cuts)),
  ];
}
