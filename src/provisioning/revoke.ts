import type { User } from '../descope/rows.ts';
import { ConnectorError } from '../errors.ts';
import { type Attempt, bringAbout, type Seen, type Verdict } from './change.ts';
import { checkBinding } from './grant.ts';
import { gainedBetween, holds, type Holding, type Target } from './target.ts';

/** A revoke whose end state stands. `lost` holds everything the record showed and does not any more. */
export interface Revoked {
  readonly outcome: 'revoked' | 'already-revoked';
  /** Undefined when the user is gone. */
  readonly before: User | undefined;
  readonly after: User | undefined;
  readonly lost: readonly Holding[];
  readonly directory: Seen['directory'];
}

/**
 * Takes one thing from one user, in exactly one scope. A user or tenant that is gone, and a record that does not show it,
 * mean already revoked; but a role that no list knows any more may have been renamed, and its holders with it: unless the
 * record still shows the old name, nobody can tell, and the answer is a refusal.
 */
export async function revoke(target: Target, userId: string, attempt: Attempt): Promise<Revoked> {
  let first: User | undefined;
  let wasListed = false; // when the removal was sent

  function judge({ directory, user }: Seen, mayBeOurs: boolean): Verdict<Revoked> {
    first ??= user;
    const settled: Revoked = { outcome: mayBeOurs ? 'revoked' : 'already-revoked', before: first, after: user, lost: lostBetween(first, user), directory };
    if (user === undefined) {
      return { settled: { ...settled, outcome: 'already-revoked' } };
    }
    const { typeId, tenantId, roleName } = target;
    const isListed = roleName !== undefined && directory.hasRole(typeId === 'role' ? tenantId : '', roleName);
    if (typeId === 'role_binding' && roleName !== undefined) {
      checkBinding(tenantId, roleName, directory);
    }
    if (typeId === 'role' && roleName !== undefined) {
      checkNotBinding(tenantId, roleName, directory);
    }
    if (holds(user, target)) {
      wasListed = isListed;
      return { write: { operation: 'remove', tenantId, roleName } };
    }
    const isTenantGone = tenantId !== '' && !directory.hasTenant(tenantId);
    const isExplained = mayBeOurs && !wasListed; // a name that no list knew cannot have been renamed meanwhile
    if (roleName !== undefined && !isListed && !isTenantGone && !isExplained) {
      throw new ConnectorError(
        'refused',
        `role ${JSON.stringify(roleName)} was deleted or renamed in Descope, and user ${userId} may still hold it under its new name: sync again and revoke what is there then`,
      );
    }
    return { settled, needsFreshLists: roleName !== undefined };
  }

  const outcome = await bringAbout(userId, judge, attempt);
  if ('settled' in outcome) {
    return outcome.settled;
  }
  return { outcome: 'revoked', before: first, after: outcome.after, lost: lostBetween(first, outcome.after), directory: outcome.directory };
}

/** Where the tenant's role is gone and the project defines one of that name, the record means the project's: something else. */
function checkNotBinding(tenantId: string, roleName: string, directory: Seen['directory']): void {
  if (tenantId !== '' && !directory.hasRole(tenantId, roleName) && directory.hasRole('', roleName) && directory.hasTenant(tenantId)) {
    throw new ConnectorError(
      'refused',
      `tenant ${JSON.stringify(tenantId)} does not define a role ${JSON.stringify(roleName)} any more, and what is held there now is the project's role of that name: sync again and revoke that`,
    );
  }
}

function lostBetween(before: User | undefined, after: User | undefined): readonly Holding[] {
  return before === undefined || after === undefined ? [] : gainedBetween(after, before);
}
