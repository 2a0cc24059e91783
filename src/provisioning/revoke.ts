import type { Catalog } from '../access/catalog.ts';
import { holds } from '../access/holding.ts';
import { didYouMean, nearTargets, targetsMeantBy } from '../access/near-targets.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { inheritedBy, mayInherit, onlyInherited } from './inherited.ts';
import type { Planner, Progress, Seen } from './plan.ts';
import { described, type Subject } from './principal.ts';
import type { Asked } from './provisioned-type.ts';
import type { Step } from './step.ts';
import type { Plan } from './work.ts';
import { quoted } from '../printable.ts';

/** What a type of roles must say of a target before it can be revoked. A membership has no such rules. */
export interface RoleRules {
  /** Whether the lists know the role. */
  readonly isListed: (target: Target, catalog: Catalog) => boolean;
  /** Refuses where the call to Descope would take away something else than the target's id says. */
  readonly checkMeaning: (target: Target, catalog: Catalog) => void;
}

/**
 * Plans to take one thing from one principal, in exactly one scope. A principal or tenant that was deleted, and a
 * record that does not show the thing, mean already revoked. Three cases are refused, because the thing may still be
 * held: what is held in an ancestor must be revoked there; a role that no list knows and the record does not show may
 * have been renamed, and its holders with it; and an id that names nothing, but would name something if its parts were
 * encoded, may mean that.
 */
export function planRevoke({ target, subject }: Asked, rules?: RoleRules): Planner {
  const { tenantId, roleName } = target;
  let wasListed = false; // when the removal was planned

  return (seen: Seen, progress: Progress): Plan<Step> => {
    const { catalog, record } = seen;
    if (record === undefined) {
      checkCouldExist(subject, progress);
      return { kind: 'settled', isOurs: false };
    }
    const { mayBeOurs } = progress;
    const isListed = rules?.isListed(target, catalog) ?? false;
    rules?.checkMeaning(target, catalog);
    if (holds(record, target)) {
      wasListed = isListed;
      return { kind: 'due', steps: [{ operation: 'remove', tenantId, roleName }] };
    }
    const isTenantGone = tenantId !== '' && catalog.tenant(tenantId) === undefined;
    const isExplained = mayBeOurs && !wasListed; // a name that no list knew cannot have been renamed meanwhile
    if (isTenantGone && !mayBeOurs) {
      checkNotMisread(target, catalog);
    }
    if (rules !== undefined && !isListed && !isTenantGone && !isExplained) {
      throw wasListed ? vanishedRole(target, subject) : unknownRole(target, subject, catalog);
    }
    const inherited = inheritedBy(subject, record, target, seen);
    if (inherited.length > 0 && progress.sent.length === 0) {
      throw onlyInherited(subject, target, inherited, seen); // once something was sent, the change tells of it
    }
    const needsFreshLists = rules !== undefined || isTenantGone || mayInherit(record, target, seen);
    return { kind: 'settled', isOurs: mayBeOurs, needsFreshLists };
  };
}

/** A deleted principal holds nothing. A text that cannot be an id says nothing about anybody, so it is `not-found`. */
export function checkCouldExist({ id, type }: Subject, { seen }: Progress): void {
  if (!type.canBeId(id) && seen.every(({ record }) => record === undefined)) {
    throw new ConnectorError(
      'not-found',
      `there is no ${type.noun} ${quoted(id)} in the project, and this cannot be the id of a deleted ${type.noun}: ${type.idForm}`,
    );
  }
}

/** Refuses where an id that names no tenant would name something if it were read in another way. */
export function checkNotMisread({ typeId, resourceId, tenantId }: Target, catalog: Catalog): void {
  const meant = targetsMeantBy(typeId, resourceId, catalog);
  if (meant.length > 0) {
    throw new ConnectorError(
      'refused',
      `there is no tenant with the id ${quoted(tenantId)} in the project${didYouMean(meant, catalog)}`,
    );
  }
}

export function unknownRole(target: Target, subject: Subject, catalog: Catalog): ConnectorError {
  const { tenantId, roleName } = target;
  const where = tenantId === '' ? 'in the project' : `in tenant ${quoted(tenantId)}`;
  const hint = didYouMean(nearTargets(target, catalog), catalog) || '.';
  return new ConnectorError(
    'refused',
    `there is no role ${quoted(roleName ?? '')} ${where}${hint} If it was renamed, ${described(subject)} may still ` +
      'hold it under its new name: sync again and look',
  );
}

/** A role that was listed a moment ago. */
function vanishedRole({ roleName }: Target, subject: Subject): ConnectorError {
  return new ConnectorError(
    'refused',
    `role ${quoted(roleName ?? '')} was deleted or renamed in Descope, and ${described(subject)} may still hold it ` +
      'under its new name: sync again and revoke what is there then',
  );
}
