import { removing } from '../provisioning/user-factors.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const removeTotp: Action = {
  words: {
    name: 'remove_totp',
    displayName: 'Remove authenticator',
    description:
      'Removes the seed of the authenticator app (TOTP), which the user has to set up anew. Refused where the record ' +
      'shows no other way to sign in.',
    kinds: ['account', 'dynamic'],
    arguments: [userId],
    results: [message],
  },
  operation: 'remove-totp',
  cannotUndo: 'the user has to set up the authenticator anew',
  run: async (call) =>
    toldOf(await onUser(call, 'remove-totp', (id, ...rest) => removing('totp', id, ...rest)), {
      planned: 'would lose the seed of the authenticator',
      done: 'has no authenticator any more',
      already: 'had no authenticator; nothing was sent',
    }),
};
