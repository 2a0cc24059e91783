import { printable } from '../printable.ts';
import type { Action } from './action.ts';
import { textArgument } from './arguments.ts';
import { checkRecipients, encrypted, recipients, rotatedFor } from './secret-action.ts';
import { message, userId } from './user-action.ts';

export const setTemporaryPassword: Action = {
  words: {
    name: 'set_temporary_password',
    displayName: 'Set temporary password',
    description:
      'Sets a random password, which is answered encrypted, and which the user must change at the next sign-in. The ' +
      'old password is no longer taken.',
    kinds: ['account', 'dynamic'],
    arguments: [userId, recipients],
    results: [message, encrypted],
  },
  operation: 'rotate',
  cannotUndo: 'the old password is no longer taken',
  check: checkRecipients,
  run: async (call) => {
    const id = textArgument(call.args, userId.name);
    return await rotatedFor(call, { typeId: 'user', id }, ({ outcome, record, warning }) => {
      const who = printable(record?.name || id);
      const what = outcome === 'planned' ? 'would get a temporary password' : 'has a temporary password';
      return `${who} ${what}: ${warning}`;
    });
  },
};
