import { ApiError } from '../api-error.ts';
import type { UserContext } from './context.ts';
import type { UserRecord } from './records.ts';

export type ContactKind = 'email' | 'phone';

/**
 * The user with another address. Where somebody else has it, the switch decides: merge the other user into this one,
 * which deletes it, or refuse; `fails` asks to refuse.
 */
export function changeContact(
  context: UserContext,
  user: UserRecord,
  kind: ContactKind,
  { value, fails }: { readonly value: string; readonly fails: boolean },
): UserRecord {
  const { switches, users } = context;
  const other = value === '' ? undefined : otherWith(context, user, kind, value);
  if (other) {
    if ((switches.contactCollision === 'conflict' || fails) && switches.contactCollision !== 'always-merge') {
      throw new ApiError(409, 'E111127', 'Conflict', `Another user has this ${kind}`);
    }
    users.remove(other.userId);
  }
  return { ...(other ? withEverythingOf(user, other) : user), [kind]: value };
}

function otherWith(context: UserContext, user: UserRecord, kind: ContactKind, value: string): UserRecord | undefined {
  const { live } = context.users;
  return live
    .findByText(value)
    .map((ref) => live.get(ref))
    .find((other) => other.userId !== user.userId && other[kind] === value);
}

/** The login ids, roles and memberships of both. */
function withEverythingOf(user: UserRecord, other: UserRecord): UserRecord {
  const own = new Set(user.tenants.map((membership) => membership.tenantId));
  return {
    ...user,
    loginIds: [...new Set([...user.loginIds, ...other.loginIds])],
    roleNames: [...new Set([...user.roleNames, ...other.roleNames])],
    tenants: [...user.tenants, ...other.tenants.filter((membership) => !own.has(membership.tenantId))],
  };
}
