import { armor } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { ageReader } from '../support/private-keys.ts';
import { company, createUser, snapshot } from '../support/provisioning-server.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: { ...company(), userAttributes: [{ name: 'badge', type: 2 }] } });
});
afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { env: envOf(emulator) });
const dora = () => emulator.state.user('dora@acme.example');
const creations = (): readonly unknown[] =>
  emulator.stats.recent.filter(({ endpoint }) => endpoint === createUser).map(({ body }) => body);
const asked = ['--login-id', 'dora@acme.example', '--email', 'dora@acme.example'] as const;

describe('account create', () => {
  it('creates the user that the flags say, and says so', async () => {
    const flags = ['--display-name', 'Dora Doe', '--tenant-ids', 'acme,globex', '--custom-attributes', '{"badge": 7}'];
    const ended = await run('account', 'create', ...asked, ...flags, '--verified-email', '--create-disabled');

    expect(ended).toMatchObject({
      code: 0,
      stdout: `The user Dora Doe <dora@acme.example> (${dora()?.userId}) is created.\n`,
    });
    expect(dora()).toMatchObject({
      name: 'Dora Doe',
      status: 'disabled',
      verifiedEmail: true,
      customAttributes: { badge: 7 },
      tenants: [
        { tenantId: 'acme', roleNames: [] },
        { tenantId: 'globex', roleNames: [] },
      ],
    });
    expect(emulator.state.invitations()).toEqual([]);
  });

  it('shows with --dry-run what would be sent, sends nothing, and keeps it out of the audit line', async () => {
    const before = snapshot(emulator.state);

    const ended = await run('account', 'create', ...asked, '--given-name', 'Dora', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`  ${createUser} {"loginId":"dora@acme.example","email":"dora@acme.example",`);
    expect(ended.stdout).toContain('"givenName":"Dora"');
    expect(ended.stderr).toContain('"outcome":"planned"');
    expect(ended.stderr).not.toContain('"Dora"');
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('says of somebody who is there that nothing was sent, with exit 0, in JSON as well', async () => {
    const told = await run('account', 'create', '--login-id', 'bob@acme.example');
    const line = await run('account', 'create', '--login-id', 'bob@acme.example', '--json');

    expect(told).toMatchObject({
      code: 0,
      stdout: 'There is the user Bob <bob@acme.example> (U2Bob) with this login id or address already: nothing sent.\n',
    });
    expect(JSON.parse(line.stdout)).toEqual({
      operation: 'create',
      outcome: 'already-exists',
      resource: 'user:U2Bob',
      name: 'Bob',
      login: 'bob@acme.example',
      status: 'enabled',
      writes: [],
      requestId: expect.any(String) as string,
    });
    expect(creations()).toEqual([]);
  });

  it.each([
    [[], 2, 'needs --login-id'],
    [['--login-id', 'dora', '--email', 'dora'], 2, 'email is not an email address'],
    [['--login-id', 'dora', '--tenant-ids', 'nowhere'], 2, 'has no tenant with this id'],
    [['--login-id', 'ada@acme.example', '--email', 'bob@acme.example'], 1, 'U2Ada and U2Bob'],
  ] as const)('refuses %j, and sends nothing', async (args, code, words) => {
    const ended = await run('account', 'create', ...args);

    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(words);
    expect(creations()).toEqual([]);
  });
});

describe('account create --random-password', () => {
  const passwordOf = () => emulator.state.password(dora()?.userId ?? '');

  it('sets a password that must be changed, and prints it encrypted, alone on stdout', async () => {
    const { recipient, openFile } = await ageReader();

    const ended = await run('account', 'create', ...asked, '--random-password', '--recipient', recipient);

    expect(ended.code).toBe(0);
    const password = await openFile(armor.decode(ended.stdout));
    expect(password.length).toBeGreaterThan(15);
    expect(passwordOf()).toEqual({ value: password, mustChange: true });
    expect(ended.stderr).toContain(`The user dora@acme.example (${dora()?.userId}) is created.`);
    expect(ended.stderr).toContain('Its password is told this once, and must be changed at the first login.');
    expect(ended.stderr).not.toContain(password);
  });

  it('tells scripts the user and the password in one line', async () => {
    const { recipient, openFile } = await ageReader();

    const ended = await run('account', 'create', ...asked, '--random-password', `--recipient=${recipient}`, '--json');

    const line = JSON.parse(ended.stdout) as { readonly encrypted: readonly string[] };
    expect(line).toMatchObject({ outcome: 'created', resource: `user:${dora()?.userId}` });
    expect(await openFile(armor.decode(line.encrypted[0] ?? ''))).toBe(passwordOf()?.value);
  });

  it.each([
    ['neither way to tell the password', ['--random-password'], 'would be told to nobody'],
    ['both ways', ['--random-password', '--reveal', '--recipient', 'age1x'], 'give one of them'],
    ['a file in the place of the terminal', ['--random-password', '--reveal'], 'goes to a file or a program'],
    ['a mistyped recipient', ['--random-password', '--recipient', 'age1x'], 'recipient is not an age recipient'],
    ['a way to tell a password that is not made', ['--recipient', 'age1x'], 'add --random-password'],
  ])('is refused before anything is asked with %s', async (_what, flags, words) => {
    const ended = await run('account', 'create', ...asked, ...flags);

    expect(ended.code).toBe(2);
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(emulator.stats.total).toBe(0);
  });

  it('makes none for somebody who is there already', async () => {
    const { recipient } = await ageReader();
    const before = snapshot(emulator.state);

    const who = ['--login-id', 'bob@acme.example', '--random-password', '--recipient', recipient];
    const ended = await run('account', 'create', ...who);

    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('already: nothing sent') as string });
    expect(emulator.state.password('U2Bob')).toBeUndefined();
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('ends with 4 where the answer to the creation was lost, and sets no password for who may be somebody else', async () => {
    const { recipient } = await ageReader();
    emulator.faults.add({
      match: { endpoint: createUser },
      fault: { kind: 'reset', at: 'before-headers', applied: true },
    });

    const ended = await run('account', 'create', ...asked, '--random-password', '--recipient', recipient, '--json');

    expect(ended.code).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'created',
      message: expect.stringContaining('no password was set') as string,
    });
    expect(passwordOf()).toBeUndefined();
  });

  it('shows with --dry-run both requests, and makes no password', async () => {
    const ended = await run('account', 'create', ...asked, '--random-password', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('POST /v1/mgmt/user/password/set/temporary');
    expect(creations()).toEqual([]);
  });

  it.runIf(canLend)('shows the password on the terminal that asked for it', async () => {
    const ended = await onTerminal(['account', 'create', ...asked, '--random-password', '--reveal'], {
      env: envOf(emulator),
    });

    expect(ended.code).toBe(0);
    expect(ended.screen).toContain(passwordOf()?.value);
  });
});

describe('account invite', () => {
  it('sends one message with --yes, and tells what is left to do', async () => {
    const ended = await run('account', 'invite', ...asked, '--yes');

    expect(ended.code).toBe(0);
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'An invitation was sent. The user must accept it to sign in.',
    );
    expect(emulator.state.invitations()).toMatchObject([{ userId: dora()?.userId }]);
  });

  it('refuses without --yes where nobody can confirm it', async () => {
    const ended = await run('account', 'invite', ...asked);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('add --yes');
    expect(creations()).toEqual([]);
  });

  it.each([
    ['maybe-invited', 'may have been sent', 2, 2],
    ['not-invited', 'no invitation was sent', 1, 1],
  ] as const)('ends with 4 where the outcome is %s', async (outcome, words, nth, sent) => {
    emulator.faults.add({
      match: { endpoint: createUser, nth },
      fault: { kind: 'status', status: 503, applied: true },
    });

    const ended = await run('account', 'invite', ...asked, '--yes', '--json');

    expect(ended.code).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome,
      resource: `user:${dora()?.userId}`,
      message: expect.stringContaining(words) as string,
    });
    expect(creations()).toHaveLength(sent);
    expect(emulator.state.invitations()).toHaveLength(sent - 1);
  });

  it.runIf(canLend)('asks at a terminal', async () => {
    const ended = await onTerminal(['account', 'invite', ...asked], {
      env: envOf(emulator),
      type: [{ on: /Send an invitation\?/, keys: 'n\r' }],
    });

    expect(ended.code).toBe(1);
    expect(emulator.state.invitations()).toEqual([]);
  });
});

describe('--create-account-login', () => {
  it('creates a user with --provisioning, as every Baton connector does', async () => {
    const who = ['--create-account-login', 'dora@acme.example', '--create-account-email', 'dora@acme.example'];
    const ended = await run(...who, '--create-account-profile', '{"display_name": "Dora Doe"}', '-p');

    expect(ended).toMatchObject({ code: 0 });
    expect(dora()).toMatchObject({ name: 'Dora Doe', email: 'dora@acme.example', status: 'enabled' });
  });

  it.each([
    [['--create-account-login', 'dora'], 1, 'provisioning is not enabled'],
    [['--create-account-login', 'dora', '--create-account-profile', '[]', '-p'], 2, 'is not a JSON object'],
    [['--create-account-login', 'dora', '--create-account-resource-type', 'role', '-p'], 2, 'is "user", not "role"'],
  ] as const)('refuses %j', async (args, code, words) => {
    const ended = await run(...args);

    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(words);
    expect(creations()).toEqual([]);
  });
});
