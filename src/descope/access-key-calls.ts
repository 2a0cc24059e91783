import { ConnectorError, isKind } from '../errors.ts';
import { type AccessKey, accessKeyList, decodeAccessKey } from './access-keys.ts';
import { decodeAnswerPart } from './answer-shape.ts';
import type { CallOptions } from './http/call.ts';
import { type Endpoint, endpointLabel, type ReadEndpoint, type WriteEndpoint } from './http/endpoint.ts';
import type { HttpClient } from './http/http-client.ts';
import type { Membership } from './memberships.ts';
import { readWholeList } from './whole-list.ts';
import { type Unanswered, unansweredOf } from './write-outcome.ts';

/** The calls about one access key. */
export const accessKeyEndpoints = {
  loadKey: { method: 'GET', path: '/v1/mgmt/accesskey', effect: 'read', answers: 'one', bucket: 'general' },
  updateKey: { method: 'POST', path: '/v1/mgmt/accesskey/update', effect: 'write', answers: 'one', bucket: 'general' },
} as const satisfies Record<string, ReadEndpoint | WriteEndpoint>;

/**
 * What an update puts in the place of a list: all of it, or nothing of the list that is left out. There is no call that
 * adds or removes a single role.
 */
export interface KeyChange {
  readonly id: string;
  /** Descope requires it: as it was read. */
  readonly name: string;
  readonly lists: { readonly roleNames: readonly string[] } | { readonly keyTenants: readonly Membership[] };
}

/** How one update ended. `answered`: the key as Descope says it is now. */
export type KeyWriteOutcome = { readonly kind: 'answered'; readonly key: AccessKey } | Unanswered;

export interface AccessKeyCalls {
  /** The key with this id; undefined when there is none, which the list of all keys must confirm. */
  loadKey(id: string, call?: CallOptions): Promise<AccessKey | undefined>;
  /** Sends one update, once. Before sending it again, a caller must look whether it happened. */
  updateKey(change: KeyChange, call?: CallOptions): Promise<KeyWriteOutcome>;
}

/** The request of an update. Fields that are left out keep what they hold; an empty list clears. */
export function toUpdateRequest({ id, name, lists }: KeyChange): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  return { endpoint: accessKeyEndpoints.updateKey, json: { id, name, ...lists } };
}

export function createAccessKeyCalls(http: HttpClient): AccessKeyCalls {
  const { loadKey } = accessKeyEndpoints;

  return {
    loadKey: async (id, call) => {
      try {
        const { json } = await http.read(loadKey, { query: { id } }, call);
        return decodeKey(loadKey, json, id);
      } catch (thrown) {
        // What Descope answers for an id that no key has is not documented: the list decides.
        if (!isKind(thrown, 'not-found', 'invalid')) {
          throw thrown;
        }
        const keys = await readWholeList(http, accessKeyList, call);
        if (keys.some((key) => key.id === id)) {
          throw thrown.kind === 'invalid'
            ? thrown
            : new ConnectorError('inconsistent', `${endpointLabel(loadKey)} finds no access key that the list shows`);
        }
        return undefined;
      }
    },
    updateKey: async (change, call) => {
      const { endpoint, json } = toUpdateRequest(change);
      try {
        const answer = await http.write(endpoint, { json }, call);
        return { kind: 'answered', key: decodeKey(endpoint, answer.json, change.id) };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
  };
}

/** An answer about another key must stop everything: the change may have hit it. */
function decodeKey(endpoint: Endpoint, json: unknown, id: string): AccessKey {
  const key = decodeAnswerPart(endpoint, json, 'key', decodeAccessKey);
  if (key.id !== id) {
    throw new ConnectorError(
      'inconsistent',
      `${endpointLabel(endpoint)} answered with another access key than the one that was named: look at both in Descope before going on`,
    );
  }
  return key;
}
