import { checkTenantExists } from './checks.ts';
import { planGrant } from './grant.ts';
import type { ProvisionedType } from './provisioned-type.ts';
import { planRevoke } from './revoke.ts';

export const provisionedTenant: ProvisionedType = {
  typeId: 'tenant',
  idExample: 'tenant-id',
  parseId: (resourceId) => ({ tenantId: resourceId, roleName: undefined }),
  entitlements: [
    {
      slug: 'member',
      gives: 'membership',
      planGrant: (asked) => planGrant(asked, checkTenantExists),
      planRevoke: (asked) => planRevoke(asked),
    },
  ],
};
