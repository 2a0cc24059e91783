import type { Principal } from '../access/principal.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';

/** Grants that a sync lists for something that is no person: of which types, and where they are managed instead. */
const edges: readonly {
  readonly principals: readonly string[];
  readonly targets: readonly string[];
  readonly refusal: string;
}[] = [
  {
    principals: ['tenant'],
    targets: ['tenant'],
    refusal:
      'what one tenant inherits from another follows from the tree of tenants: change the parent or the role ' +
      'inheritance of the tenants in Descope, or revoke the membership of the tenant above from its users',
  },
  {
    principals: ['role_binding', 'role'],
    targets: ['role_binding'],
    refusal:
      'what one tenant inherits from another follows from the tree of tenants: change the parent or the role ' +
      'inheritance of the tenants in Descope, or revoke the role in the tenant above from its users',
  },
  {
    principals: ['tenant'],
    targets: ['role', 'role_binding'],
    refusal: 'a default role of a tenant is managed in the settings of the tenant in Descope',
  },
  {
    principals: ['idp_group', 'sso_configuration'],
    targets: ['role', 'role_binding'],
    refusal:
      "a role that comes with a group or a sign-in of an identity provider is managed in the tenant's SSO settings in Descope",
  },
];

/** The refusal of a grant that only a sync lists; undefined for a principal that no such grant has. */
export function edgeRefusal(
  { typeId }: Pick<Target, 'typeId'>,
  principalTypeId: Principal['typeId'],
): ConnectorError | undefined {
  const edge = edges.find(
    ({ principals, targets }) => principals.includes(principalTypeId) && targets.includes(typeId),
  );
  return edge && new ConnectorError('refused', `such a grant is neither made nor revoked by itself: ${edge.refusal}`);
}
