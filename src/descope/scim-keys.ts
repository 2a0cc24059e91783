import { answerObject, listIn, rowDecoder } from './answer-shape.ts';
import { identity, type JsonObject, object, optionalIdentity } from './decode.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import { named } from './record-names.ts';
import { defaultSsoId } from './sso.ts';
import { parsingJson, type TenantCall } from './tenant-call.ts';

/**
 * That an access key is one of SCIM: with it an identity provider makes, changes and removes users and groups of a
 * tenant. All else about the key stands in the list of access keys.
 */
export interface ScimKey {
  readonly keyId: string;
  /** The SSO configuration of the tenant for which it was made. */
  readonly ssoId: string;
}

const endpoint: ReadEndpoint = {
  method: 'GET',
  path: '/v1/mgmt/scim/key',
  effect: 'read',
  answers: 'list',
  isWhole: true,
  bucket: 'general',
};

function decodeScimKey(entry: JsonObject): ScimKey {
  const ssoId = optionalIdentity(entry, 'ssoId');
  return { keyId: identity(object(entry, 'key'), 'id'), ssoId: ssoId === '' ? defaultSsoId : ssoId };
}

/** The SCIM keys of all configurations of a tenant. Older deployments lack this call. */
export const scimKeysCall: TenantCall<readonly ScimKey[]> = {
  endpoint,
  requestOf: (tenantId) => ({ query: { tenantId } }),
  parse: parsingJson((json) => {
    const decode = rowDecoder(endpoint, 'keys', decodeScimKey, ({ key }) =>
      named('SCIM key', typeof key === 'object' && key !== null && 'id' in key ? key.id : undefined),
    );
    return listIn(endpoint, answerObject(endpoint, json), 'keys').map(decode);
  }),
};
