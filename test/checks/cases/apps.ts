import type { JsonObject } from '@bufbuild/protobuf';
import type { ResourceRow } from '../../../src/model/row.ts';
import { resource } from '../../support/edge-files.ts';
import { granted } from '../../support/other-world.ts';
import { person } from '../../support/check-world.ts';
import { type RuleCase, ruleCase } from './case.ts';

const app = (id: string, profile: JsonObject = {}): ResourceRow =>
  resource('third_party_app', id, `App ${id}`, { profile: { status: 'active', ...profile } });
const application = (id: string, profile: JsonObject): ResourceRow =>
  resource('application', id, `Application ${id}`, { profile: { enabled: true, ...profile } });
const consent = (to: string, appId: string, metadata: JsonObject = {}) =>
  granted(`third_party_app:${appId}`, 'consent', to, { scopes: [], ...metadata });

const people = [person('U1'), person('U2', { status: 'disabled' })];

export const appCases: readonly RuleCase[] = [
  ruleCase(
    'app-self-registered',
    'apps that registered themselves and have a consent',
    {
      resources: [...people, app('A1', { dynamic: true }), app('A2', { dynamic: true }), app('A3', { dynamic: false })],
      grants: [consent('user:U1', 'A1'), consent('tenant:acme', 'A1'), consent('user:U1', 'A3')],
    },
    ['third_party_app:A1: registered itself, and has 2 consents'],
  ),
  ruleCase(
    'app-self-registered',
    'where the deployment does not tell of consents',
    { rest: { summary: { third_party: { apps: 'offered', consents: 'not-offered' } } } },
    ['not evaluated: this deployment of Descope does not tell of consents'],
  ),
  ruleCase(
    'app-wide-consent',
    'scopes that somebody consented to and that stand for much',
    {
      resources: [
        ...people,
        app('A1', {
          scopes: [
            { name: 'all', values: ['Chief', 'Reader'] },
            { name: 'admin', values: ['admin.all'] },
            { name: 'read', values: ['docs.read'] },
          ],
        }),
      ],
      grants: [consent('user:U1', 'A1', { scopes: ['all', 'read'] })],
    },
    ['third_party_app:A1: its scope all stands for Chief'],
  ),
  ruleCase(
    'app-wide-consent',
    'scopes that stand for an administrative permission',
    {
      resources: [...people, app('A1', { scopes: [{ name: 'admin', values: ['admin.all'] }] })],
      grants: [consent('tenant:acme', 'A1', { scopes: ['admin'] })],
    },
    ['third_party_app:A1: its scope admin stands for admin.all'],
  ),
  ruleCase(
    'application-open',
    'applications that are on and let everybody in',
    {
      resources: [
        application('S1', { default_access: 'all' }),
        application('S2', { default_access: 'none' }),
        application('S3', { default_access: 'unknown' }),
        application('S4', { default_access: 'all', enabled: false }),
      ],
    },
    ['application:S1: lets everybody in who was given no application by name'],
  ),
  ruleCase(
    'consent-of-shut-user',
    'consents of people who cannot log in',
    {
      resources: [...people, app('A1'), app('A2')],
      grants: [consent('user:U1', 'A1'), consent('user:U2', 'A1'), consent('tenant:acme', 'A2')],
    },
    ['user:U2: is disabled, and the consent to App A1 stands'],
  ),
  ruleCase(
    'consent-for-tenant',
    'consents that a tenant has',
    { resources: [...people, app('A1')], grants: [consent('user:U1', 'A1'), consent('tenant:acme', 'A1')] },
    ['third_party_app:A1 @acme: acts for everybody of the tenant'],
  ),
  ruleCase(
    'consent-forever',
    'apps with a consent without an end',
    {
      resources: [...people, app('A1'), app('A2')],
      grants: [
        consent('user:U1', 'A1'),
        consent('user:U2', 'A1', { expires: '2027-01-01T00:00:00Z' }),
        consent('user:U1', 'A2', { expires: '2027-01-01T00:00:00Z' }),
      ],
    },
    ['third_party_app:A1: has 1 consent without an end'],
  ),
  ruleCase('app-off-still-given', 'nothing to say where apps were not read', { rest: { types: ['application'] } }, [
    'not evaluated: the sync did not read third-party apps (--include third_party_app)',
  ]),
  ruleCase(
    'app-off-still-given',
    'what is off and still given',
    {
      resources: [
        ...people,
        app('A1', { status: 'disabled' }),
        app('A2'),
        application('S1', { enabled: false }),
        application('S2', {}),
        application('S3', { enabled: false }),
      ],
      grants: [
        consent('user:U1', 'A1'),
        consent('user:U1', 'A2'),
        granted('application:S1', 'access', 'user:U1'),
        granted('application:S1', 'access', 'user:U2'),
        granted('application:S2', 'access', 'user:U1'),
      ],
    },
    ['application:S1: is disabled, and 2 holders have it', 'third_party_app:A1: is disabled, and 1 holder has it'],
  ),
];
