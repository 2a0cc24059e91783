import { Catalog, readRows } from '../access/catalog.ts';
import { listedRoles } from '../access/catalog-list.ts';
import type { Role } from '../descope/roles.ts';

/** What a role name means, which only the list of roles tells. */
export interface RoleNames {
  catalog(): Promise<Catalog>;
}

/** Reads the roles when they are first asked for, and once. */
export function createRoleNames(readRoles: () => Promise<readonly Role[]>): RoleNames {
  let reading: Promise<Catalog> | undefined;
  return {
    catalog: async () => await (reading ??= readRoles().then((rows) => new Catalog([readRows(listedRoles, rows)]))),
  };
}
