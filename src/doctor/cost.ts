import { listedTypes } from '../registry.ts';

/** What including opt-in types costs a sync, in requests besides those of every sync. */
export interface IncludeCost {
  /** For lists: one that comes in pages costs two at least, for it is read until a page is empty. */
  readonly lists: number;
  /** True where some come in pages: the more rows, the more requests. */
  readonly isPaged: boolean;
  /** Requests for each tenant: `least` without what a deployment need not have. */
  readonly ofEachTenant: { readonly least: number; readonly most: number };
}

/** Throws `config` for a name that no opt-in type has. */
export function costOf(include: readonly string[]): IncludeCost {
  const { lists, tenantFamilies } = listedTypes(include);
  const always = listedTypes().lists;
  const added = lists.filter((list) => !always.includes(list));
  return {
    lists: added.reduce((sum, { whole }) => sum + (whole.pages === undefined ? 1 : 2), 0),
    isPaged: added.some(({ whole }) => whole.pages !== undefined),
    ofEachTenant: {
      least: tenantFamilies.filter(({ isExtra }) => isExtra !== true).length,
      most: tenantFamilies.length,
    },
  };
}
