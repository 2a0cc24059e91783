import type { JsonObject } from '../decode.ts';
import { flag } from '../decode.ts';
import { answerObject } from '../answer-shape.ts';
import type { CallOptions } from '../http/call.ts';
import type { WriteEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { isKind } from '../../errors.ts';
import { type Unanswered, unansweredOf } from '../write-outcome.ts';
import { decodeUserPage } from './user-page.ts';
import { decodeLoadedUser, type User, userReadEndpoints } from './user.ts';

/** The calls that begin and end users. */
export const userLifecycleEndpoints = {
  createUser: { method: 'POST', path: '/v1/mgmt/user/create', effect: 'write', answers: 'one', bucket: 'create' },
  createTestUser: {
    method: 'POST',
    path: '/v1/mgmt/user/create/test',
    effect: 'write',
    answers: 'one',
    bucket: 'create',
  },
  deleteUser: { method: 'POST', path: '/v1/mgmt/user/delete', effect: 'write', answers: 'one', bucket: 'user' },
} as const satisfies Record<string, WriteEndpoint>;

/** A user to be. What is '' or empty is not sent. */
export interface NewUser {
  readonly loginId: string;
  readonly additionalLoginIds: readonly string[];
  readonly email: string;
  readonly phone: string;
  readonly displayName: string;
  readonly givenName: string;
  readonly middleName: string;
  readonly familyName: string;
  readonly tenantIds: readonly string[];
  readonly customAttributes: JsonObject;
  readonly isEmailVerified: boolean;
  readonly isPhoneVerified: boolean;
  readonly isDisabled: boolean;
  readonly isTest: boolean;
  /** Waits for an invitation, which is a call of its own: creating sends no message. */
  readonly isInvited: boolean;
}

/** A user who is there, and is to be invited. */
export interface Invitee {
  readonly userId: string;
  readonly isTest: boolean;
}

/** How a write ended that answers with nothing. `accepted`: Descope said yes; only a load tells what it did. */
export type AcceptedOutcome = { readonly kind: 'accepted' } | Unanswered;

/** How an invitation ended: Descope took it, for the user with this user id. */
export type InviteOutcome = { readonly kind: 'answered'; readonly userId: string } | Unanswered;

/** How a creation ended. `isNew` is false where Descope says that it has the user already. */
export type CreateOutcome = { readonly kind: 'answered'; readonly user: User; readonly isNew: boolean } | Unanswered;

export interface UserLifecycleCalls {
  /** Creates a user, without a message; sent once. Before sending it again, a caller must look whether it happened. */
  createUser(user: NewUser, call?: CallOptions): Promise<CreateOutcome>;
  /** Has Descope send a message to a user who is there, each time that it is asked; sent once. Nobody is created. */
  inviteUser(invitee: Invitee, call?: CallOptions): Promise<InviteOutcome>;
  /** Deletes the user with this user id; sent once, and never by a login id, which can be another user's. */
  deleteUser(userId: string, call?: CallOptions): Promise<AcceptedOutcome>;
  /**
   * All users who have one of these login ids, or this address, whatever their case, or whose user id is one of the
   * login ids; test users included.
   */
  findTakers(
    taken: { readonly loginIds: readonly string[]; readonly email: string },
    call?: CallOptions,
  ): Promise<readonly User[]>;
}

interface WriteRequest {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The request of a deletion. */
export function toDeleteUserRequest(userId: string): WriteRequest {
  return { endpoint: userLifecycleEndpoints.deleteUser, json: { userId } };
}

function creationEndpoint({ isTest }: { readonly isTest: boolean }): WriteEndpoint {
  return isTest ? userLifecycleEndpoints.createTestUser : userLifecycleEndpoints.createUser;
}

/** The request of an invitation by the user id: Descope sends it to who has the id, and makes nobody. */
export function toInviteRequest(invitee: Invitee): WriteRequest {
  const { userId: loginId, isTest } = invitee;
  return { endpoint: creationEndpoint(invitee), json: { loginId, ...(isTest && { test: true }), invite: true } };
}

/** The request of a creation. */
export function toCreateUserRequest(user: NewUser): WriteRequest {
  const { loginId, additionalLoginIds, email, phone, displayName, givenName, middleName, familyName } = user;
  const { tenantIds, customAttributes, isEmailVerified, isPhoneVerified, isDisabled, isTest, isInvited } = user;
  return {
    endpoint: creationEndpoint(user),
    json: {
      loginId,
      ...(additionalLoginIds.length > 0 && { additionalLoginIds }),
      ...(email !== '' && { email, verifiedEmail: isEmailVerified }),
      ...(phone !== '' && { phone, verifiedPhone: isPhoneVerified }),
      ...(displayName !== '' && { displayName }),
      ...(givenName !== '' && { givenName }),
      ...(middleName !== '' && { middleName }),
      ...(familyName !== '' && { familyName }),
      ...(tenantIds.length > 0 && { userTenants: tenantIds.map((tenantId) => ({ tenantId })) }),
      ...(Object.keys(customAttributes).length > 0 && { customAttributes }),
      ...(isTest && { test: true }),
      status: isInvited ? 'invited' : isDisabled ? 'disabled' : 'enabled',
    },
  };
}

export function createUserLifecycleCalls(http: Pick<HttpClient, 'read' | 'write'>): UserLifecycleCalls {
  const { searchUsers, loadUser } = userReadEndpoints;

  async function search(by: Readonly<Record<string, unknown>>, call?: CallOptions): Promise<readonly User[]> {
    const { json } = await http.read(searchUsers, { json: { limit: 100, withTestUser: true, ...by } }, call);
    return decodeUserPage(json).users;
  }

  async function loadByLoginId(loginId: string, call?: CallOptions): Promise<readonly User[]> {
    try {
      const { json } = await http.read(loadUser, { query: { loginId } }, call);
      return [decodeLoadedUser(loadUser, json)];
    } catch (thrown) {
      if (isKind(thrown, 'not-found')) {
        return [];
      }
      throw thrown;
    }
  }

  return {
    createUser: async (user, call) => {
      const { endpoint, json } = toCreateUserRequest(user);
      try {
        const answer = await http.write(endpoint, { json }, call);
        const body = answerObject(endpoint, answer.json);
        const isNew = body['created'] === undefined || flag(body, 'created');
        return { kind: 'answered', user: decodeLoadedUser(endpoint, answer.json), isNew };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
    inviteUser: async (invitee, call) => {
      const { endpoint, json } = toInviteRequest(invitee);
      try {
        // Descope need not say whether it made somebody; whoever was made has another id.
        const { userId } = decodeLoadedUser(endpoint, (await http.write(endpoint, { json }, call)).json);
        return { kind: 'answered', userId };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
    deleteUser: async (userId, call) => {
      const { endpoint, json } = toDeleteUserRequest(userId);
      try {
        await http.write(endpoint, { json }, call);
        return { kind: 'accepted' };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
    // A search can lag behind a load, and only a search finds an address or several users with one login id.
    findTakers: async ({ loginIds, email }, call) => {
      const asked = spellings([...loginIds, email]);
      const emails = spellings([email]);
      const found = await Promise.all([
        ...spellings(loginIds).map((loginId) => loadByLoginId(loginId, call)),
        search({ loginIds: asked }, call),
        ...(emails.length > 0 ? [search({ emails }, call)] : []),
      ]);
      const wanted = new Set(asked.map(folded));
      const isTaker = (user: User): boolean =>
        loginIds.includes(user.userId) || [user.email, ...user.loginIds].some((id) => wanted.has(folded(id)));
      const takers = found.flat().filter(isTaker);
      return [...new Map(takers.map((user) => [user.userId, user])).values()];
    },
  };
}

/** As given and in lower case, as Descope may keep an address. */
function spellings(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.flatMap((id) => [id, id.toLowerCase()]))].filter((id) => id !== '');
}

function folded(id: string): string {
  return id.toLowerCase();
}
