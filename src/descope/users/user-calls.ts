import { ConnectorError, isKind } from '../../errors.ts';
import type { CallOptions } from '../http/call.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type UnparsedPage, unparsedPage } from './unparsed-page.ts';
import { decodeUserPage, type TimedUserPage, toSearchBody, type UserPage, type UserQuery } from './user-page.ts';
import { createUserWrite, type WriteUser } from './user-writes.ts';
import { decodeLoadedUser, type User, userReadEndpoints } from './user.ts';
import { quoted } from '../../printable.ts';

/** The calls about users: searches, loads, and the one way to change a user. */
export interface UserCalls {
  searchUsers(query: UserQuery, call?: CallOptions): Promise<TimedUserPage>;
  /** The same search, for a caller that reads ahead. */
  fetchUsers(query: UserQuery, call?: CallOptions): Promise<UnparsedPage>;
  /** Undefined when no user has this user id. */
  loadUser(userId: string, call?: CallOptions): Promise<User | undefined>;
  /** Users who have exactly this login id: one, unless logins are isolated by tenant. */
  findByLoginId(loginId: string, call?: CallOptions): Promise<readonly User[]>;
  /**
   * The first hundred users in whom Descope finds this text, and how many there are. To find a name, never for a proof.
   */
  findByText(text: string, call?: CallOptions): Promise<UserPage>;
  /**
   * The user whom a write to this user id would change: loaded by the same field that writes use. Undefined when there
   * is none. Throws `refused` when the id is a login id of another user.
   */
  loadForWrite(userId: string, call?: CallOptions): Promise<User | undefined>;
  /** Sends one change, once. */
  readonly writeUser: WriteUser;
}

export function createUserCalls(http: HttpClient): UserCalls {
  const { searchUsers, loadUser } = userReadEndpoints;

  /** Searches for users by what people call them. */
  async function find(by: Readonly<Record<string, unknown>>, call?: CallOptions): Promise<UserPage> {
    const { json } = await http.read(searchUsers, { json: { limit: 100, withTestUser: true, ...by } }, call);
    return decodeUserPage(json);
  }

  /** Loads the user whom this query names; undefined when there is none. */
  async function load(query: Readonly<Record<string, string>>, call?: CallOptions): Promise<User | undefined> {
    try {
      const { json } = await http.read(loadUser, { query }, call);
      return decodeLoadedUser(loadUser, json);
    } catch (thrown) {
      if (isKind(thrown, 'not-found')) {
        return undefined;
      }
      throw thrown;
    }
  }

  return {
    searchUsers: async (query, call) => {
      const { json, serverTimeMs } = await http.read(searchUsers, { json: toSearchBody(query) }, call);
      return { ...decodeUserPage(json, query), serverTimeMs };
    },
    fetchUsers: async (query, call) => {
      const request = { json: toSearchBody(query) };
      const answer = await http.read(searchUsers, { ...request, isParsedLater: true }, call);
      return unparsedPage(query, answer, async (failed, later) => {
        const { json, serverTimeMs } = await http.readAgain(failed, searchUsers, request, later);
        return { ...decodeUserPage(json, query), serverTimeMs };
      });
    },
    // The service may take the parameter for a login id, too: whoever else it finds is not the user with this id.
    loadUser: async (userId, call) => {
      const user = await load({ userId }, call);
      return user?.userId === userId ? user : undefined;
    },
    findByLoginId: async (loginId, call) => {
      const { users } = await find({ loginIds: [loginId] }, call);
      return users.filter(({ loginIds }) => loginIds.includes(loginId));
    },
    findByText: (text, call) => find({ text }, call),
    loadForWrite: async (userId, call) => {
      const user = await load({ loginId: userId }, call);
      if (user !== undefined) {
        checkIsUserId(user, userId);
      }
      return user;
    },
    writeUser: createUserWrite(http),
  };
}

/** A login id of another user in the place of a user id: a change would hit that user. */
export function checkIsUserId(found: User, userId: string): void {
  if (found.userId !== userId) {
    throw new ConnectorError(
      'refused',
      `${quoted(userId)} is a login id of user ${found.userId}, not a user id: a change must name the user by the user id`,
    );
  }
}
