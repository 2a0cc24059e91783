import { ConnectorError, isKind } from '../errors.ts';
import { type AccessKey, accessKeyList, decodeAccessKey } from './access-keys.ts';
import { Secret } from '../secret.ts';
import { answerObject, decodeAnswerPart } from './answer-shape.ts';
import type { CallOptions } from './http/call.ts';
import { type Endpoint, endpointLabel, type ReadEndpoint, type WriteEndpoint } from './http/endpoint.ts';
import { shapeError } from './http/errors.ts';
import type { HttpClient } from './http/http-client.ts';
import type { Membership } from './memberships.ts';
import { readWholeList } from './whole-list.ts';
import type { AcceptedOutcome } from './users/user-lifecycle.ts';
import { type Unanswered, unansweredOf } from './write-outcome.ts';

/** The calls about one access key. */
export const accessKeyEndpoints = {
  loadKey: { method: 'GET', path: '/v1/mgmt/accesskey', effect: 'read', answers: 'one', bucket: 'general' },
  updateKey: { method: 'POST', path: '/v1/mgmt/accesskey/update', effect: 'write', answers: 'one', bucket: 'general' },
  createKey: { method: 'POST', path: '/v1/mgmt/accesskey/create', effect: 'write', answers: 'one', bucket: 'general' },
  rotateKey: { method: 'POST', path: '/v1/mgmt/accesskey/rotate', effect: 'write', answers: 'one', bucket: 'general' },
  deleteKey: { method: 'POST', path: '/v1/mgmt/accesskey/delete', effect: 'write', answers: 'one', bucket: 'general' },
} as const satisfies Record<string, ReadEndpoint | WriteEndpoint>;

/** The calls that switch a key on and off. */
export const keySwitchEndpoints = {
  activateKey: {
    method: 'POST',
    path: '/v1/mgmt/accesskey/activate',
    effect: 'write',
    answers: 'one',
    bucket: 'general',
  },
  deactivateKey: {
    method: 'POST',
    path: '/v1/mgmt/accesskey/deactivate',
    effect: 'write',
    answers: 'one',
    bucket: 'general',
  },
} as const satisfies Record<string, WriteEndpoint>;

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

/** A key to be made, bound to a user: whoever has it acts as that user. */
export interface NewBoundKey {
  readonly name: string;
  readonly description: string;
  readonly userId: string;
  /** Epoch seconds. */
  readonly expireTime: number;
}

/** A key, and its secret, which Descope tells this once. */
export interface KeyWithSecret {
  readonly key: AccessKey;
  readonly secret: Secret;
}

/** How a write ended that answers with a secret. */
export type SecretOutcome = ({ readonly kind: 'answered' } & KeyWithSecret) | Unanswered;

/** What is done to a key by its id alone, and answered with nothing. */
export type KeySwitch = 'activate' | 'deactivate' | 'delete';

export interface AccessKeyCalls {
  /** The key with this id; undefined when there is none, which the list of all keys must confirm. */
  loadKey(id: string, call?: CallOptions): Promise<AccessKey | undefined>;
  /** Sends one update, once. Before sending it again, a caller must look whether it happened. */
  updateKey(change: KeyChange, call?: CallOptions): Promise<KeyWriteOutcome>;
  /** Makes a key, once. Sent again, it makes another. */
  createBoundKey(asked: NewBoundKey, call?: CallOptions): Promise<SecretOutcome>;
  /** Gives the key a new secret, once. The old one is dead at once, also when the answer is lost. */
  rotateKey(id: string, call?: CallOptions): Promise<SecretOutcome>;
  /** Activates, deactivates or deletes the key; sent once. */
  switchKey(id: string, to: KeySwitch, call?: CallOptions): Promise<AcceptedOutcome>;
}

/** The request of an update. Fields that are left out keep what they hold; an empty list clears. */
export function toUpdateRequest({ id, name, lists }: KeyChange): {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
} {
  return { endpoint: accessKeyEndpoints.updateKey, json: { id, name, ...lists } };
}

type KeyRequest = { readonly endpoint: WriteEndpoint; readonly json: Readonly<Record<string, unknown>> };

/** The request that makes a key. Descope takes 64-bit numbers as texts. */
export function toCreateKeyRequest({ expireTime, ...asked }: NewBoundKey): KeyRequest {
  return { endpoint: accessKeyEndpoints.createKey, json: { ...asked, expireTime: String(expireTime) } };
}

export function toRotateKeyRequest(id: string): KeyRequest {
  return { endpoint: accessKeyEndpoints.rotateKey, json: { id } };
}

export function toSwitchKeyRequest(id: string, to: KeySwitch): KeyRequest {
  const { activateKey, deactivateKey } = keySwitchEndpoints;
  const { deleteKey } = accessKeyEndpoints;
  return { endpoint: { activate: activateKey, deactivate: deactivateKey, delete: deleteKey }[to], json: { id } };
}

export function createAccessKeyCalls(http: HttpClient): AccessKeyCalls {
  const { loadKey } = accessKeyEndpoints;

  async function forSecret(
    { endpoint, json }: KeyRequest,
    call: CallOptions | undefined,
    id?: string,
  ): Promise<SecretOutcome> {
    try {
      const answer = await http.write(endpoint, { json }, call);
      const key = decodeKey(endpoint, answer.json, id);
      const cleartext = answerObject(endpoint, answer.json)['cleartext'];
      if (typeof cleartext !== 'string' || cleartext === '') {
        throw shapeError(endpoint, 'there is no secret in it');
      }
      return { kind: 'answered', key, secret: new Secret(cleartext) };
    } catch (thrown) {
      return unansweredOf(thrown);
    }
  }

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
    createBoundKey: async (asked, call) => await forSecret(toCreateKeyRequest(asked), call),
    rotateKey: async (id, call) => await forSecret(toRotateKeyRequest(id), call, id),
    switchKey: async (id, to, call) => {
      const { endpoint, json } = toSwitchKeyRequest(id, to);
      try {
        answerObject(endpoint, (await http.write(endpoint, { json }, call)).json);
        return { kind: 'accepted' };
      } catch (thrown) {
        return unansweredOf(thrown);
      }
    },
  };
}

/** An answer about another key must stop everything: the change may have hit it. */
function decodeKey(endpoint: Endpoint, json: unknown, id?: string): AccessKey {
  const key = decodeAnswerPart(endpoint, json, 'key', decodeAccessKey);
  if (id !== undefined && key.id !== id) {
    throw new ConnectorError(
      'inconsistent',
      `${endpointLabel(endpoint)} answered with another access key than the one that was named: look at both in Descope before going on`,
    );
  }
  return key;
}
