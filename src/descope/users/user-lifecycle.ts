import type { CallOptions } from '../http/call.ts';
import type { WriteEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type Unanswered, unansweredOf } from '../write-outcome.ts';

/** The calls that begin and end users. */
export const userLifecycleEndpoints = {
  deleteUser: { method: 'POST', path: '/v1/mgmt/user/delete', effect: 'write', answers: 'one', bucket: 'user' },
} as const satisfies Record<string, WriteEndpoint>;

/** How a write ended that answers with nothing. `accepted`: Descope said yes; only a load tells what it did. */
export type AcceptedOutcome = { readonly kind: 'accepted' } | Unanswered;

export interface UserLifecycleCalls {
  /** Deletes the user with this user id; sent once, and never by a login id, which can be another user's. */
  deleteUser(userId: string, call?: CallOptions): Promise<AcceptedOutcome>;
}

/** The request of a deletion. */
export function toDeleteUserRequest(userId: string): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  return { endpoint: userLifecycleEndpoints.deleteUser, json: { userId } };
}

export function createUserLifecycleCalls(http: Pick<HttpClient, 'write'>): UserLifecycleCalls {
  return {
    deleteUser: async (userId, call) => {
      const { endpoint, json } = toDeleteUserRequest(userId);
      try {
        await http.write(endpoint, { json }, call);
        return { kind: 'accepted' };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
  };
}
