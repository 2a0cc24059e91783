import { toSetPasswordRequest } from '../descope/users/passwords.ts';
import type { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Secret } from '../secret.ts';
import type { AccountStep } from './account-shown.ts';
import type { OperationTools } from './provisioner.ts';
import { planned } from './record-work.ts';
import { invitation } from './user-invite.ts';

/** A password that the new user is to have, made before anything is sent. */
export interface FirstPassword {
  readonly value: Secret;
  /** The user must choose another at the first login. */
  readonly isTemporary: boolean;
}

/** What a user is given once it is shown that this attempt made the user. */
export interface AfterCreation {
  /** The write for the user with this user id; undefined in a plan of what is not made yet. */
  step(madeId: string | undefined): AccountStep;
  /** `unknown`: it was sent, and may have happened. It is not sent again. */
  state(): 'due' | 'done' | 'unknown';
  /** Makes an error say what it leaves behind, of a user who was made. */
  failed(thrown: ConnectorError, madeId: string): string;
  /** The same where nobody is shown to be made. */
  unmade(thrown: ConnectorError): string;
}

/** The password of a user who is made. Nothing shows it: the same one again changes nothing, so it is sent until a yes. */
export function settingPassword(
  first: FirstPassword,
  loginId: string,
  { client }: OperationTools,
): AfterCreation & { readonly password: () => Secret | undefined } {
  const request = { loginId, isTemporary: first.isTemporary };
  let isSet = false;
  return {
    step: () => ({
      name: 'set the password',
      request: planned(toSetPasswordRequest(request)),
      send: async (call) => {
        const outcome = await client.setPassword({ ...request, password: first.value }, call);
        isSet ||= outcome.kind === 'accepted';
        return outcome;
      },
      isDone: () => isSet,
    }),
    state: () => (isSet ? 'done' : 'due'),
    failed: ({ message }, madeId) =>
      `${stays(madeId)}, but the password is not known to be set: ${message}; rotate the user's credential, or delete the user`,
    unmade: ({ message }) => message,
    password: () => (isSet ? first.value : undefined),
  };
}

/**
 * The invitation of a user who is made, by the user id. Of two who create one account at once, one makes it, and only
 * that one sends a message. It is never sent twice: not even when its answer is lost.
 */
export function inviting(isTest: boolean, tools: OperationTools): AfterCreation {
  let state: 'unsent' | 'refused' | 'unknown' | 'done' = 'unsent';
  return {
    step: (madeId) => {
      const { request, send } = invitation({ userId: madeId ?? '[the user id of the new user]', isTest }, tools);
      return {
        name: 'invite',
        request,
        mostSends: 1,
        send: async (call) => {
          const outcome = await send({
            ...call,
            onRequest: (label) => {
              state = 'unknown';
              call.onRequest?.(label);
            },
          });
          state = outcome.kind === 'refused' ? 'refused' : outcome.kind === 'uncertain' ? 'unknown' : 'done';
          return outcome;
        },
        isDone: () => state === 'done',
      };
    },
    state: () => (state === 'done' || state === 'unknown' ? state : 'due'),
    failed: ({ message, kind }, madeId) => {
      const isUnsent = state === 'unsent' || state === 'refused' || kind === 'forbidden' || kind === 'unauthenticated';
      const told = isUnsent
        ? `but no invitation was sent: ${message}; the action resend_invite sends one, or delete the user`
        : `and the invitation may have been sent: ${message}; none is sent again by itself: ask whether it arrived`;
      return `${stays(madeId)}, ${told}`;
    },
    unmade: ({ message }) => `${message}; no invitation was sent`,
  };
}

function stays(madeId: string): string {
  return `user ${printable(madeId)} was created and stays`;
}
