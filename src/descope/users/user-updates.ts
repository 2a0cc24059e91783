import { answerObject } from '../answer-shape.ts';
import type { JsonObject } from '../decode.ts';
import type { CallOptions } from '../http/call.ts';
import type { WriteEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type Unanswered, unansweredOf } from '../write-outcome.ts';
import { decodeLoadedUser } from './user.ts';
import { checkUser } from './user-writes.ts';

/** The calls that change a user without giving or taking access. */
export const userUpdateEndpoints = {
  setStatus: { method: 'POST', path: '/v1/mgmt/user/update/status', effect: 'write', answers: 'one', bucket: 'update' },
  setEmail: { method: 'POST', path: '/v1/mgmt/user/update/email', effect: 'write', answers: 'one', bucket: 'update' },
  setPhone: { method: 'POST', path: '/v1/mgmt/user/update/phone', effect: 'write', answers: 'one', bucket: 'update' },
  patchUser: { method: 'PATCH', path: '/v1/mgmt/user/patch', effect: 'write', answers: 'one', bucket: 'update' },
  logOutUser: { method: 'POST', path: '/v1/mgmt/user/logout', effect: 'write', answers: 'one', bucket: 'user' },
  removePasskeys: {
    method: 'POST',
    path: '/v1/mgmt/user/passkeys/delete',
    effect: 'write',
    answers: 'one',
    bucket: 'user',
  },
  removeTotp: { method: 'POST', path: '/v1/mgmt/user/totp/delete', effect: 'write', answers: 'one', bucket: 'user' },
} as const satisfies Record<string, WriteEndpoint>;

/** One update of one user. Calls that take a login id alone are given one that only this user has. */
export type UserUpdate = { readonly userId: string } & (
  | { readonly kind: 'status'; readonly status: 'enabled' | 'disabled' }
  | { readonly kind: 'email' | 'phone'; readonly value: string; readonly isVerified: boolean }
  /** What is not named stays as it is. */
  | { readonly kind: 'patch'; readonly fields: JsonObject }
  | { readonly kind: 'log-out' }
  | { readonly kind: 'passkeys' | 'totp'; readonly loginId: string }
);

/** How one update ended. `accepted`: Descope said yes, and only a load tells what it did. */
export type UserUpdateOutcome = { readonly kind: 'accepted' } | Unanswered;

export interface UserUpdateCalls {
  /** Sends one update, once. Before sending it again, a caller must look whether it happened. */
  updateUser(update: UserUpdate, call?: CallOptions): Promise<UserUpdateOutcome>;
}

/**
 * The request of an update. An address that somebody else has must not make one user of the two, which Descope does
 * unless it is told not to.
 */
export function toUserUpdateRequest(update: UserUpdate): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  const { setStatus, setEmail, setPhone, patchUser, logOutUser, removePasskeys, removeTotp } = userUpdateEndpoints;
  const { userId } = update;
  switch (update.kind) {
    case 'status':
      return { endpoint: setStatus, json: { loginId: userId, status: update.status } };
    case 'email':
    case 'phone':
      return {
        endpoint: update.kind === 'email' ? setEmail : setPhone,
        json: { loginId: userId, [update.kind]: update.value, verified: update.isVerified, failOnConflict: true },
      };
    case 'patch':
      return { endpoint: patchUser, json: { ...update.fields, loginId: userId } };
    case 'log-out':
      return { endpoint: logOutUser, json: { userId } };
    default:
      return {
        endpoint: update.kind === 'passkeys' ? removePasskeys : removeTotp,
        json: { loginId: update.loginId },
      };
  }
}

const answeredWithUser: ReadonlySet<UserUpdate['kind']> = new Set(['status', 'email', 'phone', 'patch']);

export function createUserUpdateCalls(http: Pick<HttpClient, 'write'>): UserUpdateCalls {
  return {
    updateUser: async (update, call) => {
      const { endpoint, json } = toUserUpdateRequest(update);
      try {
        const answer = await http.write(endpoint, { json }, call);
        if (answeredWithUser.has(update.kind)) {
          checkUser(endpoint, decodeLoadedUser(endpoint, answer.json), update.userId);
        } else {
          answerObject(endpoint, answer.json);
        }
        return { kind: 'accepted' };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
  };
}
