import type { Binding, Catalog } from '../../access/catalog.ts';
import type { Holder } from '../../access/holding.ts';
import { compare, firstPlace } from '../../model/order.ts';
import type { HolderIndex } from './holder-index.ts';

/** The bindings that somebody holds. */
export function bindingsOf({ userTenants }: Holder, catalog: Catalog): readonly Binding[] {
  return userTenants
    .flatMap(({ tenantId, roleNames }) => roleNames.map((roleName) => ({ tenantId, roleName })))
    .filter((binding) => catalog.isBinding(binding));
}

/** The bindings that somebody holds, in order of role and tenant, without an object for each. */
export interface HeldBindings {
  readonly count: number;
  /** The binding at a place, undefined beyond the last. */
  at(place: number): Binding | undefined;
  /** Where the binding stands, or, if it is not held, the place of the first one behind it. */
  placeOf(binding: Binding): number;
  /** Ids of the tenants inside which somebody holds the project role, in order. */
  tenantsOf(roleName: string): readonly string[];
}

/** The run in which a place of a listing lies; undefined before the first. `from` is where a run begins. */
export function runAt<Run extends { readonly from: number }>(runs: readonly Run[], place: number): Run | undefined {
  return runs[firstPlace(runs.length, (candidate) => (runs[candidate]?.from ?? 0) <= place) - 1];
}

/** The bindings that somebody holds whom one of the indexes knows. */
export function createHeldBindings(catalog: Catalog, indexes: readonly HolderIndex[]): HeldBindings {
  const held = new Map<string, Set<string>>();
  for (const index of indexes) {
    for (const [{ tenantId, roleName }] of index.tenantRoles()) {
      if (catalog.isBinding({ tenantId, roleName })) {
        const tenants = held.get(roleName) ?? new Set();
        held.set(roleName, tenants.add(tenantId));
      }
    }
  }
  const tenantsByRole = new Map(held.entries().map(([roleName, tenants]) => [roleName, [...tenants].sort(compare)]));
  const runs: { readonly roleName: string; readonly tenants: readonly string[]; readonly from: number }[] = [];
  let count = 0;
  for (const [roleName, tenants] of [...tenantsByRole].toSorted(([left], [right]) => compare(left, right))) {
    runs.push({ roleName, tenants, from: count });
    count += tenants.length;
  }

  return {
    count,
    at: (place) => {
      const run = runAt(runs, place);
      const tenantId = run?.tenants[place - run.from];
      return run === undefined || tenantId === undefined ? undefined : { tenantId, roleName: run.roleName };
    },
    placeOf: ({ roleName, tenantId }) => {
      const run = runs[firstPlace(runs.length, (candidate) => (runs[candidate]?.roleName ?? '') < roleName)];
      if (run === undefined || run.roleName > roleName) {
        return run?.from ?? count;
      }
      return run.from + firstPlace(run.tenants.length, (tenant) => (run.tenants[tenant] ?? '') < tenantId);
    },
    tenantsOf: (roleName) => tenantsByRole.get(roleName) ?? [],
  };
}
