import type { Holding } from '../access/holding.ts';
import type { Target } from '../access/target.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import { provisionedApplication } from './application.ts';
import { refusedIdpGroup } from './idp-group.ts';
import { refusedPermission } from './permission.ts';
import { principalTypesHolding } from './principal-types.ts';
import type { ProvisionedEntitlement, ProvisionedType, RefusedType } from './provisioned-type.ts';
import { refusedProject } from './project.ts';
import { provisionedRoleBinding } from './role-binding.ts';
import { provisionedRole } from './role.ts';
import { refusedSsoConfiguration } from './sso-configuration.ts';
import type { HeldKind, Step } from './step.ts';
import { provisionedTenant } from './tenant.ts';
import { provisionedThirdPartyApp } from './third-party-app.ts';

/**
 * The types whose entitlements can be changed, one line each, and those for which a request is answered by a sentence.
 */
export const provisioned: readonly (ProvisionedType | RefusedType)[] = [
  provisionedTenant,
  provisionedRole,
  provisionedRoleBinding,
  provisionedApplication,
  provisionedThirdPartyApp,
  refusedPermission,
  refusedIdpGroup,
  refusedSsoConfiguration,
  refusedProject,
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

/** What changes of a type's entitlements are judged by, where that is not tenants and roles. */
export function listsOf(typeId: string): ProvisionedEntitlement['lists'] {
  const type = provisioningOf(typeId);
  return type !== undefined && 'entitlements' in type ? type.entitlements[0]?.lists : undefined;
}

/** Steps of each kind, and a record, from which the requests of any step are told. */
const samples: Readonly<Record<HeldKind, readonly Step[]>> = {
  membership: bothWays({ tenantId: 'any', roleName: undefined }),
  role: bothWays({ tenantId: '', roleName: 'any' }),
  application: bothWays({ tenantId: '', roleName: undefined, appId: 'any' }),
  consent: [{ operation: 'remove', tenantId: '', roleName: undefined, consentId: 'any' }],
};
const holdsNothing = { roleNames: [], userTenants: [], name: '', login: '' };

/**
 * The calls that the management key must be allowed to make for changes of a type: "POST
 * /v1/mgmt/user/update/role/add".
 */
export function writeRightsOf(typeId: string): readonly string[] {
  const type = provisioningOf(typeId);
  const entitlements = type !== undefined && 'entitlements' in type ? type.entitlements : [];
  const requests = entitlements.flatMap(({ gives }) =>
    principalTypesHolding(gives).flatMap((principalType) =>
      samples[gives].map((step) => principalType.toRequest({ id: 'any', step, record: holdsNothing })),
    ),
  );
  return [...new Set(requests.map(({ endpoint }) => endpointLabel(endpoint)))];
}

function bothWays(held: Holding): readonly Step[] {
  return (['add', 'remove'] as const).map((operation) => Object.assign({ operation }, held));
}
