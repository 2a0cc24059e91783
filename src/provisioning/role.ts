import type { Catalog } from '../access/catalog.ts';
import { type Target, targetOf } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementIdOf, parseRoleResourceId } from '../model/ids.ts';
import { checkTenantExists, missing } from './checks.ts';
import { planGrant } from './grant.ts';
import type { ProvisionedType } from './provisioned-type.ts';
import { planRevoke } from './revoke.ts';
import { quoted } from '../printable.ts';

/** A role of the project, or one that a tenant defines: both are held in the scope that defines them. */
export const provisionedRole: ProvisionedType = {
  typeId: 'role',
  idExample: 'Editor or tenant-id/Editor',
  parseId: parseRoleResourceId,
  entitlements: [
    {
      slug: 'assigned',
      gives: 'role',
      planGrant: (asked) => planGrant(asked, checkRoleExists),
      planRevoke: (asked) => planRevoke(asked, { isListed, checkMeaning: checkNotTheProjectsRole }),
    },
  ],
};

function isListed({ tenantId, roleName = '' }: Target, catalog: Catalog): boolean {
  return catalog.role(tenantId, roleName) !== undefined;
}

function checkRoleExists(target: Target, catalog: Catalog): void {
  const { tenantId, roleName } = target;
  if (tenantId !== '') {
    checkTenantExists(target, catalog);
  }
  if (!isListed(target, catalog)) {
    const where = tenantId === '' ? 'in the project' : `that tenant ${quoted(tenantId)} defines`;
    throw missing(`role ${quoted(roleName ?? '')} ${where}`, target, catalog);
  }
}

/**
 * Where the tenant's own role is gone, Descope takes its name as the project's role of that name, which is something
 * else.
 */
function checkNotTheProjectsRole(target: Target, catalog: Catalog): void {
  const { tenantId, roleName = '' } = target;
  if (
    tenantId !== '' &&
    !isListed(target, catalog) &&
    catalog.role('', roleName) !== undefined &&
    catalog.tenant(tenantId) !== undefined
  ) {
    const binding = targetOf(catalog, target);
    throw new ConnectorError(
      'refused',
      `tenant ${quoted(tenantId)} does not define a role ${quoted(roleName ?? '')} any more, and what is held there ` +
        `now is the project's role of that name: sync again and revoke ` +
        `that${binding === undefined ? '' : `, ${entitlementIdOf(binding)}`}`,
    );
  }
}
