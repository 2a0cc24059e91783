import { expiringPassword } from '../provisioning/user-password.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const expirePassword: Action = {
  words: {
    name: 'expire_password',
    displayName: 'Expire password',
    description:
      'Makes the user choose another password at the next sign-in. A user without a password is refused. Descope shows ' +
      'no such state, so its word is all that there is.',
    kinds: ['account', 'dynamic'],
    arguments: [userId],
    results: [message],
  },
  operation: 'expire-password',
  run: async (call) => {
    const done = 'has to choose another password at the next sign-in, as Descope says: it shows nothing to read back';
    return toldOf(await onUser(call, 'expire-password', expiringPassword), {
      planned: 'would have to choose another password at the next sign-in',
      done,
      already: done,
    });
  },
};
