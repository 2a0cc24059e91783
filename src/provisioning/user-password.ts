import type { CallOptions } from '../descope/http/call.ts';
import { toExpirePasswordRequest } from '../descope/users/passwords.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from './provisioner.ts';
import { planned } from './record-work.ts';
import { onlyFor, ownLoginId } from './user-factors.ts';
import { isEffected, type UserOperation, type UserStep } from './user-operation.ts';

/** Makes the user choose another password. It may be sent again where its answer was lost: it changes nothing more. */
export async function expiringPassword(
  userId: string,
  tools: OperationTools,
  call: CallOptions,
): Promise<UserOperation> {
  const loginId = await ownLoginId(userId, tools, call);
  const expire: UserStep = {
    name: `expire the password of user ${printable(userId)}`,
    request: planned(toExpirePasswordRequest(loginId), { userId }),
    send: (sending) => tools.client.expirePassword(loginId, sending),
    isDone: () => true,
  };
  const step = onlyFor(userId, loginId, tools, expire);
  return {
    operation: 'expire-password',
    done: 'expired',
    due: ({ hasPassword }, progress) => {
      if (isEffected(progress, step)) {
        return [];
      }
      if (!hasPassword) {
        throw new ConnectorError('refused', `user ${printable(userId)} has no password that could expire`);
      }
      return [step];
    },
  };
}
