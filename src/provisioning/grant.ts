import type { Catalog } from '../access/catalog.ts';
import { type Holding, holds } from '../access/holding.ts';
import { tenantName } from '../access/names.ts';
import { type Target, targetOf } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { inheritedBy, sourcesText } from './inherited.ts';
import type { Lists } from './look-up.ts';
import type { Planner, Progress, Seen } from './plan.ts';
import { described, type PrincipalRecord, type Subject } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import { isSameStep, type Step } from './step.ts';
import type { Plan } from './work.ts';

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

  return (seen: Seen, { mayBeOurs, effected }: Progress): Plan<Step> => {
    const { catalog, record } = seen;
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
      `${described(subject)} is not ${memberText(subject, record, target, seen)}: grant ` +
        `tenant:${printable(tenantId)}:member first, or use --join-tenant`,
    );
  };
}

/** An error of a grant that had added the membership before it failed: the membership stays, and the error says so. */
export function withMembershipLeft(
  thrown: unknown,
  { tenantId, roleName: wantedRole }: Target,
  subject: Subject,
  { effected, seen }: Progress,
): unknown {
  const hasJoined =
    wantedRole !== undefined &&
    effected.some(({ operation, roleName }) => operation === 'add' && roleName === undefined);
  if (!hasJoined || !(thrown instanceof ConnectorError)) {
    return thrown;
  }
  const catalog = seen.at(-1)?.catalog;
  const tenant = catalog === undefined ? tenantId : tenantName(catalog, tenantId);
  return new ConnectorError(
    thrown.kind,
    `${described(subject)} was made a member of ${printable(tenant)} and stays one, but the role failed: ${thrown.message}`,
    thrown.facts,
  );
}

/** A member by inheritance is one, but nothing says that Descope takes that for a role inside the tenant. */
function memberText(subject: Subject, record: PrincipalRecord, { tenantId }: Target, lists: Lists): string {
  const name = printable(tenantName(lists.catalog, tenantId));
  const membership = targetOf(lists.catalog, { tenantId, roleName: undefined });
  const inherited = membership === undefined ? [] : inheritedBy(subject, record, membership, lists);
  return inherited.length === 0
    ? `a member of ${name}`
    : `itself a member of ${name}, only by inheritance through ${sourcesText(inherited, lists)}`;
}

function needsMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName !== undefined;
}
