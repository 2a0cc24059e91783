import { serviceCertificate } from './certificates.ts';
import type { OidcSettings, SamlSettings, SsoConfiguration, XaaSettings } from './records.ts';

/** A configuration in which nothing is set up; the fields of the service itself are filled in already. */
export function unsetConfiguration(tenantId: string, ssoId: string): SsoConfiguration {
  return {
    tenantId,
    ssoId,
    displayName: '',
    saml: unsetSaml(tenantId, ssoId),
    oidc: unsetOidc,
    xaa: unsetXaa,
    groupMappings: [],
    groupsPriority: [],
    defaultSSORoles: [],
    fgaMappings: {},
    extra: {},
  };
}

function unsetSaml(tenantId: string, ssoId: string): SamlSettings {
  const place = `https://emulator.invalid/saml/${encodeURIComponent(tenantId)}/${encodeURIComponent(ssoId)}`;
  return {
    idpEntityId: '',
    idpSSOUrl: '',
    idpCertificate: '',
    idpAdditionalCertificates: [],
    idpMetadataUrl: '',
    spEntityId: place,
    spACSUrl: `${place}/acs`,
    spCertificate: serviceCertificate,
    spSignCertificate: serviceCertificate,
    subjectNameIdFormat: '',
    attributeMapping: {},
    redirectUrl: '',
    providerID: '',
    scimProviderID: '',
    configFGATenantIDResourcePrefix: '',
    configFGATenantIDResourceSuffix: '',
    lastSuccessTestTime: 0,
    spEncryptionKey: '',
    spSignKey: '',
  };
}

const unsetOidc: OidcSettings = {
  name: '',
  clientId: '',
  clientSecret: '',
  redirectUrl: '',
  authUrl: '',
  tokenUrl: '',
  userDataUrl: '',
  scope: [],
  JWKsUrl: '',
  issuer: '',
  userAttrMapping: {},
  manageProviderTokens: false,
  callbackDomain: '',
  prompt: [],
  grantType: '',
  providerID: '',
  scimProviderID: '',
  lastSuccessTestTime: 0,
};

const unsetXaa: XaaSettings = { enabled: false, issuers: {}, providerID: '' };
