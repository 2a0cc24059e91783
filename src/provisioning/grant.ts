import type { Catalog } from '../access/catalog.ts';
import { type Holding, holds } from '../access/holding.ts';
import { tenantName } from '../access/names.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Plan, Planner, Progress, Seen } from './plan.ts';
import { described, type Subject } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import { isSameStep, type Step } from './step.ts';

/**
 * Throws when the project does not have what the entitlement names, or when that is something else than the id says.
 */
export type CheckExists = (target: Target, catalog: Catalog) => void;

/**
 * Plans to give one principal one thing, in exactly one scope. Nothing is due where the record shows it already. A
 * missing principal, tenant or role is `not-found`. A role inside a tenant needs the membership first: without it the
 * grant is refused, unless the membership may be added.
 */
export function planGrant({ target, subject, joinTenant }: Asked, checkExists: CheckExists): Planner {
  const { tenantId, roleName } = target;
  const wanted: Step = { operation: 'add', tenantId, roleName };
  const join: Step = { operation: 'add', tenantId, roleName: undefined };

  return ({ catalog, record }: Seen, { mayBeOurs, effected }: Progress): Plan => {
    if (record === undefined) {
      throw new ConnectorError('not-found', `there is no ${described(subject)} in the project`);
    }
    checkExists(target, catalog);
    if (holds(record, wanted)) {
      return { kind: 'settled', isOurs: mayBeOurs || effected.length > 0 };
    }
    if (!needsMembership(wanted) || holds(record, join)) {
      return { kind: 'due', steps: [wanted] };
    }
    if (joinTenant && !effected.some((step) => isSameStep(step, join))) {
      return { kind: 'due', steps: [join, wanted] };
    }
    throw new ConnectorError(
      'refused',
      `${described(subject)} is not a member of ${printable(tenantName(catalog, tenantId))}: grant tenant:${printable(tenantId)}:member first, or use --join-tenant`,
    );
  };
}

/** An error of a grant that had added the membership before it failed: the membership stays, and the error says so. */
export function withMembershipLeft(
  thrown: unknown,
  { tenantId, roleName: wantedRole }: Target,
  subject: Subject,
  { effected, catalog }: Progress,
): unknown {
  const hasJoined =
    wantedRole !== undefined &&
    effected.some(({ operation, roleName }) => operation === 'add' && roleName === undefined);
  if (!hasJoined || !(thrown instanceof ConnectorError)) {
    return thrown;
  }
  const tenant = catalog === undefined ? tenantId : tenantName(catalog, tenantId);
  return new ConnectorError(
    thrown.kind,
    `${described(subject)} was made a member of ${printable(tenant)} and stays one, but the role failed: ${thrown.message}`,
    thrown.facts,
  );
}

function needsMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName !== undefined;
}
