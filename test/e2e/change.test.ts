import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { addRole, company, snapshot } from '../support/provisioning-server.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
let emulator: Emulator;
const outputs: string[] = [];

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({ project: company(), managementKey: canary, ...options });
}

beforeEach(() => start());

afterEach(() => emulator.close());

async function run(operation: 'grant' | 'revoke', entitlement: string, principal: string, ...flags: readonly string[]): Promise<CliRun> {
  const ended = await runCli([operation, '--entitlement', entitlement, '--principal', principal, ...flags], { env: envOf(emulator) });
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

const writes = (): readonly unknown[] => emulator.stats.recent.filter(({ path }) => path.includes('/user/update/')).map(({ endpoint, body }) => ({ endpoint, body }));
const auditOf = ({ stderr }: CliRun): unknown => (JSON.parse(stderr) as { readonly audit: unknown }).audit;

describe('grant', () => {
  it('says what is so now on stdout, and writes the audit line to stderr', async () => {
    const ended = await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada');

    expect(ended).toMatchObject({ code: 0, stdout: 'Ada now holds Editor in Acme.\n' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(auditOf(ended)).toMatchObject({ operation: 'grant', entitlement: 'role_binding:acme/Editor:assigned', principal: 'U2Ada', outcome: 'granted', writes: 1 });
    expect(writes()).toEqual([{ endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Editor'], tenantId: 'acme' } }]);
  });

  it('says so when it was so before, and sends nothing', async () => {
    const ended = await run('grant', 'role:Editor:assigned', 'U2Bob');

    expect(ended).toMatchObject({ code: 0, stdout: 'Bob now holds Editor; they already did: nothing sent.\n' });
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
      alongside: [],
      writes: [{ request: 'POST /v1/mgmt/user/update/tenant/add', body: { loginId: 'U2Ada', tenantId: 'globex' } }],
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('prints the request and sends nothing, with --dry-run', async () => {
    const before = snapshot(emulator.state);

    const [granting, revoking] = [await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada', '--dry-run'), await run('revoke', 'tenant:acme:member', 'U2Bob', '--dry-run')];

    expect(granting.stdout).toBe(`Nothing was sent. To grant it, this would be:\n  ${addRole} {"loginId":"U2Ada","roleNames":["Editor"],"tenantId":"acme"}\n`);
    expect(revoking.stdout).toContain('  POST /v1/mgmt/user/update/tenant/remove {"loginId":"U2Bob","tenantId":"acme"}\n');
    expect([granting.code, revoking.code]).toEqual([0, 0]);
    expect(auditOf(granting)).toMatchObject({ outcome: 'planned', writes: 0 });
    expect(writes()).toEqual([]);
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('joins the tenant first with --join-tenant only', async () => {
    const without = await run('grant', 'role:acme/Approver:assigned', 'U2Cleo');
    const joined = await run('grant', 'role:acme/Approver:assigned', 'U2Cleo', '--join-tenant');

    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain('baton-descope: user U2Cleo is not a member of Acme: grant tenant:acme:member first, or use --join-tenant\n');
    expect(joined).toMatchObject({ code: 0, stdout: 'Cleo now holds Approver in Acme.\nWith it came: membership of Acme.\n' });
    expect(writes()).toHaveLength(2);
  });

  it('takes a login id for the user who has it', async () => {
    const ended = await run('grant', 'role:Editor:assigned', 'ada@acme.example');

    expect(ended).toMatchObject({ code: 0, stdout: 'Ada now holds Editor.\n' });
    expect(auditOf(ended)).toMatchObject({ principal: 'U2Ada' });
    expect(emulator.state.user('U2Ada')?.roleNames).toEqual(['Editor']);
  });
});

describe('revoke', () => {
  it('says what is so no more, and what went along', async () => {
    const role = await run('revoke', 'role:Editor:assigned', 'U2Bob');
    const membership = await run('revoke', 'tenant:acme:member', 'bob@acme.example');

    expect(role).toMatchObject({ code: 0, stdout: 'Bob does not hold Editor any more.\n' });
    expect(membership).toMatchObject({ code: 0, stdout: 'Bob is not a member of Acme any more.\nWith it went: Editor in Acme, Approver in Acme.\n' });
    expect(emulator.state.user('U2Bob')).toMatchObject({ roleNames: ['Viewer'], tenants: [{ tenantId: 'globex', roleNames: ['Editor', 'Auditor'] }] });
  });

  it('says so when there was nothing to take, also from nobody, and sends nothing', async () => {
    const [held, nobody] = [await run('revoke', 'role_binding:acme/Viewer:assigned', 'U2Bob'), await run('revoke', 'role:Editor:assigned', 'U2Nobody')];

    expect(held).toMatchObject({ code: 0, stdout: 'Bob does not hold Viewer in Acme: nothing sent.\n' });
    expect(nobody).toMatchObject({ code: 0, stdout: 'There is no user U2Nobody in the project: nothing sent. Was the id meant?\n' });
    expect(writes()).toEqual([]);
  });
});

describe('a change that is not made', () => {
  it.each([
    ['for an unknown user', 'role:Editor:assigned', 'U2Nobody', 1, 'there is no user U2Nobody', true],
    ["where the tenant's own role is meant", 'role_binding:globex/Auditor:assigned', 'U2Bob', 1, 'defines a role "Auditor" of its own', true],
    ['of a permission', 'permission:read:granted', 'U2Ada', 1, 'edit the role in Descope', true],
    ['of an entitlement with another slug', 'role:Editor:member', 'U2Ada', 2, '--entitlement is not an id of ours', false],
    ['of a binding without a tenant', 'role_binding:Editor:assigned', 'U2Ada', 2, 'no role_binding has the id "Editor"', true],
    ['of an entitlement that is too long', `role:${'x'.repeat(2_000)}:assigned`, 'U2Ada', 2, '1 to 1024 bytes', true],
    ['for no user', 'role:Editor:assigned', '', 2, '--principal must be 1 to 1024 bytes', true],
  ])('%s ends with one line on stderr and nothing on stdout: %s for %s, exit %i', async (_what, entitlement, principal, code, message, isAudited) => {
    const before = snapshot(emulator.state);

    const ended = await run('grant', entitlement, principal);

    const lines = ended.stderr.trim().split('\n');
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(lines.filter((line) => line.startsWith('baton-descope: '))).toEqual([expect.stringContaining(message)]);
    expect(lines.filter((line) => line.startsWith('{"audit":{')).map((line) => (JSON.parse(line) as { audit: { outcome: string } }).audit.outcome)).toEqual(isAudited ? ['refused'] : []);
    expect(lines).toHaveLength(isAudited ? 2 : 1);
    expect(writes()).toEqual([]);
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('for a login id that two users have names neither, exit 1, and is written down', async () => {
    await emulator.close();
    const project = company();
    const twins = ['U2One', 'U2Two'].map((userId) => ({ userId, loginIds: ['twin@acme.example'] }));
    await start({ project: { ...project, users: [...(project.users ?? []), ...twins] }, switches: { loginIdIsolation: 'on' } });

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
    emulator.faults.add({ match: { endpoint: addRole }, times: Number.POSITIVE_INFINITY, fault: { kind: 'status', status: answered, headers: { 'retry-after': '3600' } } });

    const ended = await run('grant', 'role:Editor:assigned', 'U2Ada');

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain('"outcome":"failed"');
    expect(emulator.state.user('U2Ada')?.roleNames).toEqual([]);
  });

  it.each([
    [['grant', '--principal', 'U2Ada'], '--entitlement'],
    [['revoke', '--entitlement', 'role:Editor:assigned'], '--principal'],
    [['revoke', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Bob', '--join-tenant'], '--join-tenant'],
    [['grant', '--entitlement', 'role:Editor:assigned', '--principal', 'U2Ada', `--key=${canary}`], 'must not be given on the command line'],
  ])('with the wrong flags ends with exit 2 before anything is sent (%#)', async (args, message) => {
    const ended = await runCli(args, { env: envOf(emulator) });

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(emulator.stats.total).toBe(0);
  });
});

describe('a connection that breaks after the change', () => {
  it('is found out: exit 0 and one write', async () => {
    emulator.faults.add({ match: { endpoint: addRole }, fault: { kind: 'reset', at: 'before-headers', applied: true } });

    const ended = await run('grant', 'role_binding:acme/Editor:assigned', 'U2Ada');

    expect(ended).toMatchObject({ code: 0, stdout: 'Ada now holds Editor in Acme.\n' });
    expect(writes()).toHaveLength(1);
  });
});

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
    expect(text.trim().split('\n').map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['granted', 'refused', 'refused']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('that cannot be opened ends with exit 6 before anything is sent', async () => {
    await using folder = await temporaryFolder();

    const ended = await run('grant', 'role:Editor:assigned', 'U2Ada', '--audit-log', join(folder.path, 'no', 'audit.jsonl'));

    expect(ended).toMatchObject({ code: 6, stdout: '' });
    expect(ended.stderr).toContain('no change was sent');
    expect(emulator.stats.total).toBe(0);
  });
});

it('no output of any run above holds the key, or half of it', async () => {
  await run('grant', 'role:Viewer:assigned', 'U2Ada', '--log-level', 'debug');

  const all = outputs.join('\n');
  expect(all.length).toBeGreaterThan(3_000);
  for (const needle of [canary, canary.slice(0, 20), canary.slice(20), Buffer.from(canary).toString('base64').slice(0, 40)]) {
    expect(all).not.toContain(needle);
  }
});
