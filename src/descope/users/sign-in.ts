import { isKind } from '../../errors.ts';
import { decodeAnswerPart } from '../answer-shape.ts';
import { flag, object, type JsonObject } from '../decode.ts';
import type { CallOptions } from '../http/call.ts';
import type { HttpClient } from '../http/http-client.ts';
import { checkIsUserId } from './user-calls.ts';
import { decodeUser, type User, userReadEndpoints } from './user.ts';

/** A user, and the ways to sign in that the record tells of besides. */
export interface SignInUser {
  readonly user: User;
  readonly hasPassword: boolean;
  /** Through an identity provider that the project trusts, such as Google. */
  readonly usesOAuth: boolean;
}

export interface SignInCalls {
  /** The user whom a login with this login id finds; undefined when there is none. */
  loadByLoginId(loginId: string, call?: CallOptions): Promise<SignInUser | undefined>;
  /** The user with this user id. Throws `refused` when the id is a login id of another user. */
  loadSignIn(userId: string, call?: CallOptions): Promise<SignInUser | undefined>;
}

export function createSignInCalls(http: Pick<HttpClient, 'read'>): SignInCalls {
  const { loadUser } = userReadEndpoints;
  const load: SignInCalls['loadByLoginId'] = async (loginId, call) => {
    try {
      const { json } = await http.read(loadUser, { query: { loginId } }, call);
      return decodeAnswerPart(loadUser, json, 'user', decodeSignIn);
    } catch (thrown) {
      if (isKind(thrown, 'not-found')) {
        return undefined;
      }
      throw thrown;
    }
  };
  return {
    loadByLoginId: load,
    loadSignIn: async (userId, call) => {
      const found = await load(userId, call);
      if (found !== undefined) {
        checkIsUserId(found.user, userId);
      }
      return found;
    },
  };
}

function decodeSignIn(user: JsonObject): SignInUser {
  return {
    user: decodeUser(user),
    hasPassword: flag(user, 'password'),
    usesOAuth: Object.values(object(user, 'OAuth')).includes(true),
  };
}
