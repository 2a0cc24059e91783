import {
  binding,
  confers,
  flows,
  held,
  maps,
  permission,
  resource,
  role,
  tenant,
  tenantRole,
} from '../../support/edge-files.ts';
import { person } from '../../support/check-world.ts';
import { type RuleCase, ruleCase } from './case.ts';

const finding = (kind: string, name: string, rest: object) => ({ kind, name, ...rest });

export const structureCases: readonly RuleCase[] = [
  ruleCase(
    'disabled-tenant-members',
    'tenants that are switched off, with members',
    {
      resources: [
        resource('tenant', 'gone', 'Gone', { profile: { disabled: true } }),
        resource('tenant', 'empty', 'Empty', { profile: { disabled: true } }),
        resource('tenant', 'live', 'Live', { profile: { disabled: false } }),
        person('U1'),
        person('U2'),
      ],
      grants: [
        held('tenant:gone', 'user:U1'),
        held('tenant:gone', 'user:U2'),
        held('tenant:live', 'user:U1'),
        held('tenant:acme', 'user:U1'),
      ],
    },
    ['tenant:gone: is disabled and has 2 members'],
  ),
  ruleCase(
    'permission-in-no-role',
    'permissions of the project that no role allows',
    {
      resources: [
        permission('lost'),
        resource('permission', 'Of Descope', 'Of Descope', { profile: { system_default: true } }),
      ],
    },
    ['permission:lost: is in no role'],
  ),
  ruleCase(
    'role-nobody-holds',
    'not held by a user or a key, anywhere, and not given by a login',
    {
      resources: [
        ...['Mapped', 'Keyed', 'Lost', 'Inside'].map(role),
        tenantRole('acme', 'Own'),
        resource('role_binding', 'acme/Inside', 'Inside in acme', { parent: 'acme', profile: { role_name: 'Inside' } }),
        person('U1'),
        resource('access_key', 'K1', 'CI'),
        resource('sso_configuration', 'acme/okta', 'Okta', { profile: { tenant_id: 'acme', sso_id: 'okta' } }),
      ],
      grants: [
        held('role:Chief', 'user:U1'),
        held('role:Reader', 'user:U1'),
        held('role:Keyed', 'access_key:K1'),
        held('role_binding:acme/Inside', 'user:U1'),
        maps('role:Mapped', 'sso_configuration:acme/okta', { via: 'default_sso_role', sso_id: 'okta' }),
      ],
    },
    [
      'role:Lost: no person holds it, and no known login gives it, nor does a key hold it',
      'role:acme/Own @acme: no person holds it, and no known login gives it, nor does a key hold it',
    ],
  ),
  ruleCase(
    'role-nobody-holds',
    'says that keys were not read',
    { resources: [person('U1')], grants: [held('role:Chief', 'user:U1')], rest: { types: [] } },
    ['role:Reader: no person holds it, and no known login gives it; keys were not read'],
  ),
  ruleCase(
    'twin-roles',
    'roles of one place that allow the same',
    {
      resources: [
        ...['Alpha', 'Beta', 'Empty', 'Other'].map(role),
        tenantRole('acme', 'Chief'),
        tenantRole('acme', 'Twin'),
        tenantRole('initech', 'Twin'),
      ],
      grants: [
        ...['Alpha', 'Beta'].flatMap((name) => [
          confers(`role:${name}`, 'docs.read'),
          confers(`role:${name}`, 'admin.all'),
        ]),
        confers('role:acme/Chief', 'admin.all'),
        confers('role:acme/Twin', 'admin.all'),
        confers('role:initech/Twin', 'admin.all'),
      ],
    },
    ['role:Beta: allows exactly what Alpha allows', 'role:acme/Twin @acme: allows exactly what Chief (acme) allows'],
  ),
  ruleCase(
    'role-name-twice',
    'a tenant’s role with the name of one of the project',
    { resources: [tenantRole('acme', 'Chief'), tenantRole('acme', 'Own'), tenantRole('initech', 'Own')] },
    ['role:acme/Chief @acme: the project defines a role Chief, too'],
  ),
  ruleCase(
    'dangling-reference',
    'those that the file names, and that there are more',
    {
      resources: [person('U1')],
      rest: {
        summary: {
          dangling: {
            count: 5,
            first: [
              finding('role', 'Auditor', { userId: 'U1' }),
              finding('role', 'Auditor', { userId: 'U1', tenantId: 'acme' }),
              finding('permission', 'gone', { roleId: 'Chief' }),
              finding('role', 'Auditor', { userId: 'U1' }),
            ],
          },
        },
      },
    },
    [
      'project:P2hand: has 1 more reference of this kind that the file counts and does not name',
      'role:Chief: names the permission gone, which is not there',
      'user:U1: names the role Auditor, which is not there',
      'user:U1 @acme: names the role Auditor, which is not there',
    ],
  ),
  ruleCase(
    'dangling-reference',
    'each key that names something, and what a record of nobody names',
    {
      resources: [resource('access_key', 'K1', 'CI')],
      rest: {
        summary: {
          dangling: {
            count: 4,
            first: [
              finding('role', 'Auditor', { principal: { typeId: 'access_key', id: 'K1' } }),
              finding('role', 'Auditor', { principal: { typeId: 'access_key', id: 'K2' }, tenantId: 'acme' }),
              finding('user', 'U9', { principal: { typeId: 'access_key_secret', id: 'K3' } }),
              finding('role', 'Auditor', {}),
            ],
          },
        },
      },
    },
    [
      'access_key:K1: names the role Auditor, which is not there',
      'access_key:K2 @acme: names the role Auditor, which is not there',
      'access_key:K3: names the user U9, which is not there',
      'project:P2hand: names the role Auditor, which is not there',
    ],
  ),
  ruleCase(
    'dangling-reference',
    'nothing to say where keys were not read',
    { rest: { types: [], summary: { dangling: { count: 0, first: [] } } } },
    ['not evaluated: the sync did not read access keys (--include access_key)'],
  ),
  ruleCase('dangling-reference', 'where another tool wrote the file', { rest: { summary: { dangling: undefined } } }, [
    'not evaluated: the file does not tell of references that lead nowhere: another tool wrote it',
  ]),
  ruleCase(
    'uncertain-inheritance',
    'tenants to which something flows perhaps, with every reason once',
    {
      resources: [tenant('eu', 'EU', 'acme'), tenant('us', 'US', 'acme'), person('U1')],
      grants: [
        flows('tenant:eu', 'tenant:acme', 'acme', { reason: 'child-governs' }),
        flows('tenant:eu', 'tenant:initech', 'initech', { reason: 'child-governs,tenant-disabled' }),
        flows('tenant:us', 'tenant:acme', 'acme'),
      ],
    },
    ['tenant:eu: 2 memberships and roles flow down to it perhaps (child-governs, tenant-disabled)'],
  ),
  ruleCase(
    'permission-nobody-has',
    'permissions that roles allow and neither people nor keys nor logins have',
    {
      resources: [
        ...['idle', 'of.key', 'of.login', 'in.none'].map(permission),
        ...['Idle', 'Keys', 'Logins'].map(role),
        binding('acme', 'Logins'),
        person('U1'),
        resource('access_key', 'K1', 'CI'),
        resource('idp_group', 'acme/okta/G', 'G (Acme)', { profile: { tenant_id: 'acme', group_name: 'G' } }),
      ],
      grants: [
        confers('role:Idle', 'idle'),
        confers('role:Keys', 'of.key'),
        confers('role:Logins', 'of.login'),
        confers('role:Idle', 'docs.read'),
        held('role_binding:acme/Reader', 'user:U1'),
        held('role:Keys', 'access_key:K1'),
        maps('role_binding:acme/Logins', 'idp_group:acme/okta/G', { via: 'group_mapping' }),
      ],
    },
    [
      'permission:admin.all: is allowed by roles, and no person holds one of them, nor does a key',
      'permission:idle: is allowed by roles, and no person holds one of them, nor does a key',
    ],
  ),
  ruleCase(
    'ambiguous-reference',
    'references that the summary says may mean two roles',
    {
      resources: [person('U1')],
      rest: {
        summary: {
          ambiguous: {
            count: 3,
            first: [
              finding('role', 'Both', { userId: 'U1', tenantId: 'acme' }),
              finding('role', 'Both', { principal: { typeId: 'access_key', id: 'K1' }, tenantId: 'acme' }),
            ],
          },
        },
      },
    },
    [
      'access_key:K1 @acme: names the role Both, which the tenant and the project both define',
      'project:P2hand: has 1 more reference of this kind that the file counts and does not name',
      'user:U1 @acme: names the role Both, which the tenant and the project both define',
    ],
  ),
  ruleCase('ambiguous-reference', 'nothing to say where the file does not tell', {}, [
    'not evaluated: the file does not tell which names mean two roles: another tool wrote it',
  ]),
  ruleCase(
    'ambiguous-reference',
    'nothing to say where keys were not read',
    { rest: { types: [], summary: { ambiguous: { count: 0, first: [] } } } },
    ['not evaluated: the sync did not read access keys (--include access_key)'],
  ),
];
