import { fieldRequired, invented } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { randomId } from '../random.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import type { Roles } from '../roles.ts';
import { defaultSsoId } from './records.ts';
import type { FgaRelation, GroupMapping, OidcSettings, SamlSettings, SsoChange } from './records.ts';
import { toWireSettings } from './wire.ts';
import type { SsoContext } from './wire.ts';

const configureFields = ['tenantId', 'settings', 'redirectUrl', 'domains', 'ssoId'];

/** What sets a configuration up, as the SDKs do it. Fields left out stay as they were. */
export function ssoWriteEndpoints(context: SsoContext, roles: Roles, seed: number): Endpoints {
  const { configurations, tenants } = context;
  let made = 0;

  const configure = (
    { body }: EndpointCall,
    toChange: (settings: RequestBody) => SsoChange,
    authType: string,
  ): typeof nothing => {
    const tenant = tenants.find(body.required('tenantId'));
    const ssoId = body.text('ssoId') || defaultSsoId;
    const settings = createRequestBody(body.object('settings'), undefined);
    configurations.change(tenant.id, ssoId, {
      ...toChange(settings),
      ...mappingsIn(settings, tenant.id, roles),
    });
    // Which protocol is live is told of the tenant, for its default configuration.
    tenants.put({
      ...tenant,
      ...(ssoId === defaultSsoId ? { authType } : {}),
      ...(body.has('domains') ? { domains: body.texts('domains') } : {}),
    });
    return nothing;
  };

  return {
    'POST /v1/mgmt/sso/settings/new': endpoint(['tenantId', 'ssoId', 'displayName'], ({ body }) => {
      const { id } = tenants.find(body.required('tenantId'));
      made += 1;
      const ssoId = body.text('ssoId') || randomId('SSO', seed, `configuration ${made}`);
      if (configurations.has(id, ssoId)) {
        throw invented(400, 'E990013', 'SSO configuration exists', 'The tenant has a configuration with this id');
      }
      const added = configurations.put({ tenantId: id, ssoId, displayName: body.text('displayName') });
      return { json: toWireSettings(context, added) };
    }),
    'POST /v1/mgmt/sso/saml': endpoint(configureFields, (call) =>
      configure(call, (settings) => ({ saml: { ...samlIn(settings, call.body), idpMetadataUrl: '' } }), 'saml'),
    ),
    'POST /v1/mgmt/sso/saml/metadata': endpoint(configureFields, (call) =>
      configure(call, (settings) => ({ saml: samlIn(settings, call.body) }), 'saml'),
    ),
    'POST /v1/mgmt/sso/oidc': endpoint(configureFields, (call) =>
      configure(call, (settings) => ({ oidc: oidcIn(settings, call.body) }), 'oidc'),
    ),
    'POST /v1/mgmt/sso/mapping': endpoint(
      ['tenantId', 'roleMappings', 'attributeMapping', 'defaultSSORoles', 'groupsPriority', 'fgaMappings', 'ssoId'],
      ({ body }) => {
        const { id } = tenants.find(body.required('tenantId'));
        configurations.change(id, body.text('ssoId') || defaultSsoId, {
          ...mappingsIn(body, id, roles),
          ...(body.has('attributeMapping') ? { saml: { attributeMapping: body.object('attributeMapping') } } : {}),
        });
        return nothing;
      },
    ),
    'POST /v1/mgmt/sso/redirect': endpoint(['tenantId', 'samlRedirectUrl', 'oauthRedirectUrl', 'ssoId'], ({ body }) => {
      const { id } = tenants.find(body.required('tenantId'));
      configurations.change(id, body.text('ssoId') || defaultSsoId, {
        saml: given({ redirectUrl: textIn(body, 'samlRedirectUrl') }),
        oidc: given({ redirectUrl: textIn(body, 'oauthRedirectUrl') }),
      });
      return nothing;
    }),
    'DELETE /v1/mgmt/sso/settings': endpoint([], ({ query }) => {
      if (!query['tenantId']) throw fieldRequired('tenantId');
      const tenant = tenants.find(query['tenantId']);
      const ssoId = query['ssoId'] || defaultSsoId;
      configurations.remove(tenant.id, ssoId);
      if (ssoId === defaultSsoId) tenants.put({ ...tenant, authType: 'none' });
      return nothing;
    }),
  };
}

/** Without the fields that were not given. */
function given<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  // Each field that is left has its own type.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const textIn = (body: RequestBody, name: string): string | undefined => (body.has(name) ? body.text(name) : undefined);
const textsIn = (body: RequestBody, name: string): readonly string[] | undefined =>
  body.has(name) ? body.texts(name) : undefined;

function mappingsIn(body: RequestBody, tenantId: string, roles: Roles): SsoChange {
  return given({
    groupMappings: body.has('roleMappings')
      ? body.objects('roleMappings').map((mapping) => toMapping(mapping, tenantId, roles))
      : undefined,
    defaultSSORoles: textsIn(body, 'defaultSSORoles'),
    groupsPriority: textsIn(body, 'groupsPriority'),
    fgaMappings: body.has('fgaMappings')
      ? (body.object('fgaMappings') as Record<string, { relations: FgaRelation[] }>)
      : undefined,
  });
}

function toMapping(value: Readonly<Record<string, unknown>>, tenantId: string, roles: Roles): GroupMapping {
  const mapping = createRequestBody(value, ['groups', 'roleName']);
  const role = roles.inside(tenantId, mapping.required('roleName'));
  if (!role) throw roles.unknown('A mapped role does not exist');
  return { roleId: role.id, groups: mapping.texts('groups') };
}

function samlIn(settings: RequestBody, body: RequestBody): Partial<SamlSettings> {
  return given({
    idpSSOUrl: textIn(settings, 'idpUrl'),
    idpEntityId: textIn(settings, 'entityId'),
    idpCertificate: textIn(settings, 'idpCert'),
    idpAdditionalCertificates: textsIn(settings, 'idpAdditionalCertificates'),
    idpMetadataUrl: textIn(settings, 'idpMetadataUrl'),
    spACSUrl: textIn(settings, 'spACSUrl'),
    spEntityId: textIn(settings, 'spEntityId'),
    spEncryptionKey: textIn(settings, 'spEncryptionKey'),
    spSignKey: textIn(settings, 'spSignKey'),
    attributeMapping: settings.has('attributeMapping') ? settings.object('attributeMapping') : undefined,
    redirectUrl: textIn(body, 'redirectUrl'),
  });
}

function oidcIn(settings: RequestBody, body: RequestBody): Partial<OidcSettings> {
  return given({
    name: textIn(settings, 'name'),
    clientId: textIn(settings, 'clientId'),
    clientSecret: textIn(settings, 'clientSecret'),
    redirectUrl: textIn(settings, 'redirectUrl') ?? textIn(body, 'redirectUrl'),
    authUrl: textIn(settings, 'authUrl'),
    tokenUrl: textIn(settings, 'tokenUrl'),
    userDataUrl: textIn(settings, 'userDataUrl'),
    scope: textsIn(settings, 'scope'),
    JWKsUrl: textIn(settings, 'JWKsUrl'),
    issuer: textIn(settings, 'issuer'),
    userAttrMapping: settings.has('userAttrMapping') ? settings.object('userAttrMapping') : undefined,
    manageProviderTokens: settings.flag('manageProviderTokens'),
    callbackDomain: textIn(settings, 'callbackDomain'),
    prompt: textsIn(settings, 'prompt'),
    grantType: textIn(settings, 'grantType'),
  });
}
