import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, startCli, temporaryFolder } from '../support/cli.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 50 });
});
afterAll(async () => {
  await emulator.close();
});

const quiet = ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'];

describe('SIGUSR2', () => {
  it('makes serve sync at once, between its times', async () => {
    await using folder = await temporaryFolder();
    await using serve = startCli(
      [...quiet, '--sync-cron', '0 0 1 1 *', '--out', folder.path, '--keep', '5'],
      envOf(emulator),
    );
    await serve.until(/next sync/);
    const before = await readdir(folder.path);

    serve.send('SIGUSR2');
    await serve.until(/sync asked for by SIGUSR2[^]*sync complete/);
    serve.send('SIGUSR2');
    await serve.until(/(sync complete[^]*){2}/);
    const { code } = await serve.stop();

    expect(before).toEqual([]);
    expect(await readdir(folder.path)).toHaveLength(3); // latest.json, and a name of its own for each
    expect(code).toBe(0);
  });

  it('does no harm to a serve without syncs, which says why it runs none', async () => {
    await using serve = startCli(quiet, envOf(emulator));
    await serve.until(/listening on/);

    serve.send('SIGUSR2');
    await serve.until(/this serve runs none/);

    expect((await serve.stop()).code).toBe(0);
  });
});
