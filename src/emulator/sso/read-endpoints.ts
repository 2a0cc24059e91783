import { ApiError, fieldRequired } from '../api-error.ts';
import { endpoint } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { defaultSsoId } from './records.ts';
import type { SsoConfiguration } from './records.ts';
import { toOldWireSettings, toWireSettings, toWireXaa } from './wire.ts';
import type { SsoContext } from './wire.ts';

export function ssoReadEndpoints(context: SsoContext): Endpoints {
  const { configurations, tenants, switches } = context;
  const tenantOf = ({ query }: EndpointCall): string => {
    if (!query['tenantId']) throw fieldRequired('tenantId');
    return tenants.find(query['tenantId']).id;
  };
  const one = (call: EndpointCall): SsoConfiguration =>
    configurations.get(tenantOf(call), call.query['ssoId'] || defaultSsoId);
  const checkXaa = (): void => {
    if (switches.xaaSettings === 'missing') throw noSuchEndpoint(404);
    if (switches.xaaSettings === 'bad-request') throw noSuchEndpoint(400);
  };

  return {
    'GET /v2/mgmt/sso/settings': endpoint([], (call) => ({ json: toWireSettings(context, one(call)) })),
    'GET /v2/mgmt/sso/settings/all': endpoint([], (call) => {
      if (switches.ssoSettingsAll === 'missing') throw noSuchEndpoint(404);
      const SSOSettings = configurations.of(tenantOf(call)).map((each) => toWireSettings(context, each));
      return { json: { SSOSettings } };
    }),
    'GET /v1/mgmt/sso/settings': endpoint([], (call) => ({
      json: toOldWireSettings(context, configurations.get(tenantOf(call), defaultSsoId)),
    })),
    'GET /v1/mgmt/sso/xaa/settings': endpoint([], (call) => {
      checkXaa();
      return { json: toWireXaa(context, one(call)) };
    }),
    'GET /v1/mgmt/sso/xaa/settings/all': endpoint([], (call) => {
      checkXaa();
      return { json: { XAASettings: configurations.of(tenantOf(call)).map((each) => toWireXaa(context, each)) } };
    }),
  };
}

/** What a deployment answers that is older than the endpoint. */
const noSuchEndpoint = (status: number): Error =>
  new ApiError(status, 'E990001', 'No such endpoint', 'No such endpoint');
