import { enabling } from '../provisioning/user-status.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const enableUser: Action = {
  words: {
    name: 'enable_user',
    displayName: 'Enable user',
    description: 'Lets a disabled user sign in again, with the access that the user has. An invited user is refused.',
    kinds: ['account', 'account-enable'],
    arguments: [userId],
    results: [message],
  },
  operation: 'enable',
  run: async (call) =>
    toldOf(await onUser(call, 'enable', enabling), {
      planned: 'would be enabled',
      done: 'is enabled',
      already: 'was enabled already; nothing was sent',
    }),
};
