import type { Target } from '../access/target.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import { refusedPermission } from './permission.ts';
import { subjectOf } from './principal-types.ts';
import type { ProvisionedEntitlement, ProvisionedType, RefusedType } from './provisioned-type.ts';
import { provisionedRoleBinding } from './role-binding.ts';
import { provisionedRole } from './role.ts';
import { provisionedTenant } from './tenant.ts';

/** The types whose entitlements can be changed, one line each, and those for which a request is answered by a sentence. */
export const provisioned: readonly (ProvisionedType | RefusedType)[] = [
  provisionedTenant,
  provisionedRole,
  provisionedRoleBinding,
  refusedPermission,
];

/** Undefined for a type without a line. */
export function provisioningOf(typeId: string): ProvisionedType | RefusedType | undefined {
  return provisioned.find((type) => type.typeId === typeId);
}

/** What can be changed by the entitlement of a target. */
export function entitlementOf({ typeId, slug }: Target): ProvisionedEntitlement {
  const type = provisioningOf(typeId);
  const entitlement =
    type !== undefined && 'entitlements' in type ? type.entitlements.find((one) => one.slug === slug) : undefined;
  if (entitlement === undefined) {
    throw new Error(`${typeId} has no entitlement ${slug} that can be changed`);
  }
  return entitlement;
}

const samples = {
  membership: { tenantId: 'any', roleName: undefined },
  role: { tenantId: '', roleName: 'any' },
} as const;

/** The calls that the management key must be allowed to make for changes of a type, none where there are none: "POST /v1/mgmt/user/update/role/add". */
export function writeRightsOf(typeId: string): readonly string[] {
  const type = provisioningOf(typeId);
  const entitlements = type !== undefined && 'entitlements' in type ? type.entitlements : [];
  const labels = entitlements.flatMap(({ holds, grantedTo }) =>
    grantedTo.flatMap((principalTypeId) => {
      const subject = subjectOf({ typeId: principalTypeId, id: 'any' });
      return (['add', 'remove'] as const).map((operation) =>
        endpointLabel(subject.type.toRequest(subject.id, { operation, ...samples[holds] }).endpoint),
      );
    }),
  );
  return [...new Set(labels)];
}
