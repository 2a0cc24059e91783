import { printable } from '../printable.ts';
import type { Action } from './action.ts';
import { textArgument } from './arguments.ts';
import { keyId } from './key-action.ts';
import { checkRecipients, encrypted, recipients, rotatedFor } from './secret-action.ts';
import { message } from './user-action.ts';

export const rotateAccessKey: Action = {
  words: {
    name: 'rotate',
    displayName: 'Rotate access key',
    description:
      'Gives an active access key a new secret, which is answered encrypted. The old one is dead at once. The id, the ' +
      'roles and the end of the key stay.',
    resourceTypeId: 'access_key',
    kinds: ['dynamic'],
    arguments: [keyId, recipients],
    results: [message, encrypted],
  },
  operation: 'rotate',
  cannotUndo: 'the old secret is dead at once: whoever still uses it is locked out',
  check: checkRecipients,
  run: async (call) => {
    const id = textArgument(call.args, keyId.name);
    return await rotatedFor(call, { typeId: 'access_key', id }, ({ outcome, record, warning }) => {
      const who = `access key ${printable(record?.name || id)}`;
      return outcome === 'planned'
        ? `${who} would get a new secret: ${warning}`
        : `${who} has a new secret: ${warning}`;
    });
  },
};
