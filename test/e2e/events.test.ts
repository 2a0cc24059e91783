import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli } from '../support/cli.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ project: { users: [] } });
  const occurred = Date.now() - 3_600_000;
  emulator.state.addAuditRecord({ id: 'A1', action: 'LoginSucceed', userId: 'U1', occurred });
  emulator.state.addAuditRecord({ id: 'A2', action: 'UserModified', userId: 'U1', occurred });
});
afterEach(() => emulator.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { env: envOf(emulator) });

describe('events, by the built program', () => {
  it('are printed by events tail', async () => {
    const ended = await run('events', 'tail');

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.split('\n').map((line) => line.slice(26))).toEqual([
      `user U1 signed in to project ${emulator.projectId}`,
      'user U1 changed',
      '',
    ]);
  });

  it.each([[['--event-feed', 'true']], [['--event-feed']], [['--event-feed=1']]])(
    'are printed without a command, too: %j',
    async (flag) => {
      const ended = await run(...flag, '--event-feed-id', 'descope_change_event_feed');

      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(ended.stdout)).toMatchObject({
        id: 'A2',
        resourceChangeEvent: { resourceId: { resource: 'U1' } },
      });
    },
  );

  it('are not found in a feed that there is not', async () => {
    const ended = await run('--event-feed', '--event-feed-id', 'nothing');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^baton-descope: there is no event feed "nothing"; the feeds are [^\n]+\n/);
  });

  it('refuse a bad time before anything is sent', async () => {
    const ended = await run('events', 'tail', '--start-at', 'yesterday');

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(emulator.stats.total).toBe(0);
  });
});
