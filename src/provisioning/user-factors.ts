import type { CallOptions } from '../descope/http/call.ts';
import type { SignInUser } from '../descope/users/sign-in.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from './provisioner.ts';
import type { RecordStep } from './record-work.ts';
import { updating, type UserOperation } from './user-operation.ts';

/** What a removal of sign-in methods is about. */
const factors = {
  passkeys: { operation: 'remove-passkeys', isThere: ({ user }: SignInUser): boolean => user.usesWebauthn },
  totp: { operation: 'remove-totp', isThere: ({ user }: SignInUser): boolean => user.usesTotp },
} as const;

/**
 * Removes all passkeys of a user, or the seed of the authenticator. Refused where the record shows no other way to sign
 * in: it would lock the user out.
 */
export async function removing(
  kind: keyof typeof factors,
  userId: string,
  tools: OperationTools,
  call: CallOptions,
): Promise<UserOperation> {
  const { operation, isThere } = factors[kind];
  const loginId = await ownLoginId(userId, tools, call);
  const update = updating(tools, { kind, userId, loginId }, (seen) => !isThere(seen), { userId });
  const step = onlyFor(userId, loginId, tools, update);
  return {
    operation,
    done: 'removed',
    already: 'already-removed',
    due: (seen) => {
      if (!isThere(seen)) {
        return [];
      }
      if (!hasAnotherWay(seen, kind)) {
        throw new ConnectorError(
          'refused',
          `user ${printable(userId)} would be locked out: the record shows no other way to sign in; verify an email ` +
            'address or a phone number first, or set a temporary password',
        );
      }
      return [step];
    },
    state: ({ user }) => ({ passkeys: user.usesWebauthn, totp: user.usesTotp }),
  };
}

function hasAnotherWay({ user, hasPassword, usesOAuth }: SignInUser, removed: keyof typeof factors): boolean {
  const { verifiedEmail, verifiedPhone, usesSaml, usesOidc, usesPush, usesWebauthn, usesTotp } = user;
  const other = removed === 'passkeys' ? usesTotp : usesWebauthn;
  return (
    (verifiedEmail && user.email !== '') ||
    (verifiedPhone && user.phone !== '') ||
    [hasPassword, usesOAuth, usesSaml, usesOidc, usesPush, other].includes(true)
  );
}

/**
 * A login id that means this user and nobody else, for calls that take no user id. With logins isolated by tenant two
 * users can have the same one; then it is `refused`.
 */
export async function ownLoginId(userId: string, { client }: OperationTools, call: CallOptions): Promise<string> {
  const found = await client.loadSignIn(userId, call);
  if (found === undefined) {
    throw new ConnectorError('not-found', `there is no user ${printable(userId)}: look the id up in Descope`);
  }
  for (const loginId of found.user.loginIds) {
    const [one, ...others] = await client.findByLoginId(loginId, call);
    const isFound = one?.userId === userId && others.length === 0;
    if (isFound && (await client.loadByLoginId(loginId, call))?.user.userId === userId) {
      return loginId;
    }
  }
  throw new ConnectorError(
    'refused',
    `no login id of user ${printable(userId)} means this user alone, and Descope takes nothing else here: change it in the Descope console`,
  );
}

/** The step, which is sent only while its login id means this user. */
export function onlyFor<Seen>(
  userId: string,
  loginId: string,
  { client }: OperationTools,
  step: RecordStep<Seen>,
): RecordStep<Seen> {
  return {
    ...step,
    send: async (call) => {
      const { onRequest: _write, ...reading } = call; // it counts what is sent, and this is a look
      const found = await client.loadByLoginId(loginId, reading);
      return found?.user.userId === userId
        ? await step.send(call)
        : { kind: 'refused', error: new ConnectorError('inconsistent', movedLogin(userId)) };
    },
  };
}

function movedLogin(userId: string): string {
  return `a login id of user ${printable(userId)} has just come to mean somebody else: nothing was sent; ask again`;
}
