import type { JsonObject } from '@bufbuild/protobuf';
import { binding, confers, flows, held, maps, permission, resource, role, tenant } from '../../support/edge-files.ts';
import { granted } from '../../support/other-world.ts';
import { before, person } from '../../support/check-world.ts';
import { type RuleCase, ruleCase } from './case.ts';

// Cases that a fault in a rule survived without (scripts/rule-mutants.ts): each keeps one condition of a query where it is.

const configuration = (id: string, name: string, profile: JsonObject = {}) =>
  resource('sso_configuration', `acme/${id}`, name, { profile: { tenant_id: 'acme', sso_id: id, ...profile } });
const group = (id: string, name: string) =>
  resource('idp_group', `acme/okta/${id}`, name, { profile: { tenant_id: 'acme', sso_id: 'okta', group_name: name } });
const app = (id: string, profile: JsonObject = {}) =>
  resource('third_party_app', id, `App ${id}`, { profile: { status: 'active', ...profile } });
const consent = (to: string, appId: string, scopes: readonly string[]) =>
  granted(`third_party_app:${appId}`, 'consent', to, { scopes: [...scopes] });
const reference = (kind: string, name: string, rest: object) => ({ kind, name, ...rest });

export const narrowCases: readonly RuleCase[] = [
  ruleCase(
    'shared-email',
    'addresses that are written in capitals by everybody',
    { resources: ['U1', 'U2'].map((id) => person(id, { email: 'Eve@Acme.Example' })) },
    ['U1', 'U2'].map((id) => `user:${id}: has the email Eve@Acme.Example, as 1 other account`),
  ),
  ruleCase(
    'outside-domain',
    'nobody where the only domain is an empty text',
    {
      resources: [
        resource('tenant', 'blank', 'Blank', { profile: { domains: [''] } }),
        person('U1', { email: 'ada@acme.example' }),
      ],
      grants: [held('tenant:blank', 'user:U1')],
    },
    [],
  ),
  ruleCase(
    'inherited-admin',
    'also who holds an ordinary role below',
    {
      resources: [tenant('eu', 'EU', 'acme'), binding('eu', 'Chief'), binding('eu', 'Reader'), person('U1')],
      grants: [
        held('role_binding:acme/Chief', 'user:U1'),
        held('role_binding:eu/Reader', 'user:U1'),
        flows('role_binding:eu/Chief', 'role_binding:acme/Chief', 'acme'),
      ],
    },
    ['user:U1 @acme: holds Chief in acme, and so administers 1 tenant below'],
  ),
  ruleCase(
    'impersonation-role',
    'without those who hold other roles',
    {
      resources: [permission('Impersonate'), role('Support'), ...['U1', 'U2', 'U3'].map((id) => person(id))],
      grants: [
        confers('role:Support', 'Impersonate'),
        held('role:Support', 'user:U1'),
        ...['U1', 'U2', 'U3'].map((id) => held('role:Chief', `user:${id}`)),
      ],
    },
    ['role:Support: allows Impersonate, and 1 user holds it directly'],
  ),
  ruleCase(
    'can-take-over',
    'a key once, with other keys beside it',
    {
      resources: [
        permission('User Admin'),
        role('Helpdesk'),
        resource('access_key', 'K1', 'CI'),
        resource('access_key', 'K2', 'Other'),
      ],
      grants: [confers('role:Helpdesk', 'User Admin'), held('role:Helpdesk', 'access_key:K1')],
    },
    ['access_key:K1: holds Helpdesk, which allows User Admin'],
  ),
  ...(['dangling-reference', 'ambiguous-reference'] as const).map((rule) =>
    ruleCase(
      rule,
      'each once, by its own name, with others beside it',
      {
        resources: [
          person('U1'),
          person('U2'),
          permission('acme'),
          resource('access_key', 'K1', 'CI'),
          resource('access_key', 'K2', 'Deploy'),
        ],
        rest: {
          summary: {
            [rule === 'dangling-reference' ? 'dangling' : 'ambiguous']: {
              count: 4,
              first: [
                reference('role', 'Both', { principal: { typeId: 'access_key', id: 'K2' } }),
                reference('role', 'Both', { userId: 'U1' }),
                reference('role', 'Both', { roleId: 'Chief' }),
                reference('role', 'Both', { tenantId: 'acme' }),
              ],
            },
          },
        },
      },
      ['access_key:K2', 'role:Chief', 'tenant:acme @acme', 'user:U1'].map((subject) =>
        rule === 'dangling-reference'
          ? `${subject}: names the role Both, which is not there`
          : `${subject}: names the role Both, which the tenant and the project both define`,
      ),
    ),
  ),
  ruleCase(
    'group-maps-admin',
    'the group of the mapping, with others beside it',
    {
      resources: [group('A', 'First'), group('B', 'Admins'), group('C', 'Last')],
      grants: [maps('role_binding:acme/Chief', 'idp_group:acme/okta/B', { via: 'group_mapping', sso_id: 'okta' })],
    },
    ['idp_group:acme/okta/B @acme: gives Chief in acme; 0 known members'],
  ),
  ruleCase(
    'default-role-admin',
    'the configuration of the default, with others beside it',
    {
      resources: [configuration('a', 'First'), configuration('b', 'Middle'), configuration('c', 'Last')],
      grants: [maps('role_binding:acme/Chief', 'sso_configuration:acme/b', { via: 'default_sso_role', sso_id: 'b' })],
    },
    ['sso_configuration:acme/b @acme: gives Chief in acme to everybody who signs in'],
  ),
  ruleCase(
    'certificate-ending',
    'well within the 30 days',
    { resources: [configuration('a', 'A', { certificates: [{ subject: 'CN=a', not_after: before(-10) }] })] },
    ['sso_configuration:acme/a @acme: a certificate ends on 2026-12-10'],
  ),
  ruleCase(
    'public-domain',
    'a domain once, in whatever case, at its own configuration',
    {
      resources: [
        configuration('a', 'First'),
        configuration('b', 'Open', { self_provisioning_domains: ['Gmx.de', 'gmx.de'] }),
        configuration('c', 'Last'),
      ],
    },
    ['sso_configuration:acme/b @acme: lets everybody with an address at gmx.de in'],
  ),
  ruleCase(
    'public-domain',
    'a domain once, in whatever case of letters that are no ASCII',
    {
      resources: [
        configuration('b', 'Open', { self_provisioning_domains: ['BÜRO.example', 'BÜro.example'] }),
        configuration('c', 'Ajar', { self_provisioning_domains: ['BÜRO.example', 'büro.example'] }),
      ],
      values: { domains: ['BÜRO.Example'] },
    },
    ['b', 'c'].map((id) => `sso_configuration:acme/${id} @acme: lets everybody with an address at büro.example in`),
  ),
  ruleCase(
    'key-of-shut-user',
    'keys whose secret signs in as somebody, where nothing else says so',
    {
      resources: [
        person('U2', { status: 'disabled' }),
        resource('access_key_secret', 'K1', 'Of a user', { secretOf: { typeId: 'user', id: 'U2' } }),
        resource('access_key', 'K2', 'Its own'),
        resource('access_key_secret', 'K2', 'Its own', { secretOf: { typeId: 'access_key', id: 'K2' } }),
      ],
    },
    ['access_key:K1: acts as Person U2, who is disabled'],
  ),
  ruleCase(
    'key-project-wide',
    'a key by its own name',
    {
      resources: [resource('access_key', 'K1', 'CI'), resource('access_key_secret', 'K1', 'Its secret')],
      grants: [held('role:Reader', 'access_key:K1')],
    },
    ['access_key:K1: holds Reader in the whole project'],
  ),
  ruleCase(
    'key-privileged',
    'a key by its own name',
    {
      resources: [resource('access_key', 'K1', 'CI'), resource('access_key_secret', 'K1', 'Its secret')],
      grants: [held('role:Chief', 'access_key:K1')],
    },
    ['access_key:K1: holds Chief (allows admin.all)'],
  ),
  ruleCase(
    'app-wide-consent',
    'scopes that stand for a privileged role which no tenant binds',
    {
      resources: [role('Solo'), person('U1'), app('A1', { scopes: [{ name: 'all', values: ['Solo'] }] })],
      grants: [confers('role:Solo', 'admin.all'), consent('user:U1', 'A1', ['all'])],
    },
    ['third_party_app:A1: its scope all stands for Solo'],
  ),
  ruleCase(
    'consent-of-shut-user',
    'nobody for the consent of somebody else',
    {
      resources: [person('U1'), person('U2', { status: 'disabled' }), app('A1')],
      grants: [consent('user:U1', 'A1', [])],
    },
    [],
  ),
  ruleCase(
    'consent-for-tenant',
    'the app of the consent, with others beside it',
    { resources: [app('A1'), app('A2')], grants: [consent('tenant:acme', 'A1', [])] },
    ['third_party_app:A1 @acme: acts for everybody of the tenant'],
  ),
];
