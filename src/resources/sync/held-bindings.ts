import type { Binding, Catalog } from '../../access/catalog.ts';
import type { Holder } from '../../access/holding.ts';
import { compare } from '../../model/order.ts';
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
      const run = runs.findLast(({ from }) => from <= place);
      const tenantId = run?.tenants[place - run.from];
      return run === undefined || tenantId === undefined ? undefined : { tenantId, roleName: run.roleName };
    },
    placeOf: ({ roleName, tenantId }) => {
      const run = runs.find((candidate) => candidate.roleName >= roleName);
      if (run === undefined || run.roleName > roleName) {
        return run?.from ?? count;
      }
      const behind = run.tenants.findIndex((tenant) => tenant >= tenantId);
      return run.from + (behind === -1 ? run.tenants.length : behind);
    },
    tenantsOf: (roleName) => tenantsByRole.get(roleName) ?? [],
  };
}
