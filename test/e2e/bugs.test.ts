import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const plant = fileURLToPath(new URL('../support/plant-rejection.ts', import.meta.url));

it.each(['reject', 'throw'])(
  'a bug that nobody caught (%s) ends a sync with 70 and says so; the old file stays, and what is beside it is swept by the next run',
  async (kind) => {
    await using folder = await temporaryFolder();
    const emulator = await startEmulator({ users: 250, latencyMs: 300 });
    const out = join(folder.path, 'sync.json');
    await writeFile(out, 'the old file');

    const run = await runCli(['sync', '--out', out], {
      env: { ...envOf(emulator), PLANT: kind },
      nodeFlags: ['--import', plant],
    });
    const kept = await readFile(out, 'utf8');
    const next = await runCli(['sync', '--out', out], { env: envOf(emulator) });
    await emulator.close();

    expect(run.code).toBe(70);
    expect(run.stderr).toMatch(/a bug in this program \(reference [0-9a-f-]{36}\).*\nTypeError: planted/);
    expect(kept).toBe('the old file');
    expect(next.code).toBe(0);
    expect(await readdir(folder.path)).toEqual(['sync.json']);
  },
);
