import { toSetPasswordRequest } from '../descope/users/passwords.ts';
import type { SignInUser } from '../descope/users/sign-in.ts';
import { ConnectorError } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import { printable } from '../printable.ts';
import { Secret } from '../secret.ts';
import { passwordPolicies } from './password-policies.ts';
import { randomPassword } from './random-password.ts';
import { planned, type RecordStep } from './record-work.ts';
import type { RotatableRecord, RotatableType } from './rotation.ts';
import { onlyFor, ownLoginId } from './user-factors.ts';

type Seen = RotatableRecord | undefined;

/** What is ready to be set. */
interface Chosen {
  readonly loginId: string;
  readonly password: Secret;
}

/**
 * Users: a random password that keeps the policies of the project and of the user's tenants, and that the user must
 * change at the next login. It is made up here, so that setting it again after a lost answer sets the same one. The
 * record tells that there is a password, not which: for a user who had one, Descope's yes is all that shows it.
 */
export const rotatableUser: RotatableType = {
  typeId: 'user',
  noun: 'user',
  sample: () => [toSetPasswordRequest({ loginId: 'any', isTemporary: true })],
  warning: 'the old password is no longer taken, and the user must choose another at the next login',
  parts: (id, ask, tools) => {
    const { client } = tools;
    const described = `user ${printable(id)}`;
    let found: SignInUser | undefined;
    let chosen: Chosen | undefined;
    let isAccepted = false;
    const isSet = (): boolean => isAccepted && found?.hasPassword === true;

    function step(): RecordStep<Seen> {
      const { loginId, password } = chosen ?? never();
      const setting: RecordStep<Seen> = {
        name: `set a password of ${described}`,
        request: planned(toSetPasswordRequest({ loginId, isTemporary: true }), { userId: id }),
        send: async (call) => {
          const outcome = await client.setPassword({ loginId, password, isTemporary: true }, call);
          isAccepted ||= outcome.kind === 'accepted';
          return outcome;
        },
        isDone: isSet,
      };
      return onlyFor(id, loginId, tools, setting);
    }

    return {
      look: async (call) => {
        found = await client.loadSignIn(id, call);
        if (found !== undefined && chosen === undefined) {
          const { email, loginIds, userTenants } = found.user;
          const tenantIds = userTenants.map(({ tenantId }) => tenantId);
          const policies = await passwordPolicies(tenantIds, tools, call);
          const loginId = await ownLoginId(id, tools, call);
          chosen = { loginId, password: new Secret(randomPassword(ask, policies, [email, ...loginIds])) };
        }
        return found && toRecord(found);
      },
      check: (record, isSent) => {
        if (record === undefined) {
          throw new ConnectorError(
            'not-found',
            isSent ? `${described} was deleted meanwhile` : `there is no ${described}: look the id up in Descope`,
          );
        }
      },
      step,
      secret: () =>
        isSet() && chosen !== undefined
          ? { name: 'password', description: `the temporary password of ${described}`, value: chosen.password }
          : undefined,
      lost: 'the password may have been set, and nobody knows it: rotate it again to have one that works',
    };
  },
};

function toRecord({ user }: SignInUser): RotatableRecord {
  return { name: nameOfUser(user), login: user.loginIds[0] ?? '', status: user.status };
}

function never(): never {
  throw new Error('a password was planned before anything was looked at');
}
