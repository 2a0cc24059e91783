import { held, resource } from '../../support/edge-files.ts';
import { before, person } from '../../support/check-world.ts';
import { type RuleCase, ruleCase } from './case.ts';

const shut = [
  person('U1', { status: 'disabled' }),
  person('U2', { status: 'expired' }),
  person('U3', { status: 'enabled' }),
  person('U4', { status: 'invited' }),
  person('U5', { status: 'disabled' }),
];

export const peopleCases: readonly RuleCase[] = [
  ruleCase(
    'disabled-user-privileged',
    'who is disabled or expired, and only privileged roles',
    {
      resources: shut,
      grants: [
        held('role_binding:acme/Chief', 'user:U1'),
        held('role:Chief', 'user:U2'),
        held('role:Chief', 'user:U3'),
        held('role:Chief', 'user:U4'),
        held('role:Reader', 'user:U5'),
      ],
    },
    ['user:U1 @acme: is disabled and holds Chief in acme', 'user:U2: is expired and holds Chief'],
  ),
  ruleCase(
    'disabled-user-access',
    'who is disabled or expired and holds anything',
    {
      resources: shut,
      grants: [
        held('tenant:acme', 'user:U1'),
        held('role_binding:acme/Reader', 'user:U1'),
        held('role:Reader', 'user:U2'),
        held('role:Reader', 'user:U3'),
        held('role:Reader', 'user:U4'),
      ],
    },
    [
      'user:U1: is disabled, holds 1 role and belongs to 1 tenant',
      'user:U2: is expired, holds 1 role and belongs to 0 tenants',
    ],
  ),
  ruleCase(
    'never-verified',
    'neither mail nor phone verified, and not shut already',
    {
      resources: [
        person('U1', { verified_email: false }),
        person('U2', { verified_email: false, verified_phone: true }),
        person('U3'),
        person('U4', { verified_email: false, status: 'disabled' }),
        person('U5', { verified_email: false, status: 'invited' }),
      ],
    },
    ['user:U1: has no verified email and no verified phone', 'user:U5: has no verified email and no verified phone'],
  ),
  ruleCase(
    'test-user-access',
    'test users who hold something',
    {
      resources: [person('U1', { test: true }), person('U2', { test: true }), person('U3')],
      grants: [held('tenant:acme', 'user:U1'), held('role:Reader', 'user:U1'), held('role:Reader', 'user:U3')],
    },
    ['user:U1: is a test user and holds 2 roles and memberships'],
  ),
  ruleCase(
    'shared-email',
    'one address in whatever case, and none is no address',
    {
      resources: [
        person('U1', { email: 'ada@acme.example' }),
        person('U2', { email: 'Ada@Acme.example' }),
        person('U3', { email: 'bob@acme.example' }),
        person('U4'),
        person('U5'),
        person('U6', { email: 'jörg@acme.example' }),
        person('U7', { email: 'JO\u0308RG@acme.example' }),
        person('U8', { email: 'jıll@acme.example' }),
        person('U9', { email: 'jill@acme.example' }),
      ],
    },
    [
      'user:U1: has the email ada@acme.example, as 1 other account',
      'user:U2: has the email Ada@Acme.example, as 1 other account',
      'user:U6: has the email jörg@acme.example, as 1 other account',
      'user:U7: has the email JO\u0308RG@acme.example, as 1 other account',
    ],
  ),
  ruleCase(
    'long-invited',
    'over 30 days, not on the day itself, and nobody who joined',
    {
      resources: [
        person('U1', { status: 'invited' }, { madeAt: before(30, 1) }),
        person('U2', { status: 'invited' }, { madeAt: before(30) }),
        person('U3', {}, { madeAt: before(300) }),
        person('U4', { status: 'invited' }),
      ],
    },
    ['user:U1: was made on 2026-10-30, and never joined'],
  ),
  ruleCase(
    'long-invited',
    'as many days as a policy says',
    {
      resources: [person('U2', { status: 'invited' }, { madeAt: before(30) })],
      values: { days: 29 },
    },
    ['user:U2: was made on 2026-10-31, and never joined'],
  ),
  ruleCase('long-invited', 'without the time of the sync', { rest: { summary: { finishedAt: undefined } } }, [
    'not evaluated: the file does not tell when its sync was',
  ]),
  ruleCase(
    'dormant-user',
    'over 90 days with access, and nobody of whom no login is told',
    {
      resources: [
        person('U1', {}, { lastLogin: before(90, 1) }),
        person('U2', {}, { lastLogin: before(90) }),
        person('U3'),
        person('U4', {}, { lastLogin: before(200) }),
        person('U5', { status: 'disabled' }, { lastLogin: before(200) }),
      ],
      grants: ['U1', 'U2', 'U3', 'U5'].map((id) => held('role:Reader', `user:${id}`)),
    },
    ['user:U1: signed in last on 2026-08-31'],
  ),
  ruleCase(
    'dormant-user',
    'where the file tells of no login at all',
    { resources: [person('U1')], grants: [held('role:Reader', 'user:U1')] },
    ['not evaluated: the file tells of nobody when they last signed in (sync with --last-login audit or history)'],
  ),
  ruleCase(
    'outside-domain',
    'members of a tenant with domains, whose address has none of them',
    {
      resources: [
        resource('tenant', 'globex', 'Globex', {
          profile: { domains: ['Globex.example', 'globex.test', 'MÜLLER.example'] },
        }),
        person('U1', { email: 'ada@acme.example' }),
        person('U2', { email: 'bob@GLOBEX.example' }),
        person('U3', { email: 'cem@globex.test' }),
        person('U4', { email: 'dora@sub.globex.example' }),
        person('U5'),
        person('U6', { email: 'eva@acme.example' }),
        person('U7', { email: 'finn@müller.example' }),
        person('U8', { email: 'gus@MÜLLER.example' }),
      ],
      grants: [
        ...['U1', 'U2', 'U3', 'U4', 'U5', 'U7', 'U8'].map((id) => held('tenant:globex', `user:${id}`)),
        held('tenant:acme', 'user:U6'),
      ],
    },
    ['user:U1 @globex: has the email ada@acme.example', 'user:U4 @globex: has the email dora@sub.globex.example'],
  ),
];
