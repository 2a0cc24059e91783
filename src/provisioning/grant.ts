import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Catalog } from '../access/catalog.ts';
import { type Holding, holds } from '../access/holding.ts';
import { tenantName } from '../access/names.ts';
import { didYouMean, nearTargets } from '../access/near-targets.ts';
import { entitlementIdOf, type Target, targetOf } from '../access/target.ts';
import { isSameStep, type Plan, type Planner, type Progress, type Seen, type Step } from './plan.ts';

export interface GrantOptions {
  /** Makes the user a member of the tenant first, where a role inside it needs that. */
  readonly joinTenant: boolean;
}

/**
 * Plans to give one user one thing, in exactly one scope. Already so is settled without a write. A missing user, tenant or
 * role is `not-found`; a role inside a tenant needs the membership first, and says so, unless it may be added.
 */
export function planGrant(target: Target, userId: string, { joinTenant }: GrantOptions): Planner {
  const wanted: Step = { operation: 'add', tenantId: target.tenantId, roleName: target.roleName };
  const join: Step = { operation: 'add', tenantId: target.tenantId, roleName: undefined };

  return ({ catalog, user }: Seen, { mayBeOurs, effected }: Progress): Plan => {
    if (user === undefined) {
      throw new ConnectorError('not-found', `there is no user ${printable(userId)} in the project`);
    }
    checkExists(target, catalog);
    if (holds(user, wanted)) {
      return { kind: 'settled', isOurs: mayBeOurs || effected.length > 0 };
    }
    if (!needsMembership(wanted) || holds(user, join)) {
      return { kind: 'due', steps: [wanted] };
    }
    if (joinTenant && !effected.some((step) => isSameStep(step, join))) {
      return { kind: 'due', steps: [join, wanted] };
    }
    throw new ConnectorError(
      'refused',
      `user ${printable(userId)} is not a member of ${printable(tenantName(catalog, target.tenantId))}: grant tenant:${printable(target.tenantId)}:member first, or use --join-tenant`,
    );
  };
}

/** An error of a grant that had made the user a member before it failed: the membership stays, and the error says so. */
export function withMembershipLeft(
  thrown: unknown,
  target: Target,
  userId: string,
  { effected, catalog }: Progress,
): unknown {
  const hasJoined =
    target.roleName !== undefined &&
    effected.some(({ operation, roleName }) => operation === 'add' && roleName === undefined);
  if (!hasJoined || !(thrown instanceof ConnectorError)) {
    return thrown;
  }
  const tenant = catalog === undefined ? target.tenantId : tenantName(catalog, target.tenantId);
  return new ConnectorError(
    thrown.kind,
    `user ${printable(userId)} was made a member of ${printable(tenant)} and stays one, but the role failed: ${thrown.message}`,
    thrown.facts,
  );
}

function needsMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName !== undefined;
}

/** What the entitlement names must be there, and be what it says: a tenant's role, or the project's inside a tenant. */
function checkExists(target: Target, catalog: Catalog): void {
  const { typeId, tenantId, roleName = '' } = target;
  const missing = (what: string): ConnectorError =>
    new ConnectorError('not-found', `there is no ${what}${didYouMean(nearTargets(target, catalog), catalog)}`);
  if (tenantId !== '' && catalog.tenant(tenantId) === undefined) {
    throw missing(`tenant with the id ${JSON.stringify(tenantId)} in the project`);
  }
  if (typeId === 'role' && catalog.role(tenantId, roleName) === undefined) {
    throw missing(
      `role ${JSON.stringify(roleName)} ${tenantId === '' ? 'in the project' : `that tenant ${JSON.stringify(tenantId)} defines`}`,
    );
  }
  if (typeId === 'role_binding') {
    checkBinding(tenantId, roleName, catalog);
    if (catalog.role('', roleName) === undefined) {
      throw missing(`role ${JSON.stringify(roleName)} in the project`);
    }
  }
}

/** Where the tenant defines a role of that name, the same call would give that one: there is no such binding. */
export function checkBinding(tenantId: string, roleName: string, catalog: Catalog): void {
  const own = targetOf(catalog, { tenantId, roleName });
  if (own?.typeId === 'role') {
    throw new ConnectorError(
      'refused',
      `tenant ${JSON.stringify(tenantId)} defines a role ${JSON.stringify(roleName)} of its own: use the entitlement of that role instead, ${entitlementIdOf(own)}`,
    );
  }
}
