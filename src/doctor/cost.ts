import { listedTypes } from '../registry.ts';

/** What including opt-in types costs a sync, in requests besides those of every sync. */
export interface IncludeCost {
  /** Lists that come in one answer each. */
  readonly lists: number;
  /** Requests for each tenant: `least` without what a deployment need not have. */
  readonly ofEachTenant: { readonly least: number; readonly most: number };
}

/** Throws `config` for a name that no opt-in type has. */
export function costOf(include: readonly string[]): IncludeCost {
  const { lists, tenantFamilies } = listedTypes(include);
  return {
    lists: lists.length - listedTypes().lists.length,
    ofEachTenant: {
      least: tenantFamilies.filter(({ isExtra }) => isExtra !== true).length,
      most: tenantFamilies.length,
    },
  };
}
