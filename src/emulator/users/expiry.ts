import type { Endpoints } from '../endpoint.ts';
import type { UserContext } from './context.ts';

/** Users who did not come within the time that `invitedExpireSeconds` leaves them after their last message are expired. */
export function expireInvited({ users, invitations, switches, nowSeconds }: UserContext): void {
  const leftSeconds = switches.invitedExpireSeconds;
  if (leftSeconds === 0) {
    return;
  }
  const lastAt = new Map(invitations.sent().map(({ userId, at }) => [userId, at]));
  for (const [userId, at] of lastAt) {
    const ref = at + leftSeconds > nowSeconds() ? undefined : users.live.findByUserId(userId);
    const user = ref === undefined ? undefined : users.live.get(ref);
    if (user?.status === 'invited') {
      users.put({ ...user, status: 'expired' });
    }
  }
}

/** The same endpoints, which see who has expired by the time of their call. */
export function afterExpiry(context: UserContext, endpoints: Endpoints): Endpoints {
  return Object.fromEntries(
    Object.entries(endpoints).map(([name, { run, ...rest }]) => [
      name,
      {
        ...rest,
        run: (call) => {
          expireInvited(context);
          return run(call);
        },
      },
    ]),
  );
}
