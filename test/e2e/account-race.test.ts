import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';
import { startGate } from '../support/gate.ts';
import { company, createUser, snapshot } from '../support/provisioning-server.ts';

let emulator: Emulator;
const asked = ['--login-id', 'dora@acme.example', '--email', 'dora@acme.example', '--tenant-ids', 'acme'] as const;
const dora = () => emulator.state.user('dora@acme.example');
const users = (): readonly unknown[] => (snapshot(emulator.state) as { readonly users: readonly unknown[] }).users;
const creations = (): readonly unknown[] => emulator.stats.recent.filter(({ endpoint }) => endpoint === createUser);

async function start(existingLoginId: 'bad-request' | 'conflict' | 'returned'): Promise<void> {
  emulator = await startEmulator({ project: company(), switches: { existingLoginId } });
}
afterEach(() => emulator.close());

/** Runs a command in two processes, neither of which sends its creation before both have looked. */
async function twice(...args: readonly string[]): Promise<readonly CliRun[]> {
  await using gate = await startGate(emulator.baseUrl, createUser.replace('POST ', ''), 2);
  const env = { ...envOf(emulator), DESCOPE_BASE_URL: gate.baseUrl };
  return await Promise.all([runCli(args, { env }), runCli(args, { env })]);
}

/** What the two said, as scripts read it: the one that found somebody first. */
const told = (ended: readonly CliRun[]): readonly { readonly outcome: string; readonly message?: string }[] =>
  ended
    .map(({ stdout }) => JSON.parse(stdout) as { readonly outcome: string; readonly message?: string })
    .toSorted((one, other) => (one.outcome < other.outcome ? -1 : 1));

/** Nobody but Dora is new, and nobody else was touched. */
function expectNobodyElse(before: readonly unknown[]): void {
  const others = users().filter((user) => (user as { readonly userId: string }).userId !== dora()?.userId);
  expect(others).toEqual(before);
}

describe('two processes that create one account at once', () => {
  it.each(['bad-request', 'conflict', 'returned'] as const)(
    'make one user, and one says that the user is there already, where a taken login id is answered as %s',
    async (existingLoginId) => {
      await start(existingLoginId);
      const before = users();

      const ended = await twice('account', 'create', ...asked, '--json');

      const resource = `user:${dora()?.userId}`;
      expect(ended.map(({ code }) => code)).toEqual([0, 0]);
      expect(told(ended)).toMatchObject([
        { outcome: 'already-exists', resource, message: expect.stringContaining('at the same moment') as string },
        { outcome: 'created', resource },
      ]);
      expect(creations()).toHaveLength(2);
      expect(emulator.state.invitations()).toEqual([]);
      expect(dora()).toMatchObject({ status: 'enabled', tenants: [{ tenantId: 'acme', roleNames: [] }] });
      expectNobodyElse(before);
    },
  );

  it.each(['bad-request', 'conflict', 'returned'] as const)(
    'send one invitation, by the one that made the user, where a taken login id is answered as %s',
    async (existingLoginId) => {
      await start(existingLoginId);
      const before = users();

      const ended = await twice('account', 'invite', ...asked, '--yes', '--json');

      expect(ended.map(({ code }) => code)).toEqual([0, 0]);
      expect(told(ended)).toMatchObject([
        { outcome: 'already-exists', message: expect.stringContaining('at the same moment') as string },
        { outcome: 'invited', message: 'An invitation was sent. The user must accept it to sign in.' },
      ]);
      expect(emulator.state.invitations()).toMatchObject([{ userId: dora()?.userId }]);
      expect(creations()).toHaveLength(3); // two of the user, one message
      expect(dora()).toMatchObject({ status: 'invited' });
      expectNobodyElse(before);
    },
  );

  it('send one invitation where the second looks after the first has sent it', async () => {
    await start('bad-request');
    const env = envOf(emulator);

    const invite = ['account', 'invite', ...asked, '--yes', '--json'];
    const ended = [await runCli(invite, { env }), await runCli(invite, { env })];

    expect(told(ended)).toMatchObject([{ outcome: 'already-exists' }, { outcome: 'invited' }]);
    expect(told(ended)[0]?.message).toContain('resend_invite');
    expect(creations()).toHaveLength(2); // the user, and the message
    expect(emulator.state.invitations()).toHaveLength(1);
  });
});
