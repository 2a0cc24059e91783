import type { Rows } from './descope-model.ts';
import { DescopeModel, type OfTenants } from './descope-model.ts';
import { inTenant, permission, role, tenant, user } from './project-fixture.ts';

/** What Descope fills in where nothing is set up: both blocks are there, and its own certificates in them. */
export const unset = {
  tenant: { id: 'any', name: 'Any' },
  saml: { idpEntityId: '', idpSSOUrl: '', idpCertificate: '', spCertificate: 'MIIC', groupsMapping: [] },
  oidc: { name: '', clientId: '', clientSecret: '', issuer: '', authUrl: '' },
  ssoId: 'default_ssoid',
};

export const paths = {
  settings: '/v2/mgmt/sso/settings/all',
  oneSetting: '/v2/mgmt/sso/settings',
  tenantSettings: '/v1/mgmt/tenant/settings',
  groups: '/v1/mgmt/group/all',
  xaa: '/v1/mgmt/sso/xaa/settings/all',
} as const;

/** Answers of single tenants: acme has two configurations and groups, globex nothing, initech only a default role. */
export const ssoAnswers: OfTenants = {
  [paths.settings]: {
    acme: {
      SSOSettings: [
        {
          ...unset,
          saml: {
            ...unset.saml,
            idpEntityId: 'https://idp.acme.example',
            idpSSOUrl: 'https://idp.acme.example/sso',
            idpCertificate: 'cert',
            groupsMapping: [
              { groups: ['Engineering', 'Contractors'], role: { id: 'R-1', name: 'Editor' } },
              { groups: ['Engineering'], role: { id: 'R-2', name: 'Approver' } },
              { groups: ['g-ops'], role: { id: 'R-9', name: 'Vanished' } },
            ],
            groupsPriority: ['Contractors', 'Engineering'],
            defaultSSORoles: ['Viewer', 'Gone'],
            lastSuccessTestTime: '1700000000',
          },
        },
        {
          ...unset,
          ssoId: 'partners/eu',
          oidc: {
            ...unset.oidc,
            issuer: 'https://partners.example',
            authUrl: 'https://partners.example/auth',
            groupsMapping: [{ groups: ['Partners'], role: { id: 'R-1', name: 'Editor' } }],
          },
        },
      ],
    },
    initech: { SSOSettings: [{ ...unset, saml: { ...unset.saml, defaultSSORoles: ['Viewer'] } }] },
    '*': { SSOSettings: [unset] },
  },
  [paths.tenantSettings]: {
    acme: {
      domains: ['acme.example'],
      selfProvisioningDomains: ['acme.dev'],
      authType: 'saml',
      enabled: true,
      JITDisabled: true,
    },
    '*': { domains: [], enabled: false, JITDisabled: false },
  },
  [paths.groups]: {
    acme: [
      {
        id: 'g-eng',
        display: 'Engineering',
        source: 'scim',
        ssoId: 'default_ssoid',
        members: [
          { loginId: 'ann@acme.example', userId: 'ann', display: 'Ann' },
          { loginID: 'bob@acme.example', userId: 'bob' },
          { loginId: 'ghost@acme.example', userId: 'ghost' },
          { loginId: 'nobody@acme.example' },
        ],
      },
      { id: 'g-ops', display: 'Operations', source: 'jit', ssoId: 'default_ssoid', members: [{ userId: 'dan' }] },
      { id: 'g-old', display: 'Old', members: null },
    ],
    '*': [],
  },
};

export const ssoRows: Rows = {
  users: [
    user('ann', { name: 'Ann', userTenants: [inTenant('acme', 'Editor', 'Approver')] }),
    user('bob', { userTenants: [inTenant('acme')] }),
    user('cleo', { userTenants: [inTenant('acme', 'Editor')] }),
    user('dan', { roleNames: ['Viewer'] }),
  ],
  tenants: [
    tenant('acme', { name: 'Acme', authType: 'saml', enforceSso: true, enforceSsoExclusions: ['ann@acme.example'] }),
    tenant('globex', { name: 'Globex', defaultRoles: ['Viewer', 'Nowhere'] }),
    tenant('initech', { name: 'Initech' }),
  ],
  roles: [
    role('Editor', { id: 'R-1', permissionNames: ['write'] }),
    role('Viewer', { id: 'R-3', permissionNames: ['read'] }),
    role('Approver', { id: 'R-2', tenantId: 'acme', permissionNames: ['approve'] }),
  ],
  permissions: [permission('read'), permission('write'), permission('approve')],
};

export function ssoProject(rows: Partial<Rows> = {}, ofTenants: OfTenants = {}): DescopeModel {
  return new DescopeModel({ rows: { ...ssoRows, ...rows }, ofTenants: { ...ssoAnswers, ...ofTenants } });
}
