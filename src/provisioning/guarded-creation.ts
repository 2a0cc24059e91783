import { type Holder, holdsNothing } from '../access/holding.ts';
import type { CallOptions } from '../descope/http/call.ts';
import type { NewUser } from '../descope/users/user-lifecycle.ts';
import type { User } from '../descope/users/user.ts';
import { nameOfUser } from '../model/names.ts';
import { hearing, nothingBroken, type PolicyWord } from './access-guard.ts';
import type { Lists } from './look-up.ts';
import type { OperationTools } from './provisioner.ts';

/** A creation before the policy. */
export interface GuardedCreation {
  /**
   * Asks of the default roles of the tenants that the user is to join, before anything is sent: no more than that is known
   * of what Descope will give.
   */
  before(): Promise<void>;
  /** What was said before: of what may come, and not of what is. */
  readonly expected: () => PolicyWord;
  /** Asks of what the user holds that was made; undefined where none was. */
  ended(made: User | undefined): Promise<PolicyWord>;
  /** Nobody was made. */
  unmade(): void;
}

export function guardedCreation(
  { loginId, displayName, email, tenantIds }: NewUser,
  policy: OperationTools['policy'],
  call: CallOptions,
): GuardedCreation {
  const { word, hear } = hearing();
  const expected = { typeId: 'user', id: loginId } as const; // nobody has an id yet
  let counted: Lists | undefined;
  const unmade = (): void => {
    if (counted !== undefined) {
      policy?.guard.saw(expected, holdsNothing, counted);
      counted = undefined;
    }
  };
  return {
    expected: word,
    before: async () => {
      if (policy === undefined || tenantIds.length === 0) {
        return;
      }
      const lists = await policy.lists(call);
      const userTenants = tenantIds.map((tenantId) => ({
        tenantId,
        roleNames: lists.catalog.tenant(tenantId)?.defaultRoles ?? [],
      }));
      const after: Holder = { roleNames: [], userTenants };
      counted = lists;
      const gain = { principal: expected, name: displayName, email, before: holdsNothing, after, lists };
      await hear(policy.guard.before(gain));
    },
    ended: async (made) => {
      unmade();
      if (policy === undefined || made === undefined) {
        return nothingBroken;
      }
      const lists = await policy.lists(call);
      const principal = { typeId: 'user', id: made.userId } as const;
      policy.guard.saw(principal, made, lists);
      const gain = { principal, name: nameOfUser(made), email: made.email, before: holdsNothing, after: made, lists };
      return await policy.guard.afterwards(gain);
    },
    unmade,
  };
}
