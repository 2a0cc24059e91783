import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { expectWhole, killBench } from '../support/kills.ts';

describe('a sync that is killed', () => {
  it.concurrent.each(['sync.json', 'sync.c1z'] as const)(
    'before any operation on its files leaves the old %s byte for byte, or a whole new one, and the next run sweeps what it left',
    async (name) => {
      await using bench = await killBench(name);
      const { operations } = bench;
      const renamed = operations.indexOf('rename 1');
      const sampled = operations.filter(
        (operation) =>
          !/^database (pragma|create|begin|rows)/.test(operation) &&
          (!operation.startsWith('write') || /^write [26]$/.test(operation)),
      ); // all: npm run test:long

      for (const operation of sampled) {
        const outcome = await bench.kill(operation);

        expect({ operation, ...outcome }).toMatchObject({
          isKilled: true,
          target: operations.indexOf(operation) <= renamed ? 'old' : 'new',
        });
        expect(outcome.leftovers.length, `${operation}: ${outcome.leftovers.join()}`).toBeLessThanOrEqual(2); // what the one before left is gone
      }

      expect(operations.slice(renamed - 2).map((operation) => operation.replace(/ \d+$/, ''))).toEqual([
        'sync',
        'close',
        'rename',
        'open folder',
        'sync folder',
        'close folder',
      ]);
      expect(sampled.length).toBeGreaterThanOrEqual(8); // with the other target: more than twenty
      expect(await bench.finish()).toEqual({ code: 0, names: [name], target: 'new' });
    },
  );
});

describe('two syncs at once on one target', () => {
  it('of two projects end with the whole file of one of them, the other refused or replaced, and nothing beside it', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    const one = await startEmulator({ users: 600 });
    stack.defer(() => one.close());
    const other = await startEmulator({ users: 500, projectId: 'P2OtherProject00000000000000' });
    stack.defer(() => other.close());
    const out = join(folder, 'sync.json');

    const runs = await Promise.all(
      [one, other].map((emulator) => runCli(['sync', '--out', out], { env: envOf(emulator) })),
    );

    const { resources, summary } = JSON.parse(await readFile(out, 'utf8')) as {
      resources: { id: { resourceType: string } }[];
      summary: { projectId: string };
    };
    await expectWhole(out);
    expect(runs.map(({ code }) => code)).toContain(0);
    expect(runs.filter(({ code }) => code !== 0 && code !== 7)).toEqual([]);
    expect([`${one.projectId}: 600`, `${other.projectId}: 500`]).toContain(
      `${summary.projectId}: ${resources.filter(({ id }) => id.resourceType === 'user').length}`,
    );
    expect(await readdir(folder)).toEqual(['sync.json']);
  });
});
