import { describe, expect, it } from 'vitest';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { compileExpression } from '../../src/checks/policy/expression.ts';
import { expressionLimits } from '../../src/checks/policy/expression-limits.ts';
import { readPolicy } from '../../src/checks/policy/read.ts';
import { subjectKind, subjectKinds, subjectNames, type SubjectName } from '../../src/checks/policy/subjects.ts';
import { before, indexed, offices, person } from '../support/check-world.ts';
import { binding, confers, held, resource, role, tenantRole } from '../support/edge-files.ts';

const world = offices(
  [
    person('U1', { email: 'ada@acme.example', login_ids: ['ada'] }, { madeAt: before(400), lastLogin: before(100) }),
    person('U2', { email: 'Bob@Other.Example', status: 'disabled', scim: true }, { madeAt: before(3) }),
    person('U3', { test: true, email: '', verified_email: false, phone: '+1555', verified_phone: true }),
    resource('permission', 'OfDescope', 'Of Descope', { profile: { system_default: true } }),
    role('Both'),
    binding('acme', 'Both'),
    tenantRole('acme', 'Own'),
    resource('tenant', 'shut', 'Shut', { parent: 'acme', profile: { disabled: true, domains: ['shut.example'] } }),
    resource('access_key', 'K1', 'CI', {
      profile: { status: 'active', expires_at: '', permitted_ips: ['10.0.0.1'], bound_user_id: 'U1', scim: true },
    }),
    resource('management_key', 'M1', 'Ours', { profile: { status: 'inactive', created_by: 'D1' } }),
    resource('access_key', 'K2', 'Old', { profile: { status: 'active', expires_at: before(-10), permitted_ips: [] } }),
  ],
  [
    confers('role:Both', 'admin.all'),
    confers('role:Both', 'docs.read'),
    held('tenant:acme', 'user:U1'),
    held('role_binding:acme/Reader', 'user:U1'),
    held('role:Both', 'user:U2'),
    held('role_binding:acme/Both', 'user:U2'),
    held('role:Reader', 'access_key:K2'),
    held('tenant:acme', 'access_key:K2'),
    held('role:Reader', 'user:U3'),
  ],
);

/** What a rule of a policy finds: "user:U1 @acme: what it says"; or why it was not evaluated. */
async function finds(of: string, when: string, from = world): Promise<string[]> {
  const text = JSON.stringify({ version: 1, custom: [{ id: 'own', title: 'Found', for: of, when }] });
  await using index = await indexed(from);
  const check = checkByPolicy(index, { policy: readPolicy('policy.yaml', text), only: ['custom/own'], nowMs: 0 });
  const untold = check.rules.flatMap(({ notEvaluated }) => notEvaluated ?? []);
  return untold.length > 0
    ? untold
    : Array.from(check.findings(), ({ subject, where, detail }) =>
        [`${subject.type}:${subject.id}`, ...(where === undefined ? [] : [`@${where.tenantId}`]), detail].join(' '),
      );
}

/** Each field, with an expression that holds of these and of no others. */
const fields: Readonly<
  Record<SubjectName, readonly (readonly [field: string, when: string, ids: readonly string[]])[]>
> = {
  users: [
    ['id', `user.id == "U1"`, ['U1']],
    ['name', `user.name == "Person U2"`, ['U2']],
    ['email', `user.email.endsWith("@acme.example")`, ['U1']],
    ['domain', `user.domain == "other.example"`, ['U2']],
    ['login', `user.login == "ada"`, ['U1']],
    ['status', `user.status == "disabled"`, ['U2']],
    ['verified_email', `!user.verified_email`, ['U3']],
    ['phone', `user.phone != ""`, ['U3']],
    ['verified_phone', `user.verified_phone`, ['U3']],
    ['test', `user.test`, ['U3']],
    ['scim', `user.scim`, ['U2']],
    ['mfa', `!user.mfa`, ['U1', 'U2', 'U3']],
    ['sso', `!user.sso`, ['U1', 'U2', 'U3']],
    ['created', `has(user.created) && user.created < now - duration("240h")`, ['U1']],
    ['age_days', `has(user.age_days) && user.age_days == 400`, ['U1']],
    ['last_login', `has(user.last_login) && user.last_login < now`, ['U1']],
    ['idle_days', `has(user.idle_days) && user.idle_days == 100`, ['U1']],
    ['tenants', `"acme" in user.tenants`, ['U1']],
    ['roles', `user.roles.exists(r, r == "Both")`, ['U2']],
    ['permissions', `user.permissions.size() == 2`, ['U2']],
    ['privileged', `user.privileged`, ['U2']],
  ],
  tenants: [
    ['id', `tenant.id == "acme"`, ['acme']],
    ['name', `tenant.name == "Acme"`, ['acme']],
    ['parent', `tenant.parent == "acme"`, ['shut']],
    ['disabled', `tenant.disabled`, ['shut']],
    ['domains', `"shut.example" in tenant.domains`, ['shut']],
    ['members', `tenant.members == 1`, ['acme']],
  ],
  roles: [
    ['id', `role.id == "acme/Own"`, ['acme/Own']],
    ['name', `role.name == "Own"`, ['acme/Own']],
    ['tenant', `role.tenant == "acme"`, ['acme/Own']],
    ['permissions', `role.permissions.size() == 2`, ['Both']],
    ['privileged', `role.privileged`, ['Both', 'Chief']],
    ['holders', `role.holders == 2`, ['Reader']],
  ],
  permissions: [
    ['name', `permission.name == "docs.read"`, ['docs.read']],
    ['system', `permission.system`, ['OfDescope']],
    ['roles', `permission.roles == 2`, ['admin.all', 'docs.read']],
  ],
  keys: [
    ['kind', `key.kind == "management_key"`, ['M1']],
    ['id', `key.id == "K1"`, ['K1']],
    ['name', `key.name == "CI"`, ['K1']],
    ['status', `key.status != "active"`, ['M1']],
    ['created', `has(key.created)`, []],
    ['age_days', `has(key.age_days)`, []],
    ['never_expires', `key.never_expires`, ['K1', 'M1']],
    ['expires', `has(key.expires) && key.expires > now`, ['K2']],
    ['days_left', `has(key.days_left) && key.days_left == 10`, ['K2']],
    ['addresses', `key.addresses.size() == 1`, ['K1']],
    ['bound_to', `key.bound_to == "U1"`, ['K1']],
    ['created_by', `key.created_by == "D1"`, ['M1']],
    ['scim', `key.scim`, ['K1']],
    ['tenants', `"acme" in key.tenants`, ['K2']],
    ['roles', `"Reader" in key.roles`, ['K2']],
    ['permissions', `"docs.read" in key.permissions`, ['K2']],
    ['privileged', `!key.privileged`, ['K1', 'K2', 'M1']],
  ],
  grants: [
    ['user', `grant.user == "U2"`, ['U2', 'U2']],
    ['email', `grant.email == "ada@acme.example"`, ['U1', 'U1']],
    ['domain', `grant.domain == "other.example"`, ['U2', 'U2']],
    ['status', `grant.status == "disabled"`, ['U2', 'U2']],
    ['test', `grant.test`, ['U3']],
    ['mfa', `!grant.mfa`, ['U1', 'U1', 'U2', 'U2', 'U3']],
    ['kind', `grant.kind == "membership"`, ['U1']],
    ['role', `grant.role == "Reader"`, ['U1', 'U3']],
    ['tenant', `grant.tenant == ""`, ['U2', 'U3']],
    ['permissions', `"admin.all" in grant.permissions`, ['U2', 'U2']],
    ['privileged', `grant.privileged`, ['U2', 'U2']],
  ],
};

describe('a rule with an expression', () => {
  it.each(subjectNames.flatMap((of) => fields[of].map(([field, when, ids]) => [of, field, when, ids] as const)))(
    'of %s asks %s: %s',
    async (of, _field, when, ids) => {
      expect((await finds(of, when)).map((text) => text.split(' ')[0]?.replace(/^[a-z_]+:/, ''))).toEqual(ids);
    },
  );

  it('has an expression here for each field that there is', () => {
    expect(
      Object.fromEntries(subjectNames.map((name) => [name, fields[name].map(([field]) => field).toSorted()])),
    ).toEqual(
      Object.fromEntries(subjectNames.map((name) => [name, Object.keys(subjectKinds[name].fields).toSorted()])),
    );
  });

  it('tells of grants what is held, by place', async () => {
    expect(await finds('grants', 'grant.privileged')).toEqual([
      'user:U2 Found: Both',
      'user:U2 @acme Found: Both in acme',
    ]);
  });

  it('tells where it cannot be decided, which is no "no"', async () => {
    expect(await finds('users', 'user.age_days > 100')).toEqual([
      'user:U1 Found',
      'rule:custom/own could not be decided in 1 case; the first is user U3: there is no field age_days',
    ]);
  });

  it.each([
    ['user.created.getHours("Nowhere/Zone") == 1', 'invalid time zone specified: Nowhere/Zone'],
    ['bytes("x").json().size() == 1', 'unexpected token'],
  ])('tells what Node refuses as a case that could not be decided: %s', async (when, words) => {
    const found = await finds('users', `user.id == "U1" && ${when}`);

    expect(found).toEqual([expect.stringContaining(`could not be decided in 1 case; the first is user U1: ${words}`)]);
  });

  it('takes a duration of a hundred years', async () => {
    expect(await finds('users', 'has(user.created) && user.created > now - duration("876000h")')).toHaveLength(2);
  });

  it('is not evaluated where what it asks was not read', async () => {
    const bare = { ...world, types: [], summary: { finishedAt: undefined } };

    expect(await finds('keys', 'key.scim', bare)).toEqual(['the sync did not read access keys (--include access_key)']);
    expect(await finds('users', 'has(user.idle_days)', offices([person('U1')]))).toEqual([
      expect.stringContaining('--last-login') as string,
    ]);
    expect(await finds('users', 'now > timestamp("2020-01-01T00:00:00Z")', bare)).toEqual([
      'the file does not tell when its sync was',
    ]);
    expect(await finds('users', 'user.test', bare)).toEqual(['user:U3 Found']);
  });
});

describe('an expression', () => {
  const { variable, fields: ofUsers } = subjectKind('users');
  const compiled = (text: string) => compileExpression(text, variable, ofUsers);

  it.each([
    ['user.emial == "x"', 'there is no field emial', 5],
    ['usr.email == "x"', 'there is no variable usr', 0],
    ['user.email > 3', 'no such overload: string > int', 0],
    ['user.email', 'must be true or false, and is a string', 0],
    ['user.test && ', 'unexpected token: EOF', 13],
    ['user.email.matches("(a+)+$")', 'matches is not offered: use contains, startsWith, endsWith or split', 0],
    [
      'user.roles.join("").split("").size() > 3',
      'join is not offered: compare the entries of the list, with exists or all',
      0,
    ],
    ['cel.bind(u, user, has(u.created))', 'user may stand only before one of its fields, as in user.id', 12],
    ['[user].exists(u, has(u.created))', 'user may stand only before one of its fields, as in user.id', 1],
    ['user == user', 'user may stand only before one of its fields, as in user.id', 0],
    ['user["test"]', 'user may stand only before one of its fields, as in user.id', 0],
    ['user.roles.exists(user, user == "x")', 'user may stand only before one of its fields, as in user.id', 18],
    ['now - duration("9000000000h") > now', 'the duration is too long: it may have 876000h', 6],
    ['now - duration("1h876000h") > now', 'the duration is too long: it may have 876000h', 6],
    ['now - duration(user.name) > now', 'duration takes a text as it stands, such as "720h"', 6],
    [
      'user.roles.exists(r, user.tenants.exists(t, t == r))',
      'exists may not stand inside another all, exists, map, filter or bind',
      21,
    ],
    [
      'cel.bind(a, user.name + user.name, cel.bind(b, a + a, b == a))',
      'bind may not stand inside another all, exists, map, filter or bind',
      35,
    ],
    [
      Array.from({ length: 120 }, () => 'user.test').join(' || '),
      `is too long: it may have ${expressionLimits.nodes} parts`,
      undefined,
    ],
    [
      `${'('.repeat(30)}user.test${')'.repeat(30)}`,
      `is too deep: ${expressionLimits.depth} levels may be inside each other`,
      undefined,
    ],
  ])('%s is refused: %s', (text, fault, offset) => {
    const found = compiled(text);
    expect(found).toMatchObject({ fault, ...(offset !== undefined && { offset }) });
  });

  it('says which fields it asks, also inside lists and calls, so that only those are read', () => {
    const found = compiled(
      'user.roles.exists(r, r.startsWith(user.domain)) || has(user.created) && now > timestamp(0)',
    );
    expect(found).toMatchObject({ fields: new Set(['roles', 'domain', 'created']), asksNow: true });
    expect(compiled('user.test')).toMatchObject({ asksNow: false });
  });
});

describe('what is wrong with an expression in a policy', () => {
  const faultOf = (...lines: readonly string[]): string => {
    try {
      readPolicy(
        'policy.yaml',
        ['version: 1', 'custom:', '  - id: own', '    title: T', '    for: users', ...lines].join('\n'),
      );
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : '';
    }
    return 'none';
  };
  const fault = 'custom.0.when: there is no field emial';

  it.each([
    ['plain', ['    when: user.test && user.emial == "x"'], '6:29'],
    ['quoted', [`    when: 'user.test && user.emial == "x"'`], '6:30'],
    ['a block', ['    when: |', '      user.test &&', '      user.emial == "x"'], '8:12'],
    ['a folded block', ['    when: >-', '      user.test &&', '      user.emial == "x"'], '6:11'],
    ['escaped', [String.raw`    when: "user.name == \"a\" && user.emial == \"x\""`], '6:11'],
  ])('is told with the place of the character: %s', (_form, lines, place) => {
    expect(faultOf(...lines)).toBe(`policy.yaml:${place} ${fault}`);
  });

  it.each([
    [['    when: user.test', '    for: nobody'], 'for is given twice'],
    [['    when: ""'], 'custom.0.when: must not be empty'],
    [[`    when: user.name == "${'x'.repeat(1000)}"`], 'custom.0.when'],
    [
      ['    when: user.test', '  - { id: own, title: T, for: users, when: user.test }'],
      'custom.1.id: own is there already',
    ],
  ])('is told before anything is looked at: %j', (lines, text) => {
    expect(faultOf(...lines)).toContain(text);
  });
});
