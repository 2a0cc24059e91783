import { answerObject, listIn, rowDecoder } from '../answer-shape.ts';
import { shapeError } from '../http/errors.ts';
import { decodeUser, nameOfRawUser, type User, userReadEndpoints } from './user.ts';

/** Rows per search. Descope documents a default of 100 and no maximum; its own tools never ask for more. */
export const userPageSize = 100;

/** One page of a user search. `total` counts all users that match, not those of the page. */
export interface UserPage {
  readonly users: readonly User[];
  readonly total: number;
}

/** `asked`: what the page was asked for with, so that an error can say where in the list it is. */
export function decodeUserPage(json: unknown, asked?: PagePlace): UserPage {
  const endpoint = userReadEndpoints.searchUsers;
  const answer = answerObject(endpoint, json);
  const { total } = answer;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > 2 ** 31 - 1) {
    throw shapeError(endpoint, '"total" is missing or not a whole number');
  }
  const decode = rowDecoder(
    endpoint,
    'users',
    decodeUser,
    nameOfRawUser,
    asked === undefined ? '' : ` (${placeOfPage(asked)})`,
  );
  return { users: listIn(endpoint, answer, 'users').map(decode), total };
}

/** The part of a query that says where its page lies. */
export interface PagePlace {
  readonly limit: number;
  readonly offset: number;
  readonly fromCreatedTimeMs?: number;
}

function placeOfPage({ limit, offset, fromCreatedTimeMs }: PagePlace): string {
  const from =
    fromCreatedTimeMs === undefined ? '' : ` of the users created from ${new Date(fromCreatedTimeMs).toISOString()} on`;
  return `page ${Math.floor(offset / limit) + 1}, which begins at row ${offset + 1}${from}`;
}

/** Which users, and which of their pages. Times are epoch milliseconds and inclusive as far as is known. */
export interface UserQuery {
  readonly limit: number;
  readonly offset: number;
  readonly fromCreatedTimeMs?: number;
  readonly toCreatedTimeMs?: number;
  readonly tenantIds?: readonly string[];
  readonly roleNames?: readonly string[];
  readonly tenantRoleNames?: Readonly<Record<string, readonly string[]>>;
  readonly ssoAppIds?: readonly string[];
  readonly userIds?: readonly string[];
  /** Leaves the order to the service: some refuse to sort. */
  readonly unsorted?: boolean;
}

/** The part of a query that narrows it to the users of a tenant, a role or an application. */
export type UserFilter = Pick<UserQuery, 'tenantIds' | 'roleNames' | 'tenantRoleNames' | 'ssoAppIds'>;

/** A page of users and the server's clock when it answered (epoch ms), if it said so. */
export interface TimedUserPage extends UserPage {
  readonly serverTimeMs: number | undefined;
}

/**
 * The body of a search that misses nobody: test users asked for, no status filter, ascending by creation. `offset` 0 is
 * the same as none. 64-bit times travel as strings.
 */
export function toSearchBody(query: UserQuery): Readonly<Record<string, unknown>> {
  const {
    limit,
    offset,
    fromCreatedTimeMs,
    toCreatedTimeMs,
    tenantIds,
    roleNames,
    tenantRoleNames,
    ssoAppIds,
    userIds,
    unsorted = false,
  } = query;
  return {
    limit,
    offset,
    withTestUser: true,
    ...(!unsorted && { sort: [{ field: 'createdTime', desc: false }] }),
    ...(fromCreatedTimeMs !== undefined && { fromCreatedTime: String(fromCreatedTimeMs) }),
    ...(toCreatedTimeMs !== undefined && { toCreatedTime: String(toCreatedTimeMs) }),
    ...(tenantIds !== undefined && { tenantIds }),
    ...(roleNames !== undefined && { roleNames }),
    ...(ssoAppIds !== undefined && { ssoAppIds }),
    ...(userIds !== undefined && { userIds }),
    ...(tenantRoleNames !== undefined && {
      tenantRoleNames: Object.fromEntries(
        Object.entries(tenantRoleNames).map(([tenantId, values]) => [tenantId, { values, and: false }]),
      ),
    }),
  };
}
