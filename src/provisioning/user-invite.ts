import { type NewUser, toCreateUserRequest } from '../descope/users/user-lifecycle.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from './provisioner.ts';
import { planned } from './record-work.ts';
import { isEffected, isSent, type UserOperation, type UserStep } from './user-operation.ts';

/** An invitation by the user id: Descope sends it to who has the id, and makes nobody. */
function invitationOf(userId: string): NewUser {
  return {
    loginId: userId,
    additionalLoginIds: [],
    email: '',
    phone: '',
    displayName: '',
    givenName: '',
    middleName: '',
    familyName: '',
    tenantIds: [],
    customAttributes: {},
    isEmailVerified: false,
    isPhoneVerified: false,
    isDisabled: false,
    isTest: false,
    isInvited: true,
  };
}

/** Sends an invitation again to a user who has not accepted it. A message is never sent twice: not even when its answer is lost. */
export function invitingAgain(userId: string, { client }: OperationTools): UserOperation {
  const described = `user ${printable(userId)}`;
  const asked = invitationOf(userId);
  const step: UserStep = {
    name: `invite ${described} again`,
    request: planned(toCreateUserRequest(asked)),
    mostSends: 1,
    send: async (call) => {
      const outcome = await client.createUser(asked, call);
      if (outcome.kind === 'answered' && (outcome.isNew || outcome.user.userId !== userId)) {
        throw new ConnectorError(
          'inconsistent',
          `Descope invited user ${printable(outcome.user.userId)} in the place of ${described}: look at both there before going on`,
        );
      }
      return outcome;
    },
    isDone: () => true,
  };
  return {
    operation: 'invite',
    done: 'invited',
    due: ({ user: { status } }, progress) => {
      if (isEffected(progress, step)) {
        return [];
      }
      if (status !== 'invited' && status !== 'expired') {
        throw new ConnectorError(
          'refused',
          `${described} is ${printable(status || 'without a status')}, and not waiting for an invitation: nothing was sent`,
        );
      }
      return [step];
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
