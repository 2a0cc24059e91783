import { armor } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { people } from '../support/actions.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { ageReader } from '../support/private-keys.ts';
import { snapshot } from '../support/provisioning-server.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: people() });
});
afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { env: envOf(emulator) });
const status = (id: string): string | undefined => emulator.state.user(id)?.status;

describe('action list', () => {
  it('tells every action and what it takes, without a project', async () => {
    const { code, stdout } = await runCli(['action', 'list'], { env: {} });

    expect(code).toBe(0);
    expect(stdout).toContain('\ndisable_user user_id=...\n    Lets the user sign in no more');
    expect(stdout).toContain('\nuser.delete user_id=...\n');
  });

  it('prints a schema a line as JSON, and the flag of the ecosystem those of one type', async () => {
    const listed = await runCli(['action', 'list', '--json'], { env: {} });
    const asked = await run('--list-action-schemas');
    const ofUsers = await run('--list-action-schemas', '--list-action-schemas-resource-type', 'user');

    expect(asked.stdout).toBe(listed.stdout);
    expect(listed.stdout.split('\n').filter((line) => line.includes('"disable_user"'))).toHaveLength(1);
    expect(
      ofUsers.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name),
    ).toEqual(['delete']);
    expect(await run('--list-action-schemas', '--list-action-schemas-resource-type', 'usr')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no resource type "usr"; the types are user, '),
    });
  });
});

describe('action run', () => {
  it('runs the action on that user alone, and says in a sentence what was done', async () => {
    const ended = await run('action', 'run', 'disable_user', '--arg', 'user_id=U2Bob');

    expect(ended.code).toBe(0);
    expect(ended.stdout.replaceAll('\n', ' ')).toMatch(/^Bob is disabled, and the sessions are ended; session tokens/);
    expect([status('U2Bob'), status('U2Ada')]).toEqual(['disabled', 'enabled']);
    expect(ended.stderr).toContain('"outcome":"disabled"');
  });

  it('shows with --dry-run what would be sent, and sends nothing', async () => {
    const before = snapshot(emulator.state);

    const ended = await run('action', 'run', 'disable_user', '--arg', 'user_id=U2Bob', '--dry-run');

    expect(ended).toMatchObject({
      code: 0,
      stdout:
        'Nothing was sent.\nBob would be disabled and logged out.\nThis would be sent:\n  POST ' +
        '/v1/mgmt/user/update/status {"loginId":"U2Bob","status":"disabled"}\n  POST /v1/mgmt/user/logout ' +
        '{"userId":"U2Bob"}\n',
    });
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('tells in one line of JSON what a script needs', async () => {
    const ended = await run('action', 'run', 'enable_user', '--arg', 'user_id=U2Dee', '--json');

    expect(JSON.parse(ended.stdout)).toEqual({
      action: 'enable_user',
      status: 'complete',
      success: true,
      message: 'Dee is enabled',
      request_ids: [expect.any(String)],
      writes: [{ request: 'POST /v1/mgmt/user/update/status', body: { loginId: 'U2Dee', status: 'enabled' } }],
    });
  });

  it('that fails ends with the error and its exit code, after what JSON tells', async () => {
    const ended = await run('action', 'run', 'enable_user', '--arg', 'user_id=U2Eve', '--json');

    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'failed', success: false });
    expect(ended.stderr).toContain('user U2Eve is invited, not disabled');
  });

  it('asks before what cannot be undone, and is refused where nobody can answer', async () => {
    const refused = await run('action', 'run', 'remove_totp', '--arg', 'user_id=U2Bob');
    const kept = emulator.state.user('U2Bob')?.TOTP;
    const done = await run('action', 'run', 'remove_totp', '--arg', 'user_id=U2Bob', '--yes');

    expect([refused.code, kept]).toEqual([2, true]);
    expect(refused.stderr).toContain('add --yes to do it, or --dry-run to look');
    expect([done.code, emulator.state.user('U2Bob')?.TOTP]).toEqual([0, false]);
  });

  it.runIf(canLend)('takes yes from a terminal', async () => {
    const { screen } = await onTerminal(['action', 'run', 'remove_totp', '--arg', 'user_id=U2Bob'], {
      env: envOf(emulator),
      type: [{ on: /Run remove_totp/, keys: 'y\r' }],
    });

    expect(screen).toContain('Run remove_totp (the user has to set up the authenticator anew)?');
    expect(emulator.state.user('U2Bob')?.TOTP).toBe(false);
  });

  it.each([
    [['disable_usr'], 1, 'did you mean disable_user?'],
    [['disable_user'], 2, 'disable_user needs the argument user_id'],
    [['disable_user', '--arg', 'user_id'], 2, 'is not name=value'],
    [['disable_user', '--arg', 'user_id=a', '--arg', 'user_id=b'], 2, 'user_id is given twice'],
    [['disable_user', '--arg', 'user=U2Bob'], 2, 'takes no argument user; it takes user_id'],
  ])('%j is refused before anything is asked', async (args, code, why) => {
    const ended = await run('action', 'run', ...args);

    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(why)]);
    expect(emulator.stats.total).toBe(0);
  });
});

describe('--invoke-action', () => {
  const args = ['--invoke-action', 'disable_user', '--invoke-action-args', '{"user_id": "U2Bob"}'];

  it('runs an action with --provisioning, and is refused without', async () => {
    const refused = await run(...args);
    const before = status('U2Bob');
    const done = await run(...args, '--provisioning');

    expect([refused.code, before]).toEqual([1, 'enabled']);
    expect(refused.stderr).toContain('provisioning is not enabled: add --provisioning');
    expect([done.code, status('U2Bob')]).toEqual([0, 'disabled']);
  });

  it('takes an action of a type with the flag for it', async () => {
    const flags = '--invoke-action delete --invoke-action-resource-type user -p --invoke-action-args'.split(' ');
    const done = await run(...flags, '{"user_id": "U2Bob"}');

    expect([done.code, emulator.state.user('U2Bob')]).toEqual([0, undefined]);
  });

  it('refuses arguments that are no JSON object', async () => {
    const ended = await run('--invoke-action', 'disable_user', '--invoke-action-args', 'user_id=U2Bob', '-p');

    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('is not a JSON object')]);
  });
});

describe('action run access_key.rotate', () => {
  const rotate = ['action', 'run', 'access_key.rotate', '--arg', 'access_key_id=K2Free'];
  const secret = (): string | undefined => emulator.state.accessKeys().find(({ id }) => id === 'K2Free')?.cleartext;
  const isRotated = (): boolean => emulator.stats.count('POST /v1/mgmt/accesskey/rotate') > 0;

  it('prints the new secret encrypted for --recipient, alone on stdout', async () => {
    const { recipient, openFile } = await ageReader();

    const ended = await run(...rotate, '--yes', '--recipient', recipient);

    expect(ended.code).toBe(0);
    expect(await openFile(armor.decode(ended.stdout))).toBe(secret());
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain('Nightly export has a new secret');
    expect(ended.stderr).not.toContain(secret());
  });

  it('by the flag of the ecosystem does the same, and tells a script all in one line', async () => {
    const { recipient, openFile } = await ageReader();
    const args = JSON.stringify({ access_key_id: 'K2Free', recipients: [recipient] });

    const byFlag = await run(
      '--invoke-action=rotate',
      '--invoke-action-resource-type=access_key',
      '--provisioning',
      '--invoke-action-args={"access_key_id": "K2Free"}',
      '--recipient',
      recipient,
    );
    const first = secret();
    const byArgument = await run(
      '--invoke-action=rotate',
      '--invoke-action-resource-type=access_key',
      '--provisioning',
      '--invoke-action-args',
      args,
    );
    const line = JSON.parse((await run(...rotate, '--yes', '--json', '--recipient', recipient)).stdout) as {
      readonly encrypted: readonly string[];
    };

    expect([byFlag.code, byArgument.code]).toEqual([0, 0]);
    expect(await openFile(armor.decode(byFlag.stdout))).toBe(first);
    expect(byArgument.stdout).toContain('-----BEGIN AGE ENCRYPTED FILE-----\n');
    expect(line).toMatchObject({ action: 'access_key.rotate', status: 'complete', success: true });
    expect(line.encrypted).toHaveLength(1);
    expect(await openFile(armor.decode(line.encrypted[0] ?? ''))).toBe(secret());
  });

  it.each([
    ['nobody to tell the secret to', ['--yes'], 'would be told to nobody'],
    ['--reveal into a file', ['--yes', '--reveal'], 'goes to a file or a program'],
    ['a mistyped recipient', ['--yes', '--recipient', 'age1x'], '--recipient 1: recipient is not an age recipient'],
    ['two places of recipients', ['--arg', 'recipients=age1x', '--recipient', 'age1x'], 'give one of them'],
  ])('is refused before anything is asked with %s', async (_what, flags, words) => {
    const ended = await run(...rotate, ...flags);

    expect(ended.code).toBe(2);
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(emulator.stats.total).toBe(0);
  });

  it('shows with --dry-run what would be sent, without a way to tell a secret that is not made', async () => {
    const ended = await run(...rotate, '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('POST /v1/mgmt/accesskey/rotate {"id":"K2Free"}');
    expect(isRotated()).toBe(false);
  });

  it.runIf(canLend)('shows the secret with --reveal on the terminal that asked for it', async () => {
    const ended = await onTerminal([...rotate, '--yes', '--reveal'], { env: envOf(emulator) });

    expect(ended.code).toBe(0);
    expect(ended.screen).toContain(secret());
  });
});
