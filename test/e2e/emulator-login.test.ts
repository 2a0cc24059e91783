import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { runCli } from '../support/cli.ts';

describe('emulator login', () => {
  it('signs a user in to an emulator that runs, and takes the port where the emulator takes it', async () => {
    const emulator = await startEmulator({ users: 2 });
    const port = new URL(emulator.baseUrl).port;
    const run = await runCli(['emulator', 'login', 'new@initech.example', '--groups', 'Finance', '--port', port]);
    await emulator.close();

    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('gained   Approver in initech, mapping of group Finance\n');
  });

  it('needs a login, an address and no flag of the emulator, and the emulator needs a port', async () => {
    const calls = [['login'], ['login', 'x'], ['login', 'x', '--users', '5'], []];
    const runs = await Promise.all(calls.map((args) => runCli(['emulator', ...args])));

    expect(runs.map(({ code, stderr }) => [code, stderr.replace(/; see .*\n/, '')])).toEqual([
      [2, 'baton-descope: login needs <login>'],
      [2, 'baton-descope: where does the emulator listen? Give --port, --url or DESCOPE_BASE_URL\n'],
      [2, "baton-descope: unknown option '--users'"],
      [2, 'baton-descope: emulator needs --port <port>'],
    ]);
  });
});
