import { decodeAnswer } from './answer-shape.ts';
import { flag, type JsonObject, texts } from './decode.ts';
import type { ReadEndpoint } from './http/endpoint.ts';
import { parsingJson, type TenantCall } from './tenant-call.ts';

/** What a tenant's settings say of how its people sign in, with only the fields we use. */
export interface TenantSettings {
  /** True where nobody is created or changed by signing in through SSO. */
  readonly isJitDisabled: boolean;
  readonly domains: readonly string[];
  readonly selfProvisioningDomains: readonly string[];
}

const endpoint: ReadEndpoint = {
  method: 'GET',
  path: '/v1/mgmt/tenant/settings',
  effect: 'read',
  answers: 'one',
  bucket: 'general',
};

/** One of these is in every answer; without any of them it tells nothing. */
const knownFields = [
  'domains',
  'selfProvisioningDomains',
  'authType',
  'enabled',
  'JITDisabled',
  'sessionTokenExpiration',
  'refreshTokenExpiration',
  'enableInactivity',
];

function decodeSettings(settings: JsonObject): TenantSettings {
  return {
    isJitDisabled: flag(settings, 'JITDisabled'),
    domains: texts(settings, 'domains'),
    selfProvisioningDomains: texts(settings, 'selfProvisioningDomains'),
  };
}

export const tenantSettingsCall: TenantCall<TenantSettings> = {
  endpoint,
  requestOf: (tenantId) => ({ query: { id: tenantId } }),
  parse: parsingJson((json) => decodeAnswer(endpoint, json, knownFields, decodeSettings)),
};
