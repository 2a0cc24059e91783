import type { Catalog } from '../access/catalog.ts';
import { type Target, targetOf } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementIdOf, parseBindingResourceId, parseDerivedBindingId } from '../model/ids.ts';
import { checkTenantExists, missing } from './checks.ts';
import { isDerived, planDerivedRevoke, refuseDerivedGrant } from './derived-binding.ts';
import { planGrant } from './grant.ts';
import type { ProvisionedType } from './provisioned-type.ts';
import { planRevoke } from './revoke.ts';
import { quoted } from '../printable.ts';

/** A role of the project, held inside one tenant. */
export const provisionedRoleBinding: ProvisionedType = {
  typeId: 'role_binding',
  idExample: 'tenant-id/Editor',
  parseId: (resourceId) => parseBindingResourceId(resourceId) ?? parseDerivedBindingId(resourceId),
  entitlements: [
    {
      slug: 'assigned',
      gives: 'role',
      planGrant: (asked) => (isDerived(asked) ? refuseDerivedGrant(asked) : planGrant(asked, checkBindingExists)),
      planRevoke: (asked) =>
        isDerived(asked) ? planDerivedRevoke(asked) : planRevoke(asked, { isListed, checkMeaning: checkNoOwnRole }),
    },
  ],
};

function isListed({ roleName = '' }: Target, catalog: Catalog): boolean {
  return catalog.role('', roleName) !== undefined;
}

/**
 * Refuses a role binding where the tenant defines a role of that name: Descope would take the same call as meaning that
 * role.
 */
function checkNoOwnRole(target: Target, catalog: Catalog): void {
  const { tenantId, roleName } = target;
  const own = targetOf(catalog, target);
  if (own?.typeId === 'role') {
    throw new ConnectorError(
      'refused',
      `tenant ${quoted(tenantId)} defines a role ${quoted(roleName ?? '')} of its own: use the entitlement of that ` +
        `role instead, ${entitlementIdOf(own)}`,
    );
  }
}

function checkBindingExists(target: Target, catalog: Catalog): void {
  checkTenantExists(target, catalog);
  checkNoOwnRole(target, catalog);
  if (!isListed(target, catalog)) {
    throw missing(`role ${quoted(target.roleName ?? '')} in the project`, target, catalog);
  }
}
