import { ApiError, fieldRequired, invented } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserContext } from './context.ts';
import { findUser } from './read-endpoints.ts';
import type { UserRecord } from './records.ts';
import { addressedUser } from './role-endpoints.ts';

const named = ['loginId', 'identifier'];

/** Sessions, passkeys and the TOTP seed of users. No answer of a removal tells what was removed. */
export function userFactorEndpoints(context: UserContext): Endpoints {
  const { users, sessions } = context;

  const change = (user: UserRecord, changed: Partial<UserRecord>): void =>
    users.put({ ...user, ...changed, modifiedTime: context.nowSeconds() });

  return {
    'POST /v1/mgmt/user/logout': endpoint([...named, 'userId', 'sessionTypes'], ({ body }) => {
      const id = body.text('userId');
      const { userId } = id === '' ? addressedUser(context, body) : findUser(context, users.live, id);
      sessions.end(userId, body.texts('sessionTypes'));
      return nothing;
    }),
    'POST /v1/mgmt/user/passkeys/list': endpoint(named, ({ body }) => ({
      json: { passkeys: passkeysOf(userByLogin(context, body)) },
    })),
    'POST /v1/mgmt/user/passkeys/delete': endpoint(named, ({ body }) => {
      const user = userByLogin(context, body);
      if (user.webauthn) change(user, { webauthn: false });
      return nothing;
    }),
    'POST /v1/mgmt/user/passkey/delete': endpoint([...named, 'credentialId'], ({ body }) => {
      const user = userByLogin(context, body);
      const credentialId = body.text('credentialId');
      if (credentialId === '') throw fieldRequired('credentialId');
      if (!passkeysOf(user).some(({ id }) => id === credentialId)) {
        throw invented(400, 'E990030', 'Passkey not found', 'The user has no such passkey');
      }
      change(user, { webauthn: false });
      return nothing;
    }),
    'POST /v1/mgmt/user/totp/delete': endpoint(named, ({ body }) => {
      const user = userByLogin(context, body);
      if (user.TOTP) change(user, { TOTP: false });
      return nothing;
    }),
  };
}

/** Whom a request names by a login id: these calls, and those about passwords, are documented with nothing else. */
export function userByLogin(context: UserContext, body: RequestBody): UserRecord {
  const { switches } = context;
  const user = addressedUser(context, body);
  const id = body.text('loginId') || body.text('identifier');
  if (switches.factorCallsTakeUserIds === 'no' && !user.loginIds.includes(id)) {
    throw new ApiError(switches.unknownUserStatus, 'E112102', 'User not found', 'User was not found');
  }
  return user;
}

/** A user with the flag has one passkey. */
function passkeysOf({ userId, webauthn, createdTime, name }: UserRecord): readonly { readonly id: string }[] {
  const passkey = { id: `passkey-${userId}`, rpId: 'acme.example', kind: 'platform', displayName: name, createdTime };
  return webauthn ? [passkey] : [];
}
