import type { User } from '../descope/users/user.ts';
import { toWriteRequest } from '../descope/users/user-writes.ts';
import { nameOfUser } from '../model/names.ts';
import type { PrincipalRecord, PrincipalType } from './principal.ts';

/** Users: a write addresses one by the user id, and answers with the whole user. */
export const userPrincipal: PrincipalType = {
  typeId: 'user',
  noun: 'user',
  oneOf: 'a user',
  canHold: ['membership', 'role'],
  idForm: 'user ids are a "U" with letters and digits',
  // Any length: Descope promises none.
  canBeId: (text) => /^U[0-9A-Za-z]+$/.test(text),
  load: async (client, id, call) => {
    const user = await client.loadForWrite(id, call);
    return user && toUserRecord(user);
  },
  toRequest: ({ id, step }) => toWriteRequest({ ...step, userId: id }),
  write: async (client, { id, step }, call) => {
    const outcome = await client.writeUser({ ...step, userId: id }, call);
    return outcome.kind === 'answered' ? { kind: 'answered', record: toUserRecord(outcome.user) } : outcome;
  },
};

export function toUserRecord(user: User): PrincipalRecord {
  const { roleNames, userTenants, loginIds } = user;
  return { roleNames, userTenants, name: nameOfUser(user), login: loginIds[0] ?? '', loginIds, email: user.email };
}
