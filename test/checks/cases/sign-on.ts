import type { JsonObject } from '@bufbuild/protobuf';
import { held, maps, resource } from '../../support/edge-files.ts';
import { before, person } from '../../support/check-world.ts';
import type { ResourceRow } from '../../../src/model/row.ts';
import { type RuleCase, ruleCase } from './case.ts';

function configuration(id: string, profile: JsonObject): ResourceRow {
  return resource('sso_configuration', `acme/${id}`, id, { profile: { tenant_id: 'acme', sso_id: id, ...profile } });
}

function group(id: string, profile: JsonObject = {}): ResourceRow {
  return resource('idp_group', `acme/okta/${id}`, `${id} (Acme)`, {
    profile: { tenant_id: 'acme', sso_id: 'okta', group_name: id, ...profile },
  });
}

const certificate = (name: string, until: string) => ({ subject: name, fingerprint_sha256: name, not_after: until });

export const signOnCases: readonly RuleCase[] = [
  ruleCase(
    'group-maps-admin',
    'groups that give a privileged role, also one that nobody holds yet',
    {
      resources: [group('Admins'), group('Readers'), person('U1')],
      grants: [
        maps('role_binding:acme/Chief', 'idp_group:acme/okta/Admins', { via: 'group_mapping', sso_id: 'okta' }),
        maps('role_binding:acme/Reader', 'idp_group:acme/okta/Readers', { via: 'group_mapping', sso_id: 'okta' }),
        held('idp_group:acme/okta/Admins', 'user:U1'),
      ],
    },
    ['idp_group:acme/okta/Admins @acme: gives Chief in acme; 1 known member'],
  ),
  ruleCase('group-maps-admin', 'where groups were not read', { rest: { types: [] } }, [
    'not evaluated: the sync did not read SSO configurations (--include sso_configuration); the sync did not read identity ' +
      'provider groups (--include idp_group)',
  ]),
  ruleCase(
    'group-maps-admin',
    'where the deployment does not list groups',
    { rest: { types: ['sso_configuration'], summary: { sso: { settings: 'offered', groups: 'not-offered' } } } },
    ['not evaluated: this deployment of Descope does not tell of identity provider groups'],
  ),
  ruleCase(
    'default-role-admin',
    'defaults of configurations and tenants, and no mapping of a group',
    {
      resources: [configuration('okta', {}), configuration('azure', {}), group('Admins')],
      grants: [
        maps('role_binding:acme/Chief', 'sso_configuration:acme/okta', { via: 'default_sso_role', sso_id: 'okta' }),
        maps('role_binding:acme/Reader', 'sso_configuration:acme/azure', { via: 'default_sso_role', sso_id: 'azure' }),
        maps('role_binding:initech/Chief', 'tenant:initech', { via: 'tenant_default_role' }),
        maps('role_binding:acme/Chief', 'idp_group:acme/okta/Admins', { via: 'group_mapping', sso_id: 'okta' }),
      ],
    },
    [
      'sso_configuration:acme/okta @acme: gives Chief in acme to everybody who signs in',
      'tenant:initech @initech: gives Chief in initech to everybody who signs in',
    ],
  ),
  ruleCase(
    'mapping-to-gone-role',
    'roles that are not there, of groups and of defaults',
    {
      resources: [
        group('Old', { unknown_roles: ['Auditor', ''] }),
        group('New', { unknown_roles: [] }),
        configuration('okta', { unknown_roles: ['Auditor'] }),
      ],
    },
    [
      'idp_group:acme/okta/Old @acme: is mapped to the role (without a name), which is not there',
      'idp_group:acme/okta/Old @acme: is mapped to the role Auditor, which is not there',
      'sso_configuration:acme/okta @acme: has the default role Auditor, which is not there',
    ],
  ),
  ruleCase(
    'mapping-to-gone-role',
    'nothing to say where groups were not read',
    { rest: { types: ['sso_configuration'] } },
    ['not evaluated: the sync did not read identity provider groups (--include idp_group)'],
  ),
  ruleCase(
    'default-role-admin',
    'nothing to say where only the default configurations are told',
    { rest: { summary: { sso: { settings: 'limited' } } } },
    ['not evaluated: this deployment of Descope tells of the default SSO configuration of each tenant only'],
  ),
  ruleCase(
    'sso-exclusion',
    'where the deployment does not tell of the settings of tenants',
    { rest: { summary: { sso: { settings: 'offered', tenant_settings: 'not-offered' } } } },
    ['not evaluated: this deployment of Descope does not tell of the settings of tenants'],
  ),
  ruleCase(
    'certificate-expired',
    'before the sync, not in its second, and not beside one that is good',
    {
      resources: [
        configuration('a', { certificates: [certificate('A', before(0, 1))] }),
        configuration('b', { certificates: [certificate('B', before(0))] }),
        configuration('c', { certificates: [certificate('C', before(9)), certificate('D', before(-9))] }),
        configuration('e', { certificates: [certificate('E', before(9))], metadata_url: 'https://idp.example/m' }),
        configuration('f', { certificates: [{ unparseable: true }] }),
        configuration('g', { certificates: [certificate('G', before(9)), certificate('H', before(0))] }),
      ],
    },
    [
      'sso_configuration:acme/a @acme: a certificate expired on 2026-11-29',
      'sso_configuration:acme/e @acme: a certificate expired on 2026-11-21; Descope follows the metadata address',
    ],
  ),
  ruleCase(
    'certificate-ending',
    'within 30 days and no longer, and not beside one that is good for longer',
    {
      resources: [
        configuration('a', { certificates: [certificate('A', before(-30))] }),
        configuration('b', { certificates: [certificate('B', before(-30, -1))] }),
        configuration('c', { certificates: [certificate('C', before(-3)), certificate('D', before(-300))] }),
        configuration('d', { certificates: [certificate('E', before(1))] }),
      ],
    },
    ['sso_configuration:acme/a @acme: a certificate ends on 2026-12-30'],
  ),
  ruleCase(
    'certificate-unreadable',
    'certificates that cannot be parsed',
    {
      resources: [
        configuration('a', { certificates: [{ unparseable: true }, certificate('A', before(-300))] }),
        configuration('b', { certificates: [certificate('B', before(-300))] }),
      ],
    },
    ['sso_configuration:acme/a @acme: a certificate cannot be parsed'],
  ),
  ruleCase(
    'sso-exclusion',
    'exceptions where single sign-on is enforced, once for a tenant',
    {
      resources: [
        configuration('a', { enforce_sso: true, exclusions: ['ada@acme.example'] }),
        configuration('b', { enforce_sso: true, exclusions: ['ada@acme.example'] }),
        resource('sso_configuration', 'initech/x', 'x', {
          profile: { tenant_id: 'initech', sso_id: 'x', enforce_sso: false, exclusions: ['bob@initech.example'] },
        }),
      ],
    },
    ['tenant:acme: ada@acme.example may sign in without single sign-on'],
  ),
  ruleCase(
    'public-domain',
    'tenants and configurations that let a public domain in',
    {
      resources: [
        resource('tenant', 'open', 'Open', { profile: { self_provisioning_domains: ['GMAIL.com', 'open.example'] } }),
        resource('tenant', 'shut', 'Shut', { profile: { domains: ['gmail.com'], self_provisioning_domains: [] } }),
        configuration('a', { self_provisioning_domains: ['gmx.de'] }),
      ],
    },
    [
      'sso_configuration:acme/a @acme: lets everybody with an address at gmx.de in',
      'tenant:open: lets everybody with an address at gmail.com in',
    ],
  ),
  ruleCase(
    'public-domain',
    'the domains that a policy names',
    {
      resources: [
        resource('tenant', 'open', 'Open', { profile: { self_provisioning_domains: ['gmail.com', 'open.example'] } }),
      ],
      values: { domains: ['Open.Example'] },
    },
    ['tenant:open: lets everybody with an address at open.example in'],
  ),
];
