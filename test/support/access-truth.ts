import type { TruthRows } from './truth.ts';

/**
 * Who can do what, and where, computed once more and straight from a project's records, without a line of src: what
 * answers are held against. Slow and plain on purpose.
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
  const roleOf = (tenantId: string, name: string): TruthRows['roles'][number] | undefined =>
    roles.find((role) => role.tenantId === tenantId && role.name === name);
  const allowedBy = (role: TruthRows['roles'][number]): string[] =>
    [...new Set(role.permissionNames)].filter((name) => known.has(name)).toSorted();
  const access: AccessTruth[] = [];
  for (const { userId, roleNames, userTenants } of users) {
    for (const role of new Set(roleNames)) {
      const found = roleOf('', role);
      if (found !== undefined) {
        access.push({ userId, kind: 'role', role, tenantId: '', permissions: allowedBy(found) });
      }
    }
    for (const { tenantId, roleNames: names } of userTenants.filter((entry) =>
      tenants.some(({ id }) => id === entry.tenantId),
    )) {
      access.push({ userId, kind: 'tenant', role: '', tenantId, permissions: [] });
      for (const role of new Set(names)) {
        const own = roleOf(tenantId, role);
        const found = own ?? roleOf('', role);
        if (found !== undefined) {
          access.push({
            userId,
            kind: own === undefined ? 'binding' : 'role',
            role,
            tenantId,
            permissions: allowedBy(found),
          });
        }
      }
    }
  }
  return access;
}
