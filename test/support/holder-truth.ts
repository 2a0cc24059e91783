import { pairsIn } from './inherited-truth.ts';
import type { TruthRows } from './truth.ts';

/** What somebody has: a permission through a role, or a membership (`permission` and `role` are ''). */
export interface HolderTruth {
  /** `<type>:<id>` of a user or an access key. */
  readonly who: string;
  readonly permission: string;
  /** '' for the whole project. */
  readonly tenant: string;
  readonly role: string;
  readonly way: 'direct' | 'inherited' | 'key';
  /** Where it is held, on what is inherited. */
  readonly from: string;
  /** On what is inherited: '' where nothing is in doubt. */
  readonly reason: string;
  readonly certainty: string;
}

/**
 * Who can do what, where, and by which way, computed once more and straight from a project's records, without a line of
 * src: each holder is asked about each tenant. What a mapping or a default may give later is not among it.
 */
export function holdersOf(rows: TruthRows, inheritance = 'auto'): HolderTruth[] {
  const roleOf = (tenantId: string, name: string): TruthRows['roles'][number] | undefined =>
    rows.roles.find((role) => role.tenantId === tenantId && role.name === name);
  const known = new Set(rows.permissions.map(({ name }) => name));
  const pairs = pairsIn(rows.tenants, inheritance);
  const keys = (rows.keys ?? []).filter(({ boundUserId }) => boundUserId === '');
  const holders = [
    ...rows.users.map(({ userId: id, roleNames, userTenants }) => ({ type: 'user', id, roleNames, userTenants })),
    ...keys.map(({ id, roleNames, keyTenants }) => ({ type: 'access_key', id, roleNames, userTenants: keyTenants })),
  ];
  const found = new Map<string, HolderTruth>();
  const add = (one: HolderTruth): void => void found.set(JSON.stringify(one), one);

  for (const { type, id, roleNames, userTenants } of holders) {
    const who = `${type}:${id}`;
    const addAll = (role: TruthRows['roles'][number] | undefined, held: Omit<HolderTruth, 'who' | 'permission'>) =>
      role?.permissionNames
        .filter((name) => known.has(name))
        .forEach((permission) => add({ who, permission, ...held }));
    const direct = { way: type === 'user' ? 'direct' : 'key', from: '', reason: '', certainty: '' } as const;
    for (const role of roleNames) {
      addAll(roleOf('', role), { tenant: '', role, ...direct });
    }
    for (const { tenantId, roleNames: names } of userTenants) {
      if (rows.tenants.some((tenant) => tenant.id === tenantId)) {
        add({ who, permission: '', tenant: tenantId, role: '', ...direct });
        for (const role of names) {
          addAll(roleOf(tenantId, role) ?? roleOf('', role), { tenant: tenantId, role, ...direct });
        }
        for (const { tenantId: tenant, membership, roles, keys: forKeys } of pairs.filter(
          ({ ancestor, keys: flowsToKeys }) => ancestor === tenantId && (type === 'user' || flowsToKeys),
        )) {
          const inherited = (reason: string): Pick<HolderTruth, 'way' | 'from' | 'reason' | 'certainty'> => ({
            way: 'inherited',
            from: tenantId,
            reason,
            certainty: reason === '' && !(type === 'access_key' && forKeys) ? 'derived' : 'uncertain',
          });
          add({ who, permission: '', tenant, role: '', ...inherited(membership) });
          for (const role of names) {
            addAll(roleOf(tenantId, role) ?? roleOf('', role), { tenant, role, ...inherited(roles) });
          }
        }
      }
    }
  }
  return [...found.values()];
}
