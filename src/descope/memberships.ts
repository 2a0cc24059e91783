import { identities, identity, type JsonObject, objects } from './decode.ts';

/**
 * A membership as Descope reports it: `roleNames` mixes the tenant's own roles and project roles held in that tenant.
 */
export interface Membership {
  readonly tenantId: string;
  readonly roleNames: readonly string[];
}

/** The memberships that a field of a record lists, one for each tenant, should Descope ever send two for the same. */
export function memberships(record: JsonObject, key: string): readonly Membership[] {
  return mergeTenants(objects(record, key, decodeMembership));
}

function decodeMembership(entry: JsonObject): Membership {
  return { tenantId: identity(entry, 'tenantId'), roleNames: identities(entry, 'roleNames') };
}

function mergeTenants(entries: readonly Membership[]): readonly Membership[] {
  if (new Set(entries.map((entry) => entry.tenantId)).size === entries.length) {
    return entries;
  }
  const roles = new Map<string, Set<string>>();
  for (const { tenantId, roleNames } of entries) {
    const held = roles.get(tenantId) ?? new Set();
    roles.set(tenantId, held);
    for (const name of roleNames) {
      held.add(name);
    }
  }
  return [...roles].map(([tenantId, held]) => ({ tenantId, roleNames: [...held] }));
}
