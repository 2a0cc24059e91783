import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { company, deleteUser, snapshot } from '../support/provisioning-server.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: company() });
});
afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { env: envOf(emulator) });
const deletions = (): readonly unknown[] =>
  emulator.stats.recent.filter(({ endpoint }) => endpoint === deleteUser).map(({ body }) => body);
const auditsOf = ({ stderr }: CliRun): readonly unknown[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{"audit":'))
    .map((line) => (JSON.parse(line) as { readonly audit: unknown }).audit);

describe('account delete', () => {
  it('finds the user by a login id, deletes exactly that one with --yes, and writes both lines', async () => {
    const ended = await run('account', 'delete', 'bob@acme.example', '--yes');

    expect(ended).toMatchObject({ code: 0, stdout: 'The user Bob <bob@acme.example> (U2Bob) is deleted.\n' });
    expect(deletions()).toEqual([{ userId: 'U2Bob' }]);
    expect([...emulator.state.users()].map(({ userId }) => userId)).toEqual(['U2Ada', 'U2Cleo']);
    expect(auditsOf(ended)).toMatchObject([
      { outcome: 'intended', resource: 'user:U2Bob' },
      { outcome: 'deleted', before: { exists: true }, after: { exists: false } },
    ]);
  });

  it('refuses without --yes where nobody can confirm it, and writes that down', async () => {
    const ended = await run('account', 'delete', 'U2Bob');

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('nothing was sent; add --yes to do it, or --dry-run to look');
    expect(deletions()).toEqual([]);
    expect(auditsOf(ended)).toMatchObject([{ operation: 'delete', resource: 'user:U2Bob', outcome: 'refused' }]);
  });

  it('shows with --dry-run what would be sent, and sends nothing', async () => {
    const before = snapshot(emulator.state);

    const ended = await run('account', 'delete', 'U2Bob', '--dry-run');

    expect(ended).toMatchObject({
      code: 0,
      stdout: `Nothing was sent. To delete the user Bob <bob@acme.example> (U2Bob), this would be:\n  ${deleteUser} {"userId":"U2Bob"}\n`,
    });
    expect(snapshot(emulator.state)).toEqual(before);
    expect(auditsOf(ended)).toMatchObject([{ outcome: 'planned', writes: 0 }]);
  });

  it('tells in one line of JSON what a script needs', async () => {
    const ended = await run('account', 'delete', 'U2Bob', '--yes', '--json');

    expect(JSON.parse(ended.stdout)).toEqual({
      operation: 'delete',
      outcome: 'deleted',
      resource: 'user:U2Bob',
      name: 'Bob',
      login: 'bob@acme.example',
      writes: [{ request: deleteUser, body: { userId: 'U2Bob' } }],
      requestId: expect.any(String) as string,
    });
  });

  it('says so of a user who is gone, and of a name that nobody has', async () => {
    const gone = await run('account', 'delete', 'U2Nobody00000000000000000000', '--yes');
    const unknown = await run('account', 'delete', 'Nobody', '--yes');

    expect(gone).toMatchObject({ code: 0 });
    expect(gone.stdout).toContain('There is no user U2Nobody00000000000000000000 in the project: nothing sent.');
    expect(unknown.code).toBe(1);
    expect(deletions()).toEqual([]);
  });

  it.runIf(canLend).each([
    ['y\r', 0, [{ userId: 'U2Bob' }], 'is deleted'],
    ['n\r', 1, [], 'not confirmed: nothing was sent'],
  ] as const)('asks at a terminal, and goes by the answer %j', async (keys, code, sent, words) => {
    const ended = await onTerminal(['account', 'delete', 'U2Bob'], {
      env: envOf(emulator),
      type: [{ on: /Delete user Bob <bob@acme\.example> \(U2Bob\)\?/, keys }],
    });

    expect(ended.code).toBe(code);
    expect(ended.screen).toContain(words);
    expect(deletions()).toEqual(sent);
  });
});

describe('--delete-resource', () => {
  it('deletes by the id, with --provisioning', async () => {
    const ended = await run('--delete-resource', 'U2Bob', '--delete-resource-type', 'user', '-p');

    expect(ended).toMatchObject({ code: 0, stdout: 'The user Bob <bob@acme.example> (U2Bob) is deleted.\n' });
    expect(deletions()).toEqual([{ userId: 'U2Bob' }]);
  });

  it.each([
    [['U2Bob', '--delete-resource-type', 'user'], 1, 'provisioning is not enabled'],
    [['U2Bob', '-p'], 2, '--delete-resource needs --delete-resource-type'],
    [['acme', '--delete-resource-type', 'tenant', '-p'], 1, 'a tenant is never deleted'],
  ] as const)('refuses %j', async (args, code, words) => {
    const ended = await run('--delete-resource', ...args);

    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(words);
    expect(deletions()).toEqual([]);
  });
});
