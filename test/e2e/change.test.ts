import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { addRole, addTenant, company, snapshot } from '../support/provisioning-server.ts';
import { eventually } from '../support/eventually.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
let emulator: Emulator;
const outputs: string[] = [];

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ project: company(), managementKey: canary, ...options });
}

beforeEach(() => start());

afterEach(() => emulator.close());

async function run(
  operation: 'grant' | 'revoke',
  entitlement: string,
  principal: string,
  ...flags: readonly string[]
): Promise<CliRun> {
  const ended = await runCli([operation, '--entitlement', entitlement, '--principal', principal, ...flags], {
    env: envOf(emulator),
  });
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

const writes = (): readonly unknown[] =>
  emulator.stats.recent
    .filter(({ path }) => path.includes('/user/update/'))
    .map(({ endpoint, body }) => ({ endpoint, body }));
const auditsOf = ({ stderr }: CliRun): readonly unknown[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"audit":'))
    .map((line) => (JSON.parse(line) as { readonly audit: unknown }).audit);
const ada = 'Ada <ada@acme.example> (U2Ada)';
const goneId = 'U2Nobody00000000000000000000';
const bob = 'Bob <bob@acme.example> (U2Bob)';

describe('grant', () => {
  it('says what is so now and was before on stdout, and writes the audit lines to stderr', async () => {
    const ended = await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada');

    expect(ended).toMatchObject({
      code: 0,
      stdout: `${ada} now holds Editor in Acme (acme).\nBefore, in Acme: member, no roles.\nAfter, in Acme: member, Editor.\n`,
    });
    expect(ended.stderr.trim().split('\n')).toHaveLength(2);
    expect(auditsOf(ended)[0]).toMatchObject({ outcome: 'intended', plan: [{ request: addRole }] });
    expect(auditsOf(ended)[1]).toMatchObject({
      operation: 'grant',
      entitlement: 'role_binding:acme/Editor:assigned',
      principal: 'U2Ada',
      outcome: 'granted',
      writes: 1,
    });
    expect(writes()).toEqual([
      { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Editor'], tenantId: 'acme' } },
    ]);
  });

  it('says so when it was so before, and sends nothing', async () => {
    const ended = await run('grant', 'role:Editor:assigned', 'U2Bob');

    expect(ended).toMatchObject({ code: 0, stdout: `${bob} already holds Editor: nothing sent.\n` });
    expect(writes()).toEqual([]);
  });

  it('tells in one line of JSON what a script needs, with --json', async () => {
    const ended = await run('grant', 'tenant:globex:member', 'U2Ada', '--json');

    expect(ended.code).toBe(0);
    expect(ended.stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(ended.stdout)).toEqual({
      operation: 'grant',
      outcome: 'granted',
      entitlement: 'tenant:globex:member',
      principal: 'U2Ada',
      user: 'Ada',
      login: 'ada@acme.example',
      before: { member: false, roles: [] },
      after: { member: true, roles: [] },
      alongside: [],
      writes: [{ request: 'POST /v1/mgmt/user/update/tenant/add', body: { loginId: 'U2Ada', tenantId: 'globex' } }],
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('prints the request and sends nothing, with --dry-run', async () => {
    const before = snapshot(emulator.state);

    const [granting, revoking] = [
      await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada', '--dry-run'),
      await run('revoke', 'tenant:acme:member', 'U2Bob', '--dry-run'),
    ];

    expect(granting.stdout).toBe(
      `Nothing was sent. To grant Editor in Acme (acme) to ${ada}, this would be:\n  ${addRole} ` +
        `{"loginId":"U2Ada","roleNames":["Editor"],"tenantId":"acme"}\nBefore, in Acme: member, no roles.\nAfter, in ` +
        `Acme, would be: member, Editor.\n`,
    );
    expect(revoking.stdout).toContain(
      '  POST /v1/mgmt/user/update/tenant/remove {"loginId":"U2Bob","tenantId":"acme"}\n',
    );
    expect([granting.code, revoking.code]).toEqual([0, 0]);
    expect(revoking.stdout).toContain('With it would go: Editor in Acme, Approver in Acme.\n');
    expect(auditsOf(granting)).toMatchObject([{ outcome: 'planned', writes: 0 }]);
    expect(writes()).toEqual([]);
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('prints both requests of --join-tenant with --dry-run', async () => {
    const ended = await runCli(
      ['grant', '--role', 'Approver', '--in', 'Acme', '--to', 'cleo@nowhere.example', '--join-tenant', '--dry-run'],
      { env: envOf(emulator) },
    );

    expect(ended).toMatchObject({
      code: 0,
      stdout: [
        'Nothing was sent. To grant Approver in Acme (acme) to Cleo <cleo@nowhere.example> (U2Cleo), these 2 would be:',
        `  ${addTenant} {"loginId":"U2Cleo","tenantId":"acme"}`,
        `  ${addRole} {"loginId":"U2Cleo","roleNames":["Approver"],"tenantId":"acme"}`,
        'With it would come: membership of Acme.',
        'Before, in Acme: not a member.',
        'After, in Acme, would be: member, Approver.',
        '',
      ].join('\n'),
    });
    expect(writes()).toEqual([]);
  });

  it('joins the tenant first with --join-tenant only', async () => {
    const without = await run('grant', 'role:acme/Approver:assigned', 'U2Cleo');
    const joined = await run('grant', 'role:acme/Approver:assigned', 'U2Cleo', '--join-tenant');

    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain(
      'baton-descope: user U2Cleo is not a member of Acme: grant tenant:acme:member first, or use --join-tenant\n',
    );
    expect(joined).toMatchObject({
      code: 0,
      stdout:
        'Cleo <cleo@nowhere.example> (U2Cleo) now holds Approver in Acme (acme).\nWith it came: membership of ' +
        'Acme.\nBefore, in Acme: not a member.\nAfter, in Acme: member, Approver.\n',
    });
    expect(writes()).toHaveLength(2);
  });

  it('takes a login id for the user who has it', async () => {
    const ended = await run('grant', 'role:Editor:assigned', 'ada@acme.example');

    expect(ended).toMatchObject({
      code: 0,
      stdout: `${ada} now holds Editor.\nBefore, in the whole project: no roles.\nAfter, in the whole project: Editor.\n`,
    });
    expect(auditsOf(ended)).toMatchObject([{ principal: 'U2Ada' }, { principal: 'U2Ada' }]);
    expect(emulator.state.user('U2Ada')?.roleNames).toEqual(['Editor']);
  });
});

describe('revoke', () => {
  it('says what is so no more, and what went along', async () => {
    const role = await run('revoke', 'role:Editor:assigned', 'U2Bob');
    const membership = await run('revoke', 'tenant:acme:member', 'bob@acme.example');

    expect(role).toMatchObject({
      code: 0,
      stdout:
        `${bob} does not hold Editor any more.\nBefore, in the whole project: Editor, Viewer.\nAfter, in the whole ` +
        `project: Viewer.\n`,
    });
    expect(membership.code).toBe(0);
    expect(membership.stdout).toContain(
      `${bob} is not a member of Acme (acme) any more.\nWith it went: Editor in Acme, Approver in Acme.\n`,
    );
    expect(membership.stdout).toContain('Before, in Acme: member, Editor, Approver.\nAfter, in Acme: not a member.\n');
    expect(emulator.state.user('U2Bob')).toMatchObject({
      roleNames: ['Viewer'],
      tenants: [{ tenantId: 'globex', roleNames: ['Editor', 'Auditor'] }],
    });
  });

  it(
    'says so when there was nothing to take, also from a user id that nobody has and in a tenant that is gone, and ' +
      'sends nothing',
    async () => {
      const [held, nobody, nowhere] = [
        await run('revoke', 'role_binding:acme/Viewer:assigned', 'U2Bob'),
        await run('revoke', 'role:Editor:assigned', goneId),
        await run('revoke', 'tenant:initech:member', 'U2Bob'),
      ];

      expect(held).toMatchObject({ code: 0, stdout: `${bob} does not hold Viewer in Acme (acme): nothing sent.\n` });
      expect(nobody).toMatchObject({
        code: 0,
        stdout: `There is no user ${goneId} in the project: nothing sent. Is the id right?\n`,
      });
      expect(nowhere).toMatchObject({
        code: 0,
        stdout: 'There is no tenant initech in the project: nothing sent. Is the id right?\n',
      });
      expect(writes()).toEqual([]);
    },
  );

  it.each(['nobody@acme.example', 'U2Nobody', 'Bobb', 'BOB@acme.example', 'bob@acme.example '])(
    'from %j, which nobody has for a login or an id, ends with exit 1 and is written down as refused',
    async (principal) => {
      const ended = await run('revoke', 'role:Editor:assigned', principal);

      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toContain('no user of the project has the user id, login id, email address or exact name');
      expect(auditsOf(ended)).toMatchObject([{ outcome: 'refused', principal, writes: 0 }]);
      expect(writes()).toEqual([]);
    },
  );

  it('says who was probably meant, and writes no name of theirs down', async () => {
    const ended = await run('revoke', 'role:Editor:assigned', 'bobb@acme.example');

    expect(ended.stderr).toContain('; did you mean U2Bob ("Bob", "bob@acme.example")?');
    expect(JSON.stringify(auditsOf(ended))).not.toContain('bob@acme.example');
  });
});

describe('names instead of ids', () => {
  const change = (...args: readonly string[]): Promise<CliRun> => runCli([...args], { env: envOf(emulator) });

  it.each([
    [
      'a role of the project inside a tenant',
      ['--role', 'Editor', '--in', 'Acme'],
      'role_binding:acme/Editor:assigned',
    ],
    ['the same by the id of the tenant', ['--role', 'Editor', '--in', 'acme'], 'role_binding:acme/Editor:assigned'],
    ["a tenant's own role", ['--role', 'Approver', '--in', 'Acme'], 'role:acme/Approver:assigned'],
    [
      "a tenant's own role that is called as one of the project",
      ['--role', 'Auditor', '--in', 'Globex'],
      'role:globex/Auditor:assigned',
    ],
    ['a role of the project', ['--role', 'Viewer'], 'role:Viewer:assigned'],
    ['a membership', ['--tenant', 'Globex'], 'tenant:globex:member'],
  ])('stand for %s', async (_what, names, entitlement) => {
    for (const operation of ['grant', 'revoke'] as const) {
      const ended = await change(operation, ...names, operation === 'grant' ? '--to' : '--from', 'Bob', '--json');

      expect(ended.code).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        entitlement,
        principal: 'U2Bob',
        outcome: operation === 'grant' ? 'already-granted' : 'revoked',
      });
    }
  });

  it.each([
    [
      'an unknown role',
      ['--role', 'Editr'],
      'there is no role "Editr" in the project; did you mean "Editor" (role:Editor:assigned)?',
    ],
    [
      'a role in another case',
      ['--role', 'editor', '--in', 'Acme'],
      'there is no role "editor" in "Acme"; did you mean "Editor in Acme" (role_binding:acme/Editor:assigned)?',
    ],
    [
      "a tenant's role without the tenant",
      ['--role', 'Approver'],
      'name the tenant with --in; did you mean "Approver in Acme" (role:acme/Approver:assigned)?',
    ],
    [
      'an unknown tenant',
      ['--tenant', 'Globx'],
      'there is no tenant with the id or name "Globx"; did you mean "Globex" (globex)?',
    ],
    ['an unknown tenant of a role', ['--role', 'Editor', '--in', 'acmee'], 'did you mean "Acme" (acme)?'],
  ])('that fit nothing end with exit 1 and what was meant: %s', async (_what, names, says) => {
    const ended = await change('revoke', ...names, '--from', 'bob@acme.example');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(says);
    expect(auditsOf(ended)).toMatchObject([{ outcome: 'refused', writes: 0 }]);
    expect(writes()).toEqual([]);
  });

  it('that fit several end with exit 1 and all of them by id', async () => {
    emulator.state.putTenant({ id: 'acme-2', name: 'Acme' });
    emulator.state.updateUser('U2Ada', { name: 'Bob' });

    const [tenant, user] = [
      await change('grant', '--role', 'Editor', '--in', 'Acme', '--to', 'U2Ada'),
      await change('grant', '--role', 'Editor', '--to', 'Bob'),
    ];

    expect([tenant.code, user.code]).toEqual([1, 1]);
    expect(tenant.stderr).toContain(
      '2 tenants are called "Acme": name one by its id with --in, or say which with --entitlement: acme, acme-2',
    );
    expect(user.stderr).toMatch(
      /2 users are called so: name one by its user id: U2Bob \("Bob", "bob@acme\.example"\), U2Ada \("Bob", "ada@acme\.example"\)/,
    );
    expect(writes()).toEqual([]);
  });
});

describe('a change that is not made', () => {
  it.each([
    ['for an unknown user', 'role:Editor:assigned', goneId, 1, `there is no user ${goneId}`, true],
    [
      'for an unknown login',
      'role:Editor:assigned',
      'nobody@acme.example',
      1,
      'no user of the project has the user id, login id',
      true,
    ],
    [
      "where the tenant's own role is meant",
      'role_binding:globex/Auditor:assigned',
      'U2Bob',
      1,
      'defines a role "Auditor" of its own',
      true,
    ],
    ['of a permission', 'permission:read:granted', 'U2Ada', 1, 'edit the role in Descope', true],
    [
      'of an entitlement with another slug',
      'role:Editor:member',
      'U2Ada',
      2,
      '--entitlement is not an entitlement id',
      true,
    ],
    [
      'of a binding without a tenant',
      'role_binding:Editor:assigned',
      'U2Ada',
      2,
      'no role binding has the id "Editor"',
      true,
    ],
    [
      'of a role whose name is not encoded',
      'role:50% off:assigned',
      'U2Ada',
      2,
      'did you mean "50% off" (role:50%25 off:assigned)?',
      true,
    ],
    ['of an entitlement that is too long', `role:${'x'.repeat(2_000)}:assigned`, 'U2Ada', 2, '1 to 1024 bytes', true],
    ['for no user', 'role:Editor:assigned', '', 2, 'the user must be 1 to 1024 bytes', true],
  ])(
    '%s ends with one line on stderr and nothing on stdout: %s for %s, exit %i',
    async (_what, entitlement, principal, code, message, isAudited) => {
      emulator.state.putRole({ name: '50% off' });
      const before = snapshot(emulator.state);

      const ended = await run('grant', entitlement, principal);

      const lines = ended.stderr.trim().split('\n');
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(lines.filter((line) => line.startsWith('baton-descope: '))).toEqual([expect.stringContaining(message)]);
      expect(
        lines
          .filter((line) => line.startsWith('{"audit":{'))
          .map((line) => (JSON.parse(line) as { audit: { outcome: string } }).audit.outcome),
      ).toEqual(isAudited ? ['refused'] : []);
      expect(lines).toHaveLength(isAudited ? 2 : 1);
      expect(writes()).toEqual([]);
      expect(snapshot(emulator.state)).toEqual(before);
    },
  );

  it('for a login id that two users have names neither, exit 1, and is written down', async () => {
    await emulator.close();
    const project = company();
    const twins = ['U2One', 'U2Two'].map((userId) => ({ userId, loginIds: ['twin@acme.example'] }));
    await start({
      project: { ...project, users: [...(project.users ?? []), ...twins] },
      switches: { loginIdIsolation: 'on' },
    });

    const ended = await run('grant', 'role:Editor:assigned', 'twin@acme.example');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('2 users have this login id: name one by its user id');
    expect(ended.stderr).toContain('"outcome":"refused"');
    expect(writes()).toEqual([]);
  });

  it.each([
    ['the key is refused', 401, 3, 'refused the management key'],
    ['the key may only read', 403, 3, 'may not do this'],
    ['the rate limit is used up for an hour', 429, 4, 'it opens again at'],
  ])('where %s (%i) ends with exit %i', async (_what, answered, code, message) => {
    emulator.faults.add({
      match: { endpoint: addRole },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: answered, headers: { 'retry-after': '3600' } },
    });

    const ended = await run('grant', 'role:Editor:assigned', 'U2Ada');

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain('"outcome":"failed"');
    expect(emulator.state.user('U2Ada')?.roleNames).toEqual([]);
  });

  it.each([
    [
      ['grant', '--principal', 'U2Ada'],
      'say what to grant with one of --role (and --in), --tenant, --application or --entitlement',
    ],
    [['revoke', '--entitlement', 'role:Editor:assigned'], 'say who with --from or --principal'],
    [['grant', '--consent', 'Ledger Sync', '--to', 'U2Ada'], 'a consent cannot be granted'],
    [['grant', '--application', 'Wiki', '--in', 'Acme', '--to', 'U2Ada'], 'given in no tenant: leave --in out'],
    [['grant', '--entitlement', 'role:Editor:assigned', '--from', 'U2Ada'], '--from'],
    [['grant', '--role', 'Editor', '--tenant', 'acme', '--to', 'U2Ada'], 'one of --role'],
    [['grant', '--tenant', 'acme', '--in', 'acme', '--to', 'U2Ada'], '--in says where a --role is held'],
    [['grant', '--role', 'Editor', '--to', 'U2Ada', '--principal', 'U2Bob'], 'not with both'],
    [['grant', '--role', '', '--to', 'U2Ada'], '--role is empty'],
    [['grant', '--role', 'Editor', '--in', '', '--to', 'U2Ada'], '--in is empty'],
    [['revoke', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Bob', '--join-tenant'], '--join-tenant'],
    [
      ['grant', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Ada', `--key=${canary}`],
      'must not be given on the command line',
    ],
  ])('with the wrong flags ends with exit 2 before anything is sent (%#)', async (args, message) => {
    const ended = await runCli(args, { env: envOf(emulator) });

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(emulator.stats.total).toBe(0);
  });
});

describe('a connection that breaks after the change', () => {
  it('is found out: exit 0 and one write', async () => {
    emulator.faults.add({
      match: { endpoint: addRole },
      fault: { kind: 'reset', at: 'before-headers', applied: true },
    });

    const ended = await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`${ada} now holds Editor in Acme (acme).\n`);
    expect(writes()).toHaveLength(1);
  });
});

const outcomesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { outcome: string }).outcome);

describe('--audit-log', () => {
  it('takes the lines of all attempts, refused ones too, in a file for its owner; stderr stays empty', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');

    const granted = await run('grant', 'role:Editor:assigned', 'U2Ada', '--audit-log', path);
    await run('grant', 'role_binding:globex/Editor:assigned', 'U2Ada', '--audit-log', path);
    await run('revoke', 'permission:read:granted', 'U2Ada', '--audit-log', path);

    const text = await readFile(path, 'utf8');
    outputs.push(text);
    expect(granted.stderr).toBe('');
    expect(outcomesOf(text)).toEqual(['intended', 'granted', 'refused', 'refused']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('that is full lets nothing be sent: exit 6', async () => {
    const ended = await run('grant', 'role:Editor:assigned', 'U2Ada', '--audit-log', '/dev/full');

    expect(ended).toMatchObject({ code: 6, stdout: '' });
    expect(ended.stderr).toContain('the disk is full: nothing was sent to Descope');
    expect(writes()).toEqual([]);
  });

  it('keeps what was intended when the process is killed in the middle of a write', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    emulator.faults.add({ match: { endpoint: addRole }, fault: { kind: 'hang', at: 'before-headers', applied: true } });
    await using running = startCli(
      ['grant', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Ada', '--audit-log', path],
      envOf(emulator),
    );

    await eventually(() => expect(emulator.state.user('U2Ada')?.roleNames).toEqual(['Editor']));
    await running.stop('SIGKILL');

    const text = await readFile(path, 'utf8');
    expect(outcomesOf(text)).toEqual(['intended']);
    expect(JSON.parse(text)).toMatchObject({
      principal: 'U2Ada',
      before: { roles: [] },
      plan: [{ request: addRole, body: { loginId: 'U2Ada', roleNames: ['Editor'] } }],
    });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'and the error say that the change may have happened when %s stops it in the middle of a write',
    async (signal) => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'audit.jsonl');
      emulator.faults.add({
        match: { endpoint: addRole },
        fault: { kind: 'hang', at: 'before-headers', applied: true },
      });
      await using running = startCli(
        ['grant', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Ada', '--audit-log', path],
        envOf(emulator),
      );

      await eventually(() => expect(emulator.state.user('U2Ada')?.roleNames).toEqual(['Editor']));
      const ended = await running.stop(signal);

      expect(ended.code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(ended.stderr).toContain('it may have happened');
      expect(outcomesOf(await readFile(path, 'utf8'))).toEqual(['intended', 'failed']);
    },
  );

  it('that cannot be opened ends with exit 6 before anything is sent', async () => {
    await using folder = await temporaryFolder();

    const ended = await run(
      'grant',
      'role:Editor:assigned',
      'U2Ada',
      '--audit-log',
      join(folder.path, 'no', 'audit.jsonl'),
    );

    expect(ended).toMatchObject({ code: 6, stdout: '' });
    expect(ended.stderr).toContain('no change was sent');
    expect(emulator.stats.total).toBe(0);
  });
});

it('no output of any run above holds the key, or half of it', async () => {
  await run('grant', 'role:Viewer:assigned', 'U2Ada', '--log-level', 'debug');

  const all = outputs.join('\n');
  expect(all.length).toBeGreaterThan(3_000);
  for (const needle of [
    canary,
    canary.slice(0, 20),
    canary.slice(20),
    Buffer.from(canary).toString('base64').slice(0, 40),
  ]) {
    expect(all).not.toContain(needle);
  }
});
