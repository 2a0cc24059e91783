import type { Action } from './action.ts';
import { keyId, onKey, toldOfKey } from './key-action.ts';
import { message } from './user-action.ts';

export const enableAccessKey: Action = {
  words: {
    name: 'enable_access_key',
    displayName: 'Enable access key',
    description:
      'Activates an inactive access key, with the secret and the roles that it has. One that expired is refused.',
    kinds: ['dynamic'],
    arguments: [keyId],
    results: [message],
  },
  operation: 'enable',
  run: async (call) =>
    toldOfKey(await onKey(call, 'enable'), {
      planned: 'would be activated',
      done: 'is active',
      already: 'was active already; nothing was sent',
    }),
};
