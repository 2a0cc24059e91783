import { type Invitee, toInviteRequest } from '../descope/users/user-lifecycle.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from './provisioner.ts';
import { planned } from './record-work.ts';
import { isEffected, isSent, type UserOperation, type UserStep } from './user-operation.ts';

/** The sending of an invitation to a user who is there. A message is never sent twice. */
export function invitation(
  invitee: Invitee,
  { client }: OperationTools,
): Pick<UserStep, 'request' | 'send' | 'mostSends'> {
  const { userId } = invitee;
  return {
    request: planned(toInviteRequest(invitee)),
    mostSends: 1,
    send: async (call) => {
      const outcome = await client.inviteUser(invitee, call);
      if (outcome.kind === 'answered' && outcome.userId !== userId) {
        throw new ConnectorError(
          'inconsistent',
          `Descope invited user ${printable(outcome.userId)} in the place of user ${printable(userId)}: look at both there before going on`,
        );
      }
      return outcome;
    },
  };
}

/** Sends an invitation again to a user who has not accepted it. A message is never sent twice: not even when its answer is lost. */
export function invitingAgain(userId: string, tools: OperationTools): UserOperation {
  const described = `user ${printable(userId)}`;
  const step = { name: `invite ${described} again` };
  return {
    operation: 'invite',
    done: 'invited',
    due: ({ user: { status, test: isTest } }, progress) => {
      if (isEffected(progress, step)) {
        return [];
      }
      if (status !== 'invited' && status !== 'expired') {
        throw new ConnectorError(
          'refused',
          `${described} is ${printable(status || 'without a status')}, and not waiting for an invitation: nothing was sent`,
        );
      }
      return [{ ...invitation({ userId, isTest }, tools), ...step, isDone: () => true }];
    },
    failed: (thrown, progress) =>
      thrown instanceof ConnectorError && isSent(progress, step) && progress.mayBeOurs
        ? new ConnectorError(
            thrown.kind,
            `${thrown.message}; the invitation of ${described} may have been sent, and is not sent again by itself: ask whether it arrived`,
            thrown.facts,
          )
        : thrown,
  };
}
