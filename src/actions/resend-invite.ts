import { invitingAgain } from '../provisioning/user-invite.ts';
import type { Action } from './action.ts';
import { message, onUser, toldOf, userId } from './user-action.ts';

export const resendInvite: Action = {
  words: {
    name: 'resend_invite',
    displayName: 'Resend invitation',
    description:
      'Has Descope send the invitation again to a user who has not accepted it. Each call sends one message at most, ' +
      'and a lost answer does not send another. Anybody else is refused.',
    kinds: ['account', 'dynamic'],
    arguments: [userId],
    results: [message],
  },
  operation: 'invite',
  run: async (call) => {
    const done = 'is invited again: the message was handed to Descope, which does not tell whether it arrived';
    return toldOf(await onUser(call, 'invite', invitingAgain), {
      planned: 'would be sent the invitation again',
      done,
      already: done,
    });
  },
};
