import {
  binding,
  confers,
  flows,
  held,
  permission,
  resource,
  role,
  tenant,
  tenantRole,
} from '../../support/edge-files.ts';
import { person } from '../../support/check-world.ts';
import { type CaseParts, type RuleCase, ruleCase } from './case.ts';

const many = Array.from({ length: 11 }, (_, at) => `t${at}`);
const people = Array.from({ length: 7 }, (_, at) => `U${at}`);

/** A tenant of so many readers, one who has more in it, and one who has more in the whole project; others elsewhere. */
function crowd(readers: number): Pick<CaseParts, 'resources' | 'grants'> {
  const ids = Array.from({ length: readers }, (_, at) => `R${at}`);
  const more = ['p1', 'p2', 'p3', 'p4'];
  return {
    resources: [
      ...[...ids, 'MUCH', 'WIDE', 'AWAY', 'FAR'].map((id) => person(id)),
      ...more.map(permission),
      role('Three'),
      role('Four'),
      binding('acme', 'Three'),
      binding('initech', 'Four'),
    ],
    grants: [
      ...['p1', 'p2', 'p3'].map((id) => confers('role:Three', id)),
      ...more.map((id) => confers('role:Four', id)),
      ...[...ids, 'MUCH', 'WIDE', 'AWAY'].map((id) => held('role_binding:acme/Reader', `user:${id}`)),
      held('role_binding:acme/Three', 'user:MUCH'),
      held('role:Four', 'user:WIDE'),
      held('role_binding:initech/Four', 'user:AWAY'),
      held('role:Four', 'user:FAR'),
    ],
  };
}
const crowdFound = [
  'user:MUCH @acme: has 4 permissions there, where 1 is usual',
  'user:WIDE @acme: has 5 permissions there, where 1 is usual',
];

export const powerCases: readonly RuleCase[] = [
  ruleCase(
    'many-tenants',
    'over ten, and roles inside tenants do not count',
    {
      resources: [...many.map((id) => tenant(id, id)), person('U1'), person('U2')],
      grants: [
        ...many.map((id) => held(`tenant:${id}`, 'user:U1')),
        ...many.slice(1).map((id) => held(`tenant:${id}`, 'user:U2')),
        held('role_binding:acme/Reader', 'user:U2'),
      ],
    },
    ['user:U1: belongs to 11 tenants'],
  ),
  ruleCase(
    'tenant-without-admin',
    'members, and no administrator who can log in, neither there nor from above',
    {
      resources: [
        ...['t1', 't2', 't3', 't4', 't5'].map((id) => tenant(id, id)),
        ...['t2', 't3', 't4', 't5'].map((id) => binding(id, 'Chief')),
        ...people.slice(0, 3).map((id) => person(id)),
        person('U9', { status: 'disabled' }),
      ],
      grants: [
        ...['t1', 't2', 't3', 't4'].map((id) => held(`tenant:${id}`, 'user:U0')),
        held('tenant:t5', 'user:U9'),
        held('role_binding:t2/Chief', 'user:U1'),
        held('role_binding:t3/Chief', 'user:U9'),
        flows('role_binding:t4/Chief', 'role_binding:acme/Chief', 'acme'),
        held('role_binding:acme/Chief', 'user:U2'),
      ],
    },
    ['tenant:t1: has members, and nobody administers it', 'tenant:t3: has members, and nobody administers it'],
  ),
  ruleCase(
    'tenant-without-admin',
    'where what is inherited is not known',
    { rest: { summary: { inheritance: { mode: 'none', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 } } } },
    [
      'not evaluated: what tenants inherit is not in the file: an older version or another tool wrote it, or --inheritance none did',
    ],
  ),
  ruleCase(
    'tenant-many-admins',
    'more than five who can log in, each counted once',
    {
      resources: [
        ...people.map((id) => person(id)),
        person('U8', { status: 'disabled' }),
        tenantRole('acme', 'Boss'),
        tenantRole('initech', 'Boss'),
      ],
      grants: [
        confers('role:acme/Boss', 'admin.all'),
        confers('role:initech/Boss', 'admin.all'),
        held('role:initech/Boss', 'user:U0'),
        ...people.slice(0, 6).map((id) => held('role_binding:acme/Chief', `user:${id}`)),
        ...people.slice(0, 6).map((id) => held('role:acme/Boss', `user:${id}`)),
        ...people.slice(0, 5).map((id) => held('role_binding:initech/Chief', `user:${id}`)),
        held('role_binding:initech/Chief', 'user:U8'),
        ...people.map((id) => held('role_binding:initech/Reader', `user:${id}`)),
      ],
    },
    ['tenant:acme: has 6 administrators'],
  ),
  ruleCase(
    'inherited-admin',
    'who is privileged below and nowhere there directly',
    {
      resources: [
        tenant('eu', 'EU', 'acme'),
        tenant('berlin', 'Berlin', 'eu'),
        binding('eu', 'Chief'),
        binding('berlin', 'Chief'),
        binding('eu', 'Reader'),
        ...people.slice(0, 4).map((id) => person(id)),
      ],
      grants: [
        held('role_binding:acme/Chief', 'user:U0'),
        held('role_binding:acme/Chief', 'user:U1'),
        held('role:Chief', 'user:U1'),
        held('role_binding:acme/Chief', 'user:U2'),
        held('role_binding:berlin/Chief', 'user:U2'),
        held('role_binding:acme/Reader', 'user:U3'),
        flows('role_binding:eu/Chief', 'role_binding:acme/Chief', 'acme'),
        flows('role_binding:berlin/Chief', 'role_binding:acme/Chief', 'acme', { reason: 'child-governs' }),
        flows('role_binding:eu/Reader', 'role_binding:acme/Reader', 'acme'),
      ],
    },
    [
      'user:U0 @acme: holds Chief in acme, and so administers 2 tenants below, 1 of them uncertain',
      'user:U2 @acme: holds Chief in acme, and so administers 1 tenant below',
    ],
  ),
  ruleCase(
    'impersonation-role',
    'roles that allow it, with their holders wherever they hold it',
    {
      resources: [permission('Impersonate'), role('Support'), binding('acme', 'Support'), person('U1'), person('U2')],
      grants: [
        confers('role:Support', 'Impersonate'),
        confers('role_binding:acme/Support', 'Impersonate'),
        held('role:Support', 'user:U1'),
        held('role_binding:acme/Support', 'user:U1'),
        held('role_binding:acme/Support', 'user:U2'),
        held('role:Chief', 'user:U2'),
      ],
    },
    ['role:Support: allows Impersonate, and 2 users hold it directly'],
  ),
  ruleCase(
    'project-wide-member',
    'members of a tenant with a role in the whole project',
    {
      resources: people.slice(0, 3).map((id) => person(id)),
      grants: [
        held('role:Reader', 'user:U0'),
        held('tenant:acme', 'user:U0'),
        held('role:Reader', 'user:U1'),
        held('tenant:acme', 'user:U2'),
        held('role_binding:acme/Reader', 'user:U2'),
      ],
    },
    ['role:Reader: 1 member of a tenant holds it in the whole project'],
  ),
  {
    rule: 'project-wide-member',
    name: 'not where there is one tenant only',
    world: {
      resources: [tenant('acme', 'Acme'), role('Reader'), person('U0')],
      grants: [held('role:Reader', 'user:U0'), held('tenant:acme', 'user:U0')],
    },
    finds: [],
  },
  ruleCase(
    'can-take-over',
    'users and keys with such a permission, and nobody who is shut',
    {
      resources: [
        permission('User Admin'),
        permission('SSO Admin'),
        role('Helpdesk'),
        binding('acme', 'Helpdesk'),
        person('U1'),
        person('U2', { status: 'disabled' }),
        person('U3'),
        resource('access_key', 'K1', 'CI'),
      ],
      grants: [
        confers('role:Helpdesk', 'User Admin'),
        confers('role:Helpdesk', 'SSO Admin'),
        held('role_binding:acme/Helpdesk', 'user:U1'),
        held('role:Helpdesk', 'user:U2'),
        held('role:Reader', 'user:U3'),
        held('role:Helpdesk', 'access_key:K1'),
      ],
    },
    [
      'access_key:K1: holds Helpdesk, which allows SSO Admin, User Admin',
      'user:U1 @acme: holds Helpdesk in acme, which allows SSO Admin, User Admin',
    ],
  ),
  ruleCase(
    'privileged-role',
    'privileged roles by place, with how many hold each directly',
    {
      resources: [person('U1'), person('U2'), person('U3', { status: 'disabled' }), person('U4')],
      grants: [
        held('role_binding:acme/Chief', 'user:U1'),
        held('role:Chief', 'user:U1'),
        held('role:Reader', 'user:U2'),
        held('role:Chief', 'user:U3'),
        held('tenant:acme', 'user:U4'),
      ],
    },
    ['role:Chief: 2 people hold it (allows admin.all)', 'role:Chief @acme: 1 person holds it (allows admin.all)'],
  ),
  ruleCase(
    'unusual-access',
    'who may do far more than others of the tenant, the whole project included',
    crowd(10),
    crowdFound,
  ),
  ruleCase(
    'unusual-access',
    'nobody in a tenant of fewer people than the policy says',
    { ...crowd(10), values: { people: 14 } },
    [],
  ),
  ruleCase('unusual-access', 'as many people as there must be', { ...crowd(10), values: { people: 13 } }, crowdFound),
  ruleCase(
    'unusual-access',
    'nobody who has fewer above the median than the policy says',
    { ...crowd(10), values: { above: 4 } },
    ['user:WIDE @acme: has 5 permissions there, where 1 is usual'],
  ),
];
