import type { Role } from '../descope/roles.ts';
import type { Holder } from './holding.ts';

/** Descope's own role and permission by which somebody rules over others. */
const rulingRole = 'Tenant Admin';
const rulingPermission = 'Impersonate';

/**
 * What a holder has that lets it rule over others, in words: "Tenant Admin in tenant acme". A role counts by any role of
 * its name that there is in the project or in the tenant.
 */
export function rulesBy({ roleNames, userTenants }: Holder, roles: readonly Role[]): readonly string[] {
  const isRuling = (name: string, tenantId: string): boolean =>
    name === rulingRole ||
    roles.some(
      (role) =>
        role.name === name &&
        (role.tenantId === '' || role.tenantId === tenantId) &&
        role.permissionNames.includes(rulingPermission),
    );
  return [
    ...roleNames.filter((name) => isRuling(name, '')).map((name) => `${name} in the whole project`),
    ...userTenants.flatMap(({ tenantId, roleNames: within }) =>
      within.filter((name) => isRuling(name, tenantId)).map((name) => `${name} in tenant ${tenantId}`),
    ),
  ];
}
