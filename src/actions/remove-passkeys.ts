import { removing } from '../provisioning/user-factors.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const removePasskeys: Action = {
  words: {
    name: 'remove_passkeys',
    displayName: 'Remove passkeys',
    description:
      'Removes all passkeys of the user, who has to set up new ones. Refused where the record shows no other way to sign in.',
    kinds: ['account', 'dynamic'],
    arguments: [userId],
    results: [message],
  },
  operation: 'remove-passkeys',
  cannotUndo: 'the user has to set up new passkeys',
  run: async (call) =>
    toldOf(await onUser(call, 'remove-passkeys', (id, ...rest) => removing('passkeys', id, ...rest)), {
      planned: 'would lose all passkeys',
      done: 'has no passkeys any more',
      already: 'had no passkeys; nothing was sent',
    }),
};
