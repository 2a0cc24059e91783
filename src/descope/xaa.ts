import { answerObject, listIn, rowDecoder } from './answer-shape.ts';
import { flag, type JsonObject, optionalIdentity } from './decode.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import { named } from './record-names.ts';
import { decodeMappings, defaultSsoId, type SsoMappings } from './sso.ts';
import { parsingJson, type TenantCall } from './tenant-call.ts';

/** Cross-app access of one SSO configuration: tokens of applications that are trusted become users. */
export interface XaaSettings extends SsoMappings {
  readonly ssoId: string;
  readonly isEnabled: boolean;
}

const endpoint: ReadEndpoint = {
  method: 'GET',
  path: '/v1/mgmt/sso/xaa/settings/all',
  effect: 'read',
  answers: 'list',
  isWhole: true,
  bucket: 'general',
};

function decodeXaa(settings: JsonObject): XaaSettings {
  const ssoId = optionalIdentity(settings, 'ssoId');
  return {
    ...decodeMappings(settings),
    ssoId: ssoId === '' ? defaultSsoId : ssoId,
    isEnabled: flag(settings, 'enabled'),
  };
}

/** Cross-app access of all configurations of a tenant. Older deployments lack this call. */
export const xaaSettingsCall: TenantCall<readonly XaaSettings[]> = {
  endpoint,
  requestOf: (tenantId) => ({ query: { tenantId } }),
  parse: parsingJson((json) => {
    const decode = rowDecoder(endpoint, 'XAASettings', decodeXaa, (row) => named('XAA configuration', row['ssoId']));
    return listIn(endpoint, answerObject(endpoint, json), 'XAASettings').map(decode);
  }),
};
