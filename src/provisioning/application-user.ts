import type { User } from '../descope/users/user.ts';
import type { PrincipalRecord, PrincipalType } from './principal.ts';
import { toUserRecord, userPrincipal } from './user.ts';

/** Users, as far as the applications go that they were given by name. */
export const applicationUser: PrincipalType = {
  ...userPrincipal,
  canHold: ['application'],
  readsBack: true,
  load: async (client, id, call) => {
    const user = await client.loadForWrite(id, call);
    return user && toRecord(user);
  },
  write: async (client, { id, step }, call) => {
    const outcome = await client.writeUser({ ...step, userId: id }, call);
    return outcome.kind === 'answered' ? { kind: 'answered', record: toRecord(outcome.user) } : outcome;
  },
};

/** Without roles and memberships: a change of applications is not judged by them. */
function toRecord(user: User): PrincipalRecord {
  return { ...toUserRecord(user), roleNames: [], userTenants: [], appIds: [...new Set(user.ssoAppIds)] };
}
