import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Catalog } from '../access/catalog.ts';
import { checkBinding } from './grant.ts';
import { holds } from '../access/holding.ts';
import { didYouMean, nearTargets, targetsMeantBy } from '../access/near-targets.ts';
import { entitlementIdOf, type Target, targetOf } from '../access/target.ts';
import type { Plan, Planner, Progress, Seen } from './plan.ts';
import { canBeUserId } from './principal.ts';

/**
 * Plans to take one thing from one user, in exactly one scope. A user or tenant that is gone, and a record that does not
 * show it, mean already revoked; but a role that no list knows any more may have been renamed, and its holders with it:
 * unless the record still shows the old name, nobody can tell, and the answer is a refusal. So is an id that names nothing
 * as it is, but would name something if its parts were encoded: the thing that was meant may still be held.
 */
export function planRevoke(target: Target, userId: string): Planner {
  let wasListed = false; // when the removal was planned

  return ({ catalog, user }: Seen, progress: Progress): Plan => {
    if (user === undefined) {
      checkCouldBeUser(userId, progress);
      return { kind: 'settled', isOurs: false };
    }
    const { typeId, tenantId, roleName } = target;
    const { mayBeOurs } = progress;
    const isListed = roleName !== undefined && catalog.role(typeId === 'role' ? tenantId : '', roleName) !== undefined;
    checkScope(target, catalog);
    if (holds(user, target)) {
      wasListed = isListed;
      return { kind: 'due', steps: [{ operation: 'remove', tenantId, roleName }] };
    }
    const isTenantGone = tenantId !== '' && catalog.tenant(tenantId) === undefined;
    const isExplained = mayBeOurs && !wasListed; // a name that no list knew cannot have been renamed meanwhile
    if (isTenantGone && !mayBeOurs) {
      checkNotMisread(target, catalog);
    }
    if (roleName !== undefined && !isListed && !isTenantGone && !isExplained) {
      throw wasListed ? vanishedRole(roleName, userId) : unknownRole(target, userId, catalog);
    }
    return { kind: 'settled', isOurs: mayBeOurs, needsFreshLists: roleName !== undefined || isTenantGone };
  };
}

/** A user who is gone holds nothing; a text that is no user id says nothing about anybody. */
function checkCouldBeUser(userId: string, { seen }: Progress): void {
  if (!canBeUserId(userId) && seen.every((record) => record === undefined)) {
    throw new ConnectorError(
      'not-found',
      `there is no user ${JSON.stringify(userId.slice(0, 100))} in the project, and this cannot be the id of a deleted user: user ids are a "U" with letters and digits`,
    );
  }
}

/** Each of the two kinds of role inside a tenant must be what its id says: both are one call to Descope. */
function checkScope({ typeId, tenantId, roleName }: Target, catalog: Catalog): void {
  if (roleName === undefined || tenantId === '') {
    return;
  }
  if (typeId === 'role_binding') {
    checkBinding(tenantId, roleName, catalog);
  } else if (
    catalog.role(tenantId, roleName) === undefined &&
    catalog.role('', roleName) !== undefined &&
    catalog.tenant(tenantId) !== undefined
  ) {
    // The tenant's role is gone, and what the record means by that name is the project's: something else.
    const binding = targetOf(catalog, { tenantId, roleName });
    throw new ConnectorError(
      'refused',
      `tenant ${JSON.stringify(tenantId)} does not define a role ${JSON.stringify(roleName)} any more, and what is held there now is the project's role of that name: sync again and revoke that${binding === undefined ? '' : `, ${entitlementIdOf(binding)}`}`,
    );
  }
}

function checkNotMisread({ typeId, resourceId, tenantId }: Target, catalog: Catalog): void {
  const meant = targetsMeantBy(typeId, resourceId, catalog);
  if (meant.length > 0) {
    throw new ConnectorError(
      'refused',
      `there is no tenant with the id ${JSON.stringify(tenantId)} in the project${didYouMean(meant, catalog)}`,
    );
  }
}

function unknownRole(target: Target, userId: string, catalog: Catalog): ConnectorError {
  const { tenantId, roleName } = target;
  const where = tenantId === '' ? 'in the project' : `in tenant ${JSON.stringify(tenantId)}`;
  const hint = didYouMean(nearTargets(target, catalog), catalog) || '.';
  return new ConnectorError(
    'refused',
    `there is no role ${JSON.stringify(roleName)} ${where}${hint} If it was renamed, user ${printable(userId)} may still hold it under its new name: sync again and look`,
  );
}

/** A role that was listed a moment ago. */
function vanishedRole(roleName: string | undefined, userId: string): ConnectorError {
  return new ConnectorError(
    'refused',
    `role ${JSON.stringify(roleName)} was deleted or renamed in Descope, and user ${printable(userId)} may still hold it under its new name: sync again and revoke what is there then`,
  );
}
