import type { TruthRows } from './truth.ts';

/**
 * Who can do what, and where, computed once more and straight from a project's records, without a line of src: what answers
 * are held against. Slow and plain on purpose.
 */
export interface AccessTruth {
  readonly userId: string;
  readonly kind: 'tenant' | 'role' | 'binding';
  /** '' for a membership. */
  readonly role: string;
  /** '' for the whole project. */
  readonly tenantId: string;
  /** What the role allows and the project knows, sorted. */
  readonly permissions: readonly string[];
}

export function accessTruthOf({ users, tenants, roles, permissions }: TruthRows): AccessTruth[] {
  const known = new Set(permissions.map(({ name }) => name));
  const roleOf = (tenantId: string, name: string): TruthRows['roles'][number] | undefined => roles.find((role) => role.tenantId === tenantId && role.name === name);
  const allowedBy = (role: TruthRows['roles'][number]): string[] => [...new Set(role.permissionNames)].filter((name) => known.has(name)).toSorted();
  return users.flatMap(({ userId, roleNames, userTenants }) => [
    ...new Set(roleNames).values().flatMap((role): AccessTruth[] => {
      const found = roleOf('', role);
      return found === undefined ? [] : [{ userId, kind: 'role', role, tenantId: '', permissions: allowedBy(found) }];
    }),
    ...userTenants
      .filter(({ tenantId }) => tenants.some(({ id }) => id === tenantId))
      .flatMap(({ tenantId, roleNames: names }): AccessTruth[] => [
        { userId, kind: 'tenant', role: '', tenantId, permissions: [] },
        ...[...new Set(names)].flatMap((role): AccessTruth[] => {
          const own = roleOf(tenantId, role);
          const found = own ?? roleOf('', role);
          return found === undefined ? [] : [{ userId, kind: own === undefined ? 'binding' : 'role', role, tenantId, permissions: allowedBy(found) }];
        }),
      ]),
  ]);
}
