import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { entitlementId } from '../model/ids.ts';
import type { Directory } from './directory.ts';
import { didYouMean, nearTargets } from './near-targets.ts';
import { isSameStep, type Plan, type Planner, type Progress, type Seen, type Step } from './plan.ts';
import { holds, type Holding, type Target } from './target.ts';

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

  return ({ directory, user }: Seen, { mayBeOurs, effected }: Progress): Plan => {
    if (user === undefined) {
      throw new ConnectorError('not-found', `there is no user ${printable(userId)} in the project`);
    }
    checkExists(target, directory);
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
      `user ${printable(userId)} is not a member of ${printable(directory.tenantName(target.tenantId))}: grant tenant:${printable(target.tenantId)}:member first, or use --join-tenant`,
    );
  };
}

/** An error of a grant that had made the user a member before it failed: the membership stays, and the error says so. */
export function withMembershipLeft(
  thrown: unknown,
  target: Target,
  userId: string,
  { effected, directory }: Progress,
): unknown {
  const hasJoined =
    target.roleName !== undefined &&
    effected.some(({ operation, roleName }) => operation === 'add' && roleName === undefined);
  if (!hasJoined || !(thrown instanceof ConnectorError)) {
    return thrown;
  }
  const tenantName = directory?.tenantName(target.tenantId) ?? target.tenantId;
  return new ConnectorError(
    thrown.kind,
    `user ${printable(userId)} was made a member of ${printable(tenantName)} and stays one, but the role failed: ${thrown.message}`,
    thrown.facts,
  );
}

function needsMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName !== undefined;
}

/** What the entitlement names must be there, and be what it says: a tenant's role, or the project's inside a tenant. */
function checkExists(target: Target, directory: Directory): void {
  const { typeId, tenantId, roleName = '' } = target;
  const missing = (what: string): ConnectorError =>
    new ConnectorError('not-found', `there is no ${what}${didYouMean(nearTargets(target, directory), directory)}`);
  if (tenantId !== '' && !directory.hasTenant(tenantId)) {
    throw missing(`tenant with the id ${JSON.stringify(tenantId)} in the project`);
  }
  if (typeId === 'role' && !directory.hasRole(tenantId, roleName)) {
    throw missing(
      `role ${JSON.stringify(roleName)} ${tenantId === '' ? 'in the project' : `that tenant ${JSON.stringify(tenantId)} defines`}`,
    );
  }
  if (typeId === 'role_binding') {
    checkBinding(tenantId, roleName, directory);
    if (!directory.hasRole('', roleName)) {
      throw missing(`role ${JSON.stringify(roleName)} in the project`);
    }
  }
}

/** Where the tenant defines a role of that name, the same call would give that one: there is no such binding. */
export function checkBinding(tenantId: string, roleName: string, directory: Directory): void {
  const own = directory.targetOf({ tenantId, roleName });
  if (own?.typeId === 'role') {
    throw new ConnectorError(
      'refused',
      `tenant ${JSON.stringify(tenantId)} defines a role ${JSON.stringify(roleName)} of its own: use the entitlement of that role instead, ${entitlementId('role', own.resourceId)}`,
    );
  }
}
