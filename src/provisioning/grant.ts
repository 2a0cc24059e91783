import type { User } from '../descope/rows.ts';
import { ConnectorError } from '../errors.ts';
import { type Attempt, bringAbout, type Seen, type Verdict } from './change.ts';
import { gainedBetween, holds, type Holding, type Target } from './target.ts';

export interface GrantOptions {
  /** Makes the user a member of the tenant first, where a role inside it needs that. */
  readonly joinTenant: boolean;
}

/** A grant that stands. `gained` holds everything the record shows now and did not before, what was asked for included. */
export interface Granted {
  readonly outcome: 'granted' | 'already-granted';
  readonly before: User;
  readonly after: User;
  readonly gained: readonly Holding[];
  readonly directory: Seen['directory'];
}

/**
 * Gives one user one thing, in exactly one scope. Already so is success without a write. A missing user, tenant or role
 * is `not-found`; a role inside a tenant needs the membership first, and says so, unless it may be added.
 */
export async function grant(target: Target, userId: string, attempt: Attempt, { joinTenant }: GrantOptions): Promise<Granted> {
  let first: User | undefined;
  const membership: Holding = { tenantId: target.tenantId, roleName: undefined };

  function judge(wanted: Holding, { directory, user }: Seen, isOurs: boolean): Verdict<Granted> {
    if (user === undefined) {
      throw new ConnectorError('not-found', `there is no user ${userId} in the project`);
    }
    first ??= user;
    checkExists(target, directory);
    if (holds(user, wanted)) {
      return { settled: { outcome: isOurs ? 'granted' : 'already-granted', before: first, after: user, gained: gainedBetween(first, user), directory } };
    }
    if (needsMembership(wanted) && !holds(user, membership)) {
      throw new ConnectorError(
        'refused',
        `user ${userId} is not a member of ${directory.tenantName(target.tenantId)}: grant tenant:${target.tenantId}:member first, or use --join-tenant`,
      );
    }
    return { write: { operation: 'add', ...wanted } };
  }

  async function give(wanted: Holding, hasJoined: boolean): Promise<Granted> {
    const outcome = await bringAbout(userId, (seen, mayBeOurs) => judge(wanted, seen, mayBeOurs || hasJoined), attempt);
    if ('settled' in outcome) {
      return outcome.settled;
    }
    const { after, directory } = outcome;
    const before = first ?? after;
    return { outcome: 'granted', before, after, gained: gainedBetween(before, after), directory };
  }

  const wanted: Holding = { tenantId: target.tenantId, roleName: target.roleName };
  if (!joinTenant || !needsMembership(wanted)) {
    return await give(wanted, false);
  }
  const joined = await give(membership, false);
  const hasJoined = joined.outcome === 'granted';
  try {
    return await give(wanted, hasJoined);
  } catch (thrown) {
    throw hasJoined ? withMembershipLeft(thrown, userId, joined.directory.tenantName(target.tenantId)) : thrown;
  }
}

function needsMembership({ tenantId, roleName }: Holding): boolean {
  return tenantId !== '' && roleName !== undefined;
}

/** What the entitlement names must be there, and be what it says: a tenant's role, or the project's inside a tenant. */
function checkExists({ typeId, tenantId, roleName = '' }: Target, directory: Seen['directory']): void {
  if (tenantId !== '' && !directory.hasTenant(tenantId)) {
    throw new ConnectorError('not-found', `there is no tenant ${JSON.stringify(tenantId)} in the project`);
  }
  if (typeId === 'role' && !directory.hasRole(tenantId, roleName)) {
    throw new ConnectorError('not-found', `there is no role ${JSON.stringify(roleName)}${tenantId === '' ? ' of the project' : ` that tenant ${JSON.stringify(tenantId)} defines`}`);
  }
  if (typeId === 'role_binding') {
    checkBinding(tenantId, roleName, directory);
    if (!directory.hasRole('', roleName)) {
      throw new ConnectorError('not-found', `there is no role ${JSON.stringify(roleName)} of the project`);
    }
  }
}

/** Where the tenant defines a role of that name, the same call would give that one: there is no such binding. */
export function checkBinding(tenantId: string, roleName: string, directory: Seen['directory']): void {
  if (directory.hasRole(tenantId, roleName)) {
    throw new ConnectorError('refused', `tenant ${JSON.stringify(tenantId)} defines a role ${JSON.stringify(roleName)} of its own: use the entitlement of that role instead`);
  }
}

function withMembershipLeft(thrown: unknown, userId: string, tenantName: string): unknown {
  return thrown instanceof ConnectorError
    ? new ConnectorError(thrown.kind, `user ${userId} was made a member of ${tenantName} and stays one, but the role failed: ${thrown.message}`, thrown.facts)
    : thrown;
}
