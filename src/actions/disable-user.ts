import { disabling } from '../provisioning/user-status.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const disableUser: Action = {
  words: {
    name: 'disable_user',
    displayName: 'Disable user',
    description:
      'Lets the user sign in no more, in any tenant, and ends the sessions. Session tokens that were issued stay good ' +
      'until they expire. Access stays and comes back when the user is enabled.',
    kinds: ['account', 'account-disable'],
    arguments: [userId],
    results: [message],
  },
  operation: 'disable',
  run: async (call) =>
    toldOf(await onUser(call, 'disable', disabling), {
      planned: 'would be disabled and logged out',
      done: 'is disabled, and the sessions are ended; session tokens that were issued stay good until they expire',
      already: 'was disabled already; nothing was sent, the sessions of before included: logout_user ends those',
    }),
};
