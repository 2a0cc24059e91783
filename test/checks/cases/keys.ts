import { held, resource, role, tenant } from '../../support/edge-files.ts';
import { granted, keyRows } from '../../support/other-world.ts';
import { before, person } from '../../support/check-world.ts';
import { create } from '@bufbuild/protobuf';
import type { JsonObject } from '@bufbuild/protobuf';
import { ResourceSchema } from '../../../src/gen/c1/connector/v2/resource_pb.ts';
import { resourceRow, type ResourceRow } from '../../../src/model/row.ts';
import { type RuleCase, ruleCase } from './case.ts';

/** An access key that was made at a time. */
function made(id: string, madeAt: string, profile: JsonObject = {}): ResourceRow {
  return resourceRow(
    create(ResourceSchema, {
      id: { resourceType: 'access_key', resource: id },
      displayName: `Key ${id}`,
      createdAt: { seconds: BigInt(Date.parse(madeAt) / 1000), nanos: 0 },
      profile: { status: 'active', ...profile },
    }),
  );
}

const managed = (id: string, profile: JsonObject): ResourceRow =>
  resource('management_key', id, `Key ${id}`, { profile: { status: 'active', expires_at: '', ...profile } });

const notRead = ['not evaluated: the sync did not read access keys (--include access_key)'];

export const keyCases: readonly RuleCase[] = [
  ruleCase(
    'key-never-expires',
    'active keys without an end, each once',
    {
      resources: [
        ...keyRows('K1', 'CI'),
        ...keyRows('K2', 'Old', { status: 'inactive' }),
        ...keyRows('K3', 'New', { expires_at: before(-300) }),
        ...keyRows('K4', 'Bound', { bound_user_id: 'U1' }),
      ],
    },
    ['access_key:K1: is active and has no end', 'access_key:K4: is active and has no end'],
  ),
  ruleCase('key-never-expires', 'where keys were not read', { rest: { types: ['management_key'] } }, notRead),
  ruleCase(
    'key-old',
    'over 90 days, not on the day itself, and no key that is off',
    {
      resources: [
        made('K1', before(90, 1)),
        made('K2', before(90)),
        made('K3', before(900), { status: 'inactive' }),
        ...keyRows('K4', 'No time'),
      ],
    },
    ['access_key:K1: was made on 2026-08-31'],
  ),
  ruleCase(
    'key-from-anywhere',
    'active keys that name no address',
    {
      resources: [
        ...keyRows('K1', 'CI'),
        ...keyRows('K2', 'Pinned', { permitted_ips: ['192.0.2.1'] }),
        ...keyRows('K3', 'Off', { status: 'expired' }),
      ],
    },
    ['access_key:K1: names no address'],
  ),
  ruleCase(
    'key-creator-gone',
    'creators who are gone or cannot log in',
    {
      resources: [
        person('U1'),
        person('U2', { status: 'disabled' }),
        managed('K9', {}),
        ...keyRows('K1', 'Of Ada', { created_by: 'U1' }),
        ...keyRows('K2', 'Of Bob', { created_by: 'U2' }),
        ...keyRows('K3', 'Of a leaver', { created_by: 'U3' }),
        ...keyRows('K4', 'Of a key', { created_by: 'K9' }),
        ...keyRows('K5', 'Of nobody'),
        ...keyRows('K6', 'Of a key that is gone', { created_by: 'K8' }),
      ],
    },
    [
      'access_key:K2: was made by Person U2, who is disabled',
      'access_key:K3: was made by U3, who is gone',
      'access_key:K6: was made by K8, who is gone',
    ],
  ),
  ruleCase(
    'key-creator-gone',
    'leaves out what may be a management key, where those were not read',
    {
      resources: [...keyRows('K3', 'Of a leaver', { created_by: 'U3' }), ...keyRows('K6', 'CI', { created_by: 'K8' })],
      rest: { types: ['access_key', 'access_key_secret'] },
    },
    ['access_key:K3: was made by U3, who is gone'],
  ),
  ruleCase(
    'key-of-shut-user',
    'keys that act as somebody who is gone or cannot log in',
    {
      resources: [
        person('U1'),
        person('U2', { status: 'expired' }),
        ...keyRows('K1', 'Fine', { bound_user_id: 'U1' }),
        ...keyRows('K2', 'Shut', { bound_user_id: 'U2' }),
        ...keyRows('K3', 'Gone', { bound_user_id: 'U3' }),
        ...keyRows('K4', 'Its own'),
      ],
    },
    ['access_key:K2: acts as Person U2, who is expired', 'access_key:K3: acts as U3, who is gone'],
  ),
  ruleCase(
    'key-project-wide',
    'roles in the whole project, not inside a tenant',
    {
      resources: [...keyRows('K1', 'CI'), ...keyRows('K2', 'Inside')],
      grants: [
        held('role:Reader', 'access_key:K1'),
        held('role_binding:acme/Reader', 'access_key:K2'),
        held('tenant:acme', 'access_key:K2'),
      ],
    },
    ['access_key:K1: holds Reader in the whole project'],
  ),
  {
    rule: 'key-project-wide',
    name: 'not where there is one tenant only',
    world: {
      types: ['access_key', 'access_key_secret'],
      resources: [tenant('acme', 'Acme'), role('Reader'), ...keyRows('K1', 'CI')],
      grants: [held('role:Reader', 'access_key:K1')],
    },
    finds: [],
  },
  ruleCase(
    'key-privileged',
    'privileged roles of its own',
    {
      resources: [...keyRows('K1', 'CI'), ...keyRows('K2', 'Reads')],
      grants: [held('role_binding:acme/Chief', 'access_key:K1'), held('role:Reader', 'access_key:K2')],
    },
    ['access_key:K1 @acme: holds Chief in acme (allows admin.all)'],
  ),
  ruleCase(
    'scim-key-expired',
    'where the deployment does not tell which keys are those of SCIM',
    { rest: { summary: { access_keys: { scim: 'not-offered' } } } },
    ['not evaluated: this deployment of Descope does not tell which access keys are those of SCIM'],
  ),
  ruleCase(
    'scim-key-expired',
    'keys of provisioning whose time is over',
    {
      resources: [
        ...keyRows('K1', 'SCIM', { scim: true, status: 'expired' }),
        ...keyRows('K2', 'SCIM', { scim: true, expires_at: before(0, 1) }),
        ...keyRows('K3', 'SCIM', { scim: true, expires_at: before(0) }),
        ...keyRows('K4', 'No SCIM', { expires_at: before(9) }),
        ...keyRows('K5', 'SCIM', { scim: true }),
      ],
    },
    [
      'access_key:K1: expired, and provisions nobody any more',
      'access_key:K2: expired on 2026-11-29, and provisions nobody any more',
    ],
  ),
  ruleCase(
    'key-ending',
    'within 30 days, neither over nor later',
    {
      resources: [
        ...keyRows('K1', 'Today', { expires_at: before(0) }),
        ...keyRows('K2', 'Last', { expires_at: before(-30) }),
        ...keyRows('K3', 'Later', { expires_at: before(-30, -1) }),
        ...keyRows('K4', 'Over', { expires_at: before(0, 1) }),
        ...keyRows('K5', 'Off', { expires_at: before(-3), status: 'inactive' }),
        ...keyRows('K6', 'Never'),
      ],
    },
    ['access_key:K1: ends on 2026-11-30', 'access_key:K2: ends on 2026-12-30'],
  ),
  ruleCase(
    'key-expired',
    'keys whose time is over, except those of provisioning',
    {
      resources: [
        ...keyRows('K1', 'Word', { status: 'expired' }),
        ...keyRows('K2', 'Time', { expires_at: before(0, 1) }),
        ...keyRows('K3', 'Now', { expires_at: before(0) }),
        ...keyRows('K4', 'SCIM', { scim: true, status: 'expired' }),
      ],
    },
    ['access_key:K1: expired', 'access_key:K2: expired on 2026-11-29'],
  ),
  ruleCase(
    'key-ignored-roles',
    'roles of bound keys',
    {
      resources: [
        person('U1'),
        ...keyRows('K1', 'Bound', { bound_user_id: 'U1', ignored_roles: ['Reader', 'acme: Chief'] }),
        ...keyRows('K2', 'Bound', { bound_user_id: 'U1', ignored_roles: [] }),
      ],
    },
    [
      'access_key:K1: has the role Reader, which is ignored',
      'access_key:K1: has the role acme: Chief, which is ignored',
    ],
  ),
  ruleCase(
    'management-key-company',
    'active keys with a role in the company',
    {
      resources: [
        managed('K1', { company_roles: ['Owner', 'Auditor'] }),
        managed('K2', { company_roles: [] }),
        managed('K3', { company_roles: ['Owner'], status: 'inactive' }),
      ],
    },
    ['management_key:K1: has in every project: Owner, Auditor'],
  ),
  ruleCase(
    'management-key-never-expires',
    'active keys without an end',
    {
      resources: [managed('K1', {}), managed('K2', { expires_at: before(-9) }), managed('K3', { status: 'inactive' })],
    },
    ['management_key:K1: is active and has no end'],
  ),
  ruleCase(
    'management-key-from-anywhere',
    'active keys that name no address',
    { resources: [managed('K1', {}), managed('K2', { permitted_ips: ['192.0.2.1'] }), ...keyRows('K3', 'CI')] },
    ['management_key:K1: names no address'],
  ),
  ruleCase(
    'console-admin-disabled',
    'administrators who are disabled and have something',
    {
      resources: [
        resource('project', 'P1', 'P1'),
        resource('console_admin', 'D1', 'Ada', { profile: { status: 'disabled', company_admin: true } }),
        resource('console_admin', 'D2', 'Bob', { profile: { status: 'disabled', other_roles: ['P1: X'] } }),
        resource('console_admin', 'D3', 'Cem', { profile: { status: 'disabled' } }),
        resource('console_admin', 'D4', 'Dora', { profile: { status: 'enabled', company_admin: true } }),
        resource('console_admin', 'D5', 'Eva', { profile: { status: 'disabled' } }),
        resource('console_admin', 'D6', 'Fay', { profile: { status: 'disabled', other_roles: ['P1: X'] } }),
      ],
      grants: [granted('project:P1', 'admin', 'console_admin:D2'), granted('project:P1', 'admin', 'console_admin:D5')],
    },
    [
      'console_admin:D1: is disabled, and a company administrator',
      'console_admin:D2: is disabled, and has 2 rights',
      'console_admin:D5: is disabled, and has 1 right',
      'console_admin:D6: is disabled, and has 1 right',
    ],
  ),
  ruleCase(
    'console-admin-invited',
    'administrators who did not join',
    {
      resources: [
        resource('console_admin', 'D1', 'Ada', { profile: { status: 'invited' } }),
        resource('console_admin', 'D2', 'Bob', { profile: { status: 'enabled' } }),
      ],
    },
    ['console_admin:D1: was invited and never joined'],
  ),
  ruleCase(
    'many-company-admins',
    'all of them where they are more than two',
    {
      resources: [
        ...['D1', 'D2', 'D3'].map((id) =>
          resource('console_admin', id, id, { profile: { status: 'enabled', company_admin: true } }),
        ),
        resource('console_admin', 'D4', 'Dora', { profile: { status: 'disabled', company_admin: true } }),
        resource('console_admin', 'D5', 'Eva', { profile: { status: 'enabled', company_admin: false } }),
      ],
    },
    ['D1', 'D2', 'D3'].map((id) => `console_admin:${id}: is one of 3 company administrators`),
  ),
  ruleCase(
    'many-company-admins',
    'nobody where they are two',
    {
      resources: ['D1', 'D2'].map((id) =>
        resource('console_admin', id, id, { profile: { status: 'enabled', company_admin: true } }),
      ),
    },
    [],
  ),
];
