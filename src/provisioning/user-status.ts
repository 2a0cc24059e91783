import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from './provisioner.ts';
import { isEffected, isSent, updating, type UserOperation, type UserStep } from './user-operation.ts';

/** Lets a user sign in who was disabled. One who was invited is enabled by the first login, and by nobody else. */
export function enabling(userId: string, tools: OperationTools): UserOperation {
  const step = updating(tools, { kind: 'status', userId, status: 'enabled' }, ({ user }) => user.status === 'enabled');
  return {
    operation: 'enable',
    done: 'enabled',
    already: 'already-enabled',
    due: ({ user: { status } }) => {
      if (status === 'enabled') {
        return [];
      }
      if (status !== 'disabled') {
        throw new ConnectorError(
          'refused',
          `user ${printable(userId)} is ${printable(status || 'without a status')}, not disabled: an invited user is ` +
            'enabled by the first sign-in; resend_invite invites again',
        );
      }
      return [step];
    },
  };
}

/** Lets a user sign in no more, and ends the sessions. Of a user who is disabled already nothing is touched. */
export function disabling(userId: string, tools: OperationTools): UserOperation {
  const step = updating(
    tools,
    { kind: 'status', userId, status: 'disabled' },
    ({ user }) => user.status === 'disabled',
  );
  const logOut = loggingOutStep(userId, tools);
  return {
    operation: 'disable',
    done: 'disabled',
    already: 'already-disabled',
    due: ({ user: { status } }, progress) => {
      if (status !== 'disabled') {
        return [step, logOut];
      }
      return isSent(progress, step) && !isEffected(progress, logOut) ? [logOut] : [];
    },
    failed: (thrown, progress) =>
      thrown instanceof ConnectorError && isSent(progress, logOut)
        ? new ConnectorError(
            thrown.kind,
            `user ${printable(userId)} is disabled, but ending the sessions is not certain: ${thrown.message}; run logout_user`,
            thrown.facts,
          )
        : thrown,
  };
}

/** Ends the sessions of a user. No call shows sessions: Descope's word is all there is, so it is asked for each time. */
export function loggingOut(userId: string, tools: OperationTools): UserOperation {
  const step = loggingOutStep(userId, tools);
  return {
    operation: 'log-out',
    done: 'logged-out',
    due: (_user, progress) => (isEffected(progress, step) ? [] : [step]),
  };
}

/** May be sent again where its answer was lost: it ends what there is. */
function loggingOutStep(userId: string, tools: OperationTools): UserStep {
  return updating(tools, { kind: 'log-out', userId }, () => true);
}
