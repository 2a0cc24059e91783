import { describe, expect, it } from 'vitest';
import { checkByPolicy } from '../../src/checks/policy/check-by-policy.ts';
import { readPolicy } from '../../src/checks/policy/read.ts';
import { policySchema } from '../../src/checks/policy/schema.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';
import type { HandWritten } from '../support/edge-files.ts';
import { before, indexed, offices, person } from '../support/check-world.ts';
import { binding, confers, flows, held, permission, resource, role, tenant } from '../support/edge-files.ts';

const version = 1;

/** What one rule, or all that are named, find by a policy; each as "rule subject @tenant: detail", with what was waived. */
async function findingsBy(world: HandWritten, policy: object, only?: readonly string[]): Promise<string[]> {
  await using index: FileIndex = await indexed(world);
  const check = checkByPolicy(index, { policy: policySchema.parse({ version, ...policy }), only, nowMs: 0 });
  const untold = check.rules.flatMap(({ rule, notEvaluated }) =>
    notEvaluated === undefined ? [] : [`${rule.id} not evaluated`],
  );
  const found = Array.from(check.findings(), ({ rule, severity, subject, where, detail, waiver }) =>
    [
      `${severity} ${rule} ${subject.type}:${subject.id}${where === undefined ? '' : ` @${where.tenantId}`}: ${detail}`,
      ...(waiver === undefined ? [] : ['[waived]']),
    ].join(' '),
  );
  return only === undefined ? found : [...found, ...untold];
}

const unverified = offices([person('U1', { verified_email: false }), person('U2', { verified_email: false })]);

describe('rules of a policy', () => {
  it('are off, or have another severity', async () => {
    const off = Object.fromEntries(['role-nobody-holds', 'permission-nobody-has'].map((id) => [id, 'off']));
    const found = await findingsBy(unverified, { rules: { 'never-verified': 'critical', ...off } });
    expect(found).toEqual([
      'critical never-verified user:U1: has no verified email and no verified phone',
      'critical never-verified user:U2: has no verified email and no verified phone',
    ]);
  });

  it('take parameters, and keep the usual severity with them', async () => {
    const world = offices([person('U1', { status: 'invited' }, { madeAt: before(8) })]);
    expect(await findingsBy(world, { rules: { 'long-invited': { days: 7 } } }, ['long-invited'])).toEqual([
      'low long-invited user:U1: was made on 2026-11-22, and never joined',
    ]);
    expect(await findingsBy(world, { rules: { 'long-invited': { days: 8 } } }, ['long-invited'])).toEqual([]);
  });
});

describe('a waiver', () => {
  const waiver = { reason: 'known', owner: 'ada@acme.example', until: '2026-11-30' };
  const ofU1 = { ...waiver, rule: 'never-verified', subject: { type: 'user', id: 'U1' } };
  const asked = ['never-verified'];

  it('accepts the finding of its subject until its last day, and no other', async () => {
    expect(await findingsBy(unverified, { waivers: [ofU1] }, asked)).toEqual([
      'medium never-verified user:U1: has no verified email and no verified phone [waived]',
      'medium never-verified user:U2: has no verified email and no verified phone',
    ]);
  });

  it('that is over accepts nothing, and is a finding', async () => {
    const found = await findingsBy(unverified, { waivers: [{ ...ofU1, until: '2026-11-29' }] }, asked);
    expect(found).toEqual([
      'medium never-verified user:U1: has no verified email and no verified phone',
      'medium never-verified user:U2: has no verified email and no verified phone',
      'medium waiver-expired waiver:never-verified of user U1: was over on 2026-11-29; ada@acme.example answers for it',
    ]);
  });

  it('that nothing needs is told, and not where its rule was not asked', async () => {
    const unused = { ...ofU1, subject: { type: 'user', id: 'U9' } };
    const told =
      'info waiver-unused waiver:never-verified of user U9: accepts nothing that was found; ada@acme.example answers for it';
    expect(await findingsBy(unverified, { waivers: [unused] })).toContain(told);
    expect(await findingsBy(unverified, { waivers: [unused] }, ['shared-email'])).toEqual([]);
    expect(await findingsBy(unverified, { waivers: [unused], rules: { 'never-verified': 'off' } })).not.toContain(told);
  });

  it('is looked at alone where that is asked, after all that it may accept', async () => {
    const unused = { ...ofU1, subject: { type: 'user', id: 'U9' } };
    const over = { ...ofU1, until: '2026-11-29' };
    const told = await findingsBy(unverified, { waivers: [ofU1, unused, over] }, ['waiver-unused']);
    expect(told).toEqual([expect.stringContaining('info waiver-unused waiver:never-verified of user U9')]);
  });

  it('names a finding by its fingerprint', async () => {
    await using index = await indexed(unverified);
    const [first] = checkByPolicy(index, { policy: policySchema.parse({ version }), only: asked, nowMs: 0 }).findings();
    const found = await findingsBy(unverified, { waivers: [{ ...waiver, fingerprint: first?.fingerprint }] }, asked);
    expect(found[0]).toBe('medium never-verified user:U1: has no verified email and no verified phone [waived]');
    expect(found[1]).not.toContain('[waived]');
  });

  it('may be of one tenant only', async () => {
    const world = offices(
      [person('U1', { status: 'disabled' })],
      [held('role_binding:acme/Chief', 'user:U1'), held('role_binding:initech/Chief', 'user:U1')],
    );
    const inAcme = { ...waiver, rule: 'disabled-user-privileged', subject: { type: 'user', id: 'U1' }, in: 'acme' };
    expect(await findingsBy(world, { waivers: [inAcme] }, ['disabled-user-privileged'])).toEqual([
      'high disabled-user-privileged user:U1 @acme: is disabled and holds Chief in acme [waived]',
      'high disabled-user-privileged user:U1 @initech: is disabled and holds Chief in initech',
    ]);
  });
});

const payments = offices(
  [
    tenant('eu', 'EU', 'acme'),
    ...['Clerk', 'Payer'].map(role),
    ...['acme', 'initech', 'eu'].flatMap((id) => [binding(id, 'Clerk'), binding(id, 'Payer')]),
    permission('pay'),
    permission('approve'),
    ...['U1', 'U2', 'U3', 'U4', 'U5'].map((id) => person(id, { email: `${id.toLowerCase()}@acme.example` })),
    resource('access_key', 'K1', 'CI', { profile: { status: 'active' } }),
    resource('idp_group', 'acme/okta/G', 'G (Acme)', { profile: { tenant_id: 'acme', group_name: 'Payers' } }),
  ],
  [
    confers('role:Clerk', 'approve'),
    confers('role:Payer', 'pay'),
    held('role_binding:acme/Clerk', 'user:U1'),
    held('role_binding:acme/Payer', 'user:U1'),
    held('role_binding:acme/Clerk', 'user:U2'),
    held('role_binding:initech/Payer', 'user:U2'),
    held('role:Clerk', 'user:U3'),
    held('role_binding:initech/Payer', 'user:U3'),
    held('role:Clerk', 'access_key:K1'),
    held('role:Payer', 'access_key:K1'),
    held('role_binding:eu/Clerk', 'user:U4'),
    held('role_binding:acme/Payer', 'user:U4'),
    flows('role_binding:eu/Payer', 'role_binding:acme/Payer', 'acme', { reason: 'child-governs' }),
    held('idp_group:acme/okta/G', 'user:U5'),
    held('role_binding:acme/Payer', 'user:U5'),
  ],
);
const conflict = { id: 'two-eyes', first: { permissions: ['pay'] }, second: { permissions: ['approve'] } };

describe('a conflict', () => {
  const both = 'has both pay';
  it('is found where both are held in one tenant; what is held in the project is held in each', async () => {
    expect(await findingsBy(payments, { conflicts: [conflict] }, ['conflict/two-eyes'])).toEqual([
      `high conflict/two-eyes access_key:K1: ${both} (Payer) and approve (Clerk)`,
      `high conflict/two-eyes user:U1 @acme: ${both} (Payer in acme) and approve (Clerk in acme)`,
      `high conflict/two-eyes user:U3 @initech: ${both} (Payer in initech) and approve (Clerk)`,
      `high conflict/two-eyes user:U4 @eu: ${both} (Payer in eu) and approve (Clerk in eu), perhaps: one of them by uncertain inheritance`,
    ]);
  });

  it('is found anywhere where that is asked for, once for each who has both', async () => {
    const found = await findingsBy(payments, { conflicts: [{ ...conflict, scope: 'anywhere' }] }, [
      'conflict/two-eyes',
    ]);
    expect(found.map((text) => text.split(' ')[2])).toEqual([
      'access_key:K1:',
      'user:U1:',
      'user:U2:',
      'user:U3:',
      'user:U4:',
    ]);
  });
});

describe('a limit', () => {
  it('counts users and keys, in one tenant with those of the whole project', async () => {
    const limit = (most: number) => ({ id: 'few', held: { roles: ['Clerk'] }, in: 'acme', 'at-most': most });
    expect(await findingsBy(payments, { limits: [limit(3)] }, ['limit/few'])).toEqual([
      'high limit/few limit:few @acme: 4 users and keys have the role Clerk, and 3 may',
    ]);
    expect(await findingsBy(payments, { limits: [limit(4)] }, ['limit/few'])).toEqual([]);
  });

  it('names who may have it, by domain or group', async () => {
    const by = (only: object) => ({ limits: [{ id: 'who', held: { permissions: ['pay'] }, in: 'acme', only }] });
    expect(await findingsBy(payments, by({ domains: ['ACME.example'] }), ['limit/who'])).toEqual([
      'high limit/who access_key:K1: has pay (Payer), and is none of those who may',
    ]);
    const found = await findingsBy(payments, by({ groups: ['Payers'] }), ['limit/who']);
    expect(found.map((text) => text.split(' ').slice(2, 4).join(' '))).toEqual([
      'access_key:K1: has',
      'user:U1 @acme:',
      'user:U4 @acme:',
    ]);
  });

  it('by group is not evaluated where groups were not read', async () => {
    const limits = [{ id: 'who', held: { roles: ['Clerk'] }, only: { groups: ['Payers'] } }];
    expect(await findingsBy({ ...payments, types: [] }, { limits }, ['limit/who'])).toEqual([
      'limit/who not evaluated',
    ]);
  });
});

describe('where keys, or what tenants inherit, were not read', () => {
  const none = { mode: 'none', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 } as const;
  const lacking = [
    ['keys', { ...payments, types: [] }],
    ['inheritance', { ...payments, summary: { inheritance: none } }],
  ] as const;
  const limit = (most: number) => ({ limits: [{ id: 'few', held: { roles: ['Clerk'] }, 'at-most': most }] });
  const test = (asked: object) => ({ tests: [{ name: 'it', ...asked }] });

  it.each(
    lacking.flatMap(([what, world]) => [
      [what, 'limit/few', limit(50), world] as const,
      [
        what,
        'limit/few',
        { limits: [{ id: 'few', held: { roles: ['Nobody'] }, only: { domains: ['x'] } }] },
        world,
      ] as const,
      [
        what,
        'conflict/c',
        { conflicts: [{ id: 'c', first: { roles: ['Nobody'] }, second: { roles: ['Clerk'] } }] },
        world,
      ] as const,
      [what, 'test/it', test({ 'holders-of': 'Clerk', 'at-most': 50 }), world] as const,
      [what, 'test/it', test({ 'holders-of': 'Clerk', 'subset-of': ['U1', 'U2', 'U3', 'U4', 'K1'] }), world] as const,
    ]),
  )('without %s, %s that finds nothing is not evaluated, which is no "passed"', async (_what, rule, policy, world) => {
    expect(await findingsBy(world, policy, [rule])).toEqual([`${rule} not evaluated`]);
  });

  it.each(lacking)('without %s, what is found is told', async (_what, world) => {
    expect(await findingsBy(world, limit(1), ['limit/few'])).toEqual([
      expect.stringContaining('users and keys have the role Clerk, and 1 may'),
    ]);
    expect(await findingsBy(world, { conflicts: [conflict] }, ['conflict/two-eyes'])).toContain(
      'high conflict/two-eyes user:U1 @acme: has both pay (Payer in acme) and approve (Clerk in acme)',
    );
  });

  it('without inheritance nobody is said not to be able to do something, and who can, can', async () => {
    const world = { ...payments, summary: { inheritance: none } };
    const asked = { who: 'U2', can: 'pay', in: 'eu', expect: false };
    expect(await findingsBy(world, test(asked), ['test/it'])).toEqual(['test/it not evaluated']);
    expect(await findingsBy(world, test({ who: 'U1', can: 'pay', in: 'acme' }), ['test/it'])).toEqual([]);
  });

  it('a waiver is not told as one that nothing needs', async () => {
    const waiver = { reason: 'known', owner: 'ada@acme.example', until: '2026-11-30' };
    const policy = { ...limit(50), waivers: [{ ...waiver, rule: 'limit/few', subject: { type: 'limit', id: 'few' } }] };
    const unused = expect.stringContaining('waiver-unused waiver:limit/few');
    expect(await findingsBy(lacking[0][1], policy)).not.toContainEqual(unused);
    expect(await findingsBy(payments, policy)).toContainEqual(unused);
  });
});

describe('a name in a conflict or limit that the sync does not have', () => {
  const misspelled = {
    conflicts: [{ id: 'typo', first: { roles: ['Clark'] }, second: { permissions: ['approve', 'paid'] } }],
    limits: [{ id: 'gone', held: { roles: ['Clerk'] }, in: 'acne', 'at-most': 9 }],
  };

  it('is told, since the rule finds nothing by it', async () => {
    expect(await findingsBy(payments, misspelled, ['policy-name-unknown'])).toEqual([
      'medium policy-name-unknown conflict:typo: names the permission paid, which this sync does not have',
      'medium policy-name-unknown conflict:typo: names the role Clark, which this sync does not have',
      'medium policy-name-unknown limit:gone: names the tenant acne, which this sync does not have',
    ]);
    expect(await findingsBy(payments, { conflicts: [conflict] }, ['policy-name-unknown'])).toEqual([]);
  });
});

describe('an access test', () => {
  const ask = async (test: object): Promise<string[]> =>
    (await findingsBy(payments, { tests: [{ name: 'it', ...test }] }, ['test/it'])).map((text) =>
      text.split(': ').slice(1).join(': '),
    );

  it.each([
    [{ who: 'u1@acme.example', can: 'pay', in: 'acme' }, []],
    [{ who: 'u1@acme.example', can: 'pay', in: 'initech' }, ['Person U1 cannot']],
    [{ who: 'U1', can: 'pay', in: 'initech', expect: false }, []],
    [{ who: 'U1', can: 'pay', expect: false }, ['Person U1 can']],
    [{ who: 'U3', can: 'approve', in: 'eu' }, []],
    [
      { who: 'U4', can: 'pay', in: 'eu', expect: false },
      ['it is not sure: Person U4 has it by uncertain inheritance only'],
    ],
    [
      { who: 'U4', can: 'pay', in: 'eu', expect: true },
      ['it is not sure: Person U4 has it by uncertain inheritance only'],
    ],
    [{ who: 'K1', can: 'pay', in: 'eu' }, []],
    [{ who: 'U1', can: 'pay', in: 'nowhere' }, ['there is no tenant with the id nowhere']],
  ])('%j finds %j', async (test, finds) => {
    expect(await ask(test)).toEqual(finds);
  });

  it.each([[{ who: 'nobody@acme.example', can: 'pay', expect: false }], [{ who: 'U1', can: 'fly', expect: false }]])(
    '%j fails: who or what is not there is no "no"',
    async (test) => {
      expect(await ask(test)).toMatchObject([expect.stringMatching(/^it cannot be answered: /)]);
    },
  );

  it.each([
    [{ 'holders-of': 'Clerk', in: 'initech', exactly: ['U3', 'K1'] }, []],
    [
      { 'holders-of': 'Clerk', in: 'acme', exactly: ['U1', 'U3', 'K1', 'U5'] },
      ['they are others: besides them user U2; not user U5'],
    ],
    [{ 'holders-of': 'Clerk', in: 'acme', 'at-most': 4 }, []],
    [{ 'holders-of': 'Clerk', in: 'acme', 'at-most': 3 }, ['4 have it: access_key K1, user U1, user U2, user U3']],
    [{ 'holders-of': 'pay', in: 'initech', 'subset-of': ['U2', 'U3', 'K1', 'U4'] }, []],
    [{ 'holders-of': 'pay', in: 'initech', 'subset-of': ['U2', 'K1'] }, ['they are others: besides them user U3']],
  ])('%j finds %j', async (test, finds) => {
    expect(await ask(test)).toEqual(finds);
  });
});

describe('a policy file', () => {
  it.each([
    [
      'version: 1\nrules:\n  never-verifed: off\n',
      'p.yaml:3:3 rules.never-verifed: there is no such rule; did you mean never-verified?',
    ],
    ['version: 1\nrules:\n  never-verified: loud\n', 'p.yaml:3:3 rules.never-verified: '],
    ['version: 1\nrules:\n  key-old:\n    days: soon\n', 'p.yaml:4:5 rules.key-old.days: '],
    [
      'version: 1\nrules:\n  key-old:\n    dayz: 3\n',
      'p.yaml:4:5 rules.key-old.dayz: there is nothing of this name here',
    ],
    ['version: 2\n', 'p.yaml:1:1 version: '],
    ['rules: {}\n', 'p.yaml:1:1 version: '],
    [
      'version: 1\nwaivers:\n  - rule: never-verified\n    reason: x\n    owner: y\n    until: 2027-01-31\n',
      'p.yaml:3:5 waivers.0: must name a fingerprint, or a rule with a subject',
    ],
    [
      'version: 1\nwaivers:\n  - fingerprint: abc\n    reason: x\n    owner: y\n    until: soon\n',
      'p.yaml:3:5 waivers.0.fingerprint: must be the fingerprint',
    ],
    [
      'version: 1\nwaivers:\n  - rule: nothing\n    subject: {type: user, id: U1}\n    reason: x\n    owner: y\n    until: 2027-01-31\n',
      'p.yaml:3:5 waivers.0.rule: there is no rule nothing',
    ],
    [
      'version: 1\nconflicts:\n  - id: a\n    first: {roles: [X]}\n    second: {}\n',
      'p.yaml:5:5 conflicts.0.second: must name permissions or roles',
    ],
    [
      'version: 1\nlimits:\n  - {id: a, held: {roles: [X]}, at-most: 1}\n  - {id: a, held: {roles: [X]}, at-most: 2}\n',
      'p.yaml:4:6 limits.1.id: a is there already',
    ],
    ['version: 1\ntests:\n  - who: ada\n    kan: pay\n', 'p.yaml:4:5 tests.0.kan: there is nothing of this name here'],
    ['version: 1\nrules: {a\n', 'p.yaml:'],
    ['version: 1\nversion: 1\n', 'p.yaml:2:1 version is given twice'],
  ])('%j is refused with file, line and column', (text, told) => {
    let message = '';
    try {
      readPolicy('p.yaml', text);
    } catch (thrown) {
      message = thrown instanceof Error ? thrown.message : '';
    }
    expect(message.split('\n').map((line) => line.slice(0, told.length))).toContain(told);
  });

  it('that is right is read with what it leaves out', () => {
    expect(readPolicy('p.yaml', 'version: 1\n')).toEqual({
      version: 1,
      rules: {},
      custom: [],
      conflicts: [],
      limits: [],
      waivers: [],
      tests: [],
    });
    expect(
      readPolicy('p.yaml', 'version: 1\nconflicts:\n  - {id: a, first: {roles: [X]}, second: {permissions: [y]}}\n')
        .conflicts,
    ).toMatchObject([{ severity: 'high', scope: 'same-tenant' }]);
  });
});
