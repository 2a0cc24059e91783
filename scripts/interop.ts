// Runs the unmodified Baton SDK against `serve`, and compares what it stores with our own sync file.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBench } from '../test/interop/bench.ts';
import { scenarios } from '../test/interop/scenarios.ts';

const neededGo = [1, 25] as const;
const source = join(import.meta.dirname, '..', 'test', 'interop', 'client');

function hasGo(): boolean {
  const [, major = 0, minor = 0] =
    /go(\d+)\.(\d+)/.exec(spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '')?.map(Number) ?? [];
  return major > neededGo[0] || (major === neededGo[0] && minor >= neededGo[1]);
}

/**
 * Builds the client and the SDK's own command line where the next run finds them; Go knows whether anything has
 * changed.
 */
async function build(): Promise<{ readonly client: string; readonly baton: string; readonly demo: string }> {
  const folder = join(tmpdir(), 'baton-descope-interop');
  await mkdir(folder, { recursive: true });
  const binaries = { client: join(folder, 'client'), baton: join(folder, 'baton'), demo: join(folder, 'demo') };
  for (const [binary, target] of [
    [binaries.client, '.'],
    [binaries.demo, './demo'],
    [binaries.baton, 'github.com/conductorone/baton-sdk/cmd/baton'],
  ] as const) {
    const { status, stderr } = spawnSync('go', ['build', '-o', binary, target], { cwd: source, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`go build failed: ${stderr}`);
    }
  }
  return binaries;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, users: { type: 'string' } } });
  if (!hasGo()) {
    console.log('skipped: no Go');
    return 0;
  }
  const binaries = await build();
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-'));
  const bench = await openBench(folder, binaries, values.users);
  const count = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const { name, run } of scenarios) {
      if (!name.includes(values.only)) {
        count.skipped += 1;
        continue;
      }
      const startedAt = performance.now();
      const [outcome, text] = await run(bench).then(
        (seen) => ['passed', seen] as const,
        (thrown: unknown) => ['failed', thrown instanceof Error ? thrown.message : String(thrown)] as const,
      );
      count[outcome] += 1;
      console.log(
        `${outcome === 'passed' ? 'ok    ' : 'FAILED'} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${name}: ${text}`,
      );
    }
  } finally {
    await bench.close();
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  return count.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
