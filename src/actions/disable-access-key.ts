import type { Action } from './action.ts';
import { keyId, onKey, toldOfKey } from './key-action.ts';
import { message } from './user-action.ts';

export const disableAccessKey: Action = {
  words: {
    name: 'disable_access_key',
    displayName: 'Disable access key',
    description:
      'Deactivates an access key: it is exchanged for no token any more. Tokens that were issued stay good until they ' +
      'expire. The key keeps its secret and its roles, and can be enabled again.',
    kinds: ['dynamic'],
    arguments: [keyId],
    results: [message],
  },
  operation: 'disable',
  run: async (call) =>
    toldOfKey(await onKey(call, 'disable'), {
      planned: 'would be deactivated',
      done: 'is deactivated; tokens that were issued stay good until they expire',
      already: 'was inactive already; nothing was sent',
    }),
};
