import { projectCreated } from '../family.ts';
import {
  expiredCertificate,
  expiredFoodsCertificate,
  unparseableCertificate,
  validCertificate,
} from './certificates.ts';
import type { SsoConfigurationSeed } from './records.ts';

/** A value that no reader may ever show: it stands in every secret field of the sample. */
export const secretCanary = 'do-not-read-me-0c4f';

const year = 365 * 86_400;

/** Two ways into Initech, one into Lumière and one into Northwind Foods. */
export const ssoSample: readonly SsoConfigurationSeed[] = [
  {
    tenantId: 'initech',
    displayName: 'Initech IdP',
    saml: {
      idpEntityId: 'https://idp.initech.example/entity',
      idpSSOUrl: 'https://idp.initech.example/sso',
      idpCertificate: validCertificate,
      idpAdditionalCertificates: [expiredCertificate, unparseableCertificate],
      attributeMapping: { email: 'mail', group: 'memberOf' },
      lastSuccessTestTime: projectCreated + 3 * year,
      spEncryptionKey: secretCanary,
      spSignKey: secretCanary,
    },
    oidc: { clientSecret: secretCanary },
    xaa: {
      enabled: true,
      issuers: {
        'https://agents.initech.example': {
          jwksUri: 'https://agents.initech.example/keys',
          signAlgorithm: 'RS256',
          userInfoUri: '',
          externalIdFieldName: 'sub',
          jitDisabled: true,
          attributeMapping: { email: 'email' },
        },
      },
    },
    // A role of the tenant, roles of the project, a name that both have, and a role that is gone.
    groupMappings: [
      { role: 'Approver', groups: ['Finance', 'Accounts Payable'] },
      { role: 'Tenant Admin', groups: ['IT Admins'] },
      { role: 'Auditor', groups: ['Auditors'] },
      { role: 'Data Steward', groups: ['Records Office'] },
      { role: 'Regional Manager (2021)', groups: ['Regional Managers'] },
    ],
    groupsPriority: ['IT Admins', 'Finance'],
    defaultSSORoles: ['Viewer'],
    fgaMappings: {
      Finance: { relations: [{ resource: 'ledger:2026', relationDefinition: 'reader', namespace: 'ledger' }] },
    },
  },
  {
    tenantId: 'initech',
    ssoId: 'initech-contractors',
    displayName: 'Contractors of Initech',
    oidc: {
      name: 'Contractors',
      clientId: 'initech-contractors',
      clientSecret: secretCanary,
      issuer: 'https://contractors.example',
      authUrl: 'https://contractors.example/authorize',
      tokenUrl: 'https://contractors.example/token',
      JWKsUrl: 'https://contractors.example/keys',
      scope: ['openid', 'groups'],
      userAttrMapping: { loginId: 'sub', email: 'email', group: 'groups' },
      grantType: 'authorization_code',
      lastSuccessTestTime: projectCreated + 2 * year,
    },
    groupMappings: [{ role: 'Guest', groups: ['Contractors'] }],
  },
  {
    tenantId: 'lumiere',
    displayName: 'Lumière',
    oidc: {
      name: 'Lumière',
      clientId: 'lumiere',
      clientSecret: secretCanary,
      issuer: 'https://login.lumiere.example',
      authUrl: 'https://login.lumiere.example/authorize',
    },
    groupMappings: [{ role: 'Contractor', groups: ['Équipe / "Atelier"'] }],
  },
  {
    tenantId: 'northwind-foods',
    displayName: 'Northwind Foods',
    saml: {
      idpEntityId: 'https://idp.foods.northwind.example',
      idpSSOUrl: 'https://idp.foods.northwind.example/sso',
      idpCertificate: expiredFoodsCertificate,
      attributeMapping: { group: 'groups' },
    },
    oidc: { clientSecret: secretCanary },
    // No group of this name is listed: whoever the identity provider puts into it.
    groupMappings: [{ role: 'Quality Lead', groups: ['Bakers'] }],
  },
];
