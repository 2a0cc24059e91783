import { ConnectorError } from '../../errors.ts';
import type { CallOptions } from '../http/call.ts';
import { type Endpoint, endpointLabel, type WriteEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type Unanswered, unansweredOf } from '../write-outcome.ts';
import { decodeLoadedUser, type User } from './user.ts';

/** The calls that change users. */
export const userWriteEndpoints = {
  addUserRoles: {
    method: 'POST',
    path: '/v1/mgmt/user/update/role/add',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  removeUserRoles: {
    method: 'POST',
    path: '/v1/mgmt/user/update/role/remove',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  addUserTenant: {
    method: 'POST',
    path: '/v1/mgmt/user/update/tenant/add',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  removeUserTenant: {
    method: 'POST',
    path: '/v1/mgmt/user/update/tenant/remove',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  addUserApps: {
    method: 'POST',
    path: '/v1/mgmt/user/update/ssoapp/add',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
  removeUserApps: {
    method: 'POST',
    path: '/v1/mgmt/user/update/ssoapp/remove',
    effect: 'write',
    answers: 'one',
    bucket: 'update',
  },
} as const satisfies Record<string, WriteEndpoint>;

/**
 * One thing to give to a user or to take away: a membership (no role name), or one role; project-wide for tenantId ''.
 * With `appId` it is an application, and neither.
 */
export interface UserChange {
  readonly operation: 'add' | 'remove';
  readonly userId: string;
  readonly tenantId: string;
  readonly roleName: string | undefined;
  readonly appId?: string;
}

/** How one write ended. `answered`: the user as Descope says it is now. */
export type WriteOutcome = { readonly kind: 'answered'; readonly user: User } | Unanswered;

export type WriteUser = (change: UserChange, call?: CallOptions) => Promise<WriteOutcome>;

/**
 * The request of a change. It must carry the scope, or it would be another change: a role inside a tenant always has a
 * tenantId, a project-wide role never has. One role, or one application, per call, since Descope does not document the
 * outcome of several.
 */
export function toWriteRequest({ operation, userId, tenantId, roleName, appId }: UserChange): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  if (appId !== undefined) {
    return {
      endpoint: operation === 'add' ? userWriteEndpoints.addUserApps : userWriteEndpoints.removeUserApps,
      json: { loginId: userId, ssoAppIds: [appId] },
    };
  }
  if (roleName === undefined) {
    return {
      endpoint: operation === 'add' ? userWriteEndpoints.addUserTenant : userWriteEndpoints.removeUserTenant,
      json: { loginId: userId, tenantId },
    };
  }
  return {
    endpoint: operation === 'add' ? userWriteEndpoints.addUserRoles : userWriteEndpoints.removeUserRoles,
    json: { loginId: userId, roleNames: [roleName], ...(tenantId !== '' && { tenantId }) },
  };
}

/** Sends each write exactly once. Before sending it again, a caller must look whether it happened. */
export function createUserWrite(http: Pick<HttpClient, 'write'>): WriteUser {
  return async (change, call) => {
    const { endpoint, json } = toWriteRequest(change);
    try {
      const answer = await http.write(endpoint, { json }, call);
      return { kind: 'answered', user: checkUser(endpoint, decodeLoadedUser(endpoint, answer.json), change.userId) };
    } catch (thrown) {
      return unansweredOf(thrown);
    }
  };
}

/** An answer that shows another user must stop everything: the change may have hit the wrong person. */
export function checkUser(endpoint: Endpoint, user: User, userId: string): User {
  if (user.userId !== userId) {
    throw new ConnectorError(
      'inconsistent',
      `${endpointLabel(endpoint)} answered with another user than the one to change: look at both in Descope before going on`,
    );
  }
  return user;
}
