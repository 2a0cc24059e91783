import { loggingOut } from '../provisioning/user-status.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const logoutUser: Action = {
  words: {
    name: 'logout_user',
    displayName: 'Log user out',
    description:
      'Ends all sessions of the user: none can be refreshed any more. Session tokens that were issued stay good until ' +
      'they expire. Descope shows no sessions, so its word is all that there is.',
    kinds: ['account', 'dynamic'],
    arguments: [userId],
    results: [message],
  },
  operation: 'log-out',
  run: async (call) => {
    const done =
      'is logged out, as Descope says: it shows no sessions to read back; session tokens that were issued stay good until they expire';
    return toldOf(await onUser(call, 'log-out', loggingOut), { planned: 'would be logged out', done, already: done });
  },
};
