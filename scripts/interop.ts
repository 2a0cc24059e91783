// Runs the unmodified Baton SDK against `serve`, and compares what it stores with our own sync file.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, openBench, type Scenario } from '../test/interop/bench.ts';
import type { Binaries } from '../test/interop/dialling/dial.ts';
import { scenarios } from '../test/interop/scenarios.ts';

/** So many scenarios run beside each other, of those that mostly wait. */
const atOnce = 4;
const neededGo = [1, 25] as const;
const source = join(import.meta.dirname, '..', 'test', 'interop');

function hasGo(): boolean {
  const [, major = 0, minor = 0] =
    /go(\d+)\.(\d+)/.exec(spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '')?.map(Number) ?? [];
  return major > neededGo[0] || (major === neededGo[0] && minor >= neededGo[1]);
}

/**
 * Builds the client and the SDK's own command line where the next run finds them; Go knows whether anything has
 * changed.
 */
async function build(): Promise<Binaries & { readonly client: string; readonly baton: string }> {
  const folder = join(tmpdir(), 'baton-descope-interop');
  await mkdir(folder, { recursive: true });
  const built = (name: string, target: string): string => {
    const binary = join(folder, name);
    const { status, stderr } = spawnSync('go', ['build', '-o', binary, target], { cwd: source, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`go build failed: ${stderr}`);
    }
    return binary;
  };
  return {
    client: built('client', './client'),
    demo: built('demo', './client/demo'),
    daemon: built('daemon', './daemon'),
    platform: built('platform', './platform'),
    baton: built('baton', 'github.com/conductorone/baton-sdk/cmd/baton'),
  };
}

/** Runs a scenario; never rejects. */
async function outcomeOf(
  { run }: Scenario,
  bench: Bench,
): Promise<{ readonly outcome: 'passed' | 'failed'; readonly seconds: number; readonly text: string }> {
  const startedAt = performance.now();
  const [outcome, text] = await run(bench).then(
    (seen) => ['passed', seen] as const,
    (thrown: unknown) => ['failed', thrown instanceof Error ? thrown.message : String(thrown)] as const,
  );
  return { outcome, text, seconds: (performance.now() - startedAt) / 1000 };
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
  const wanted = scenarios.filter(({ name }) => name.includes(values.only));
  count.skipped = scenarios.length - wanted.length;
  const begun = new Map<Scenario, ReturnType<typeof outcomeOf>>();
  const begin = (scenario: Scenario): ReturnType<typeof outcomeOf> => {
    const running = begun.get(scenario) ?? outcomeOf(scenario, bench);
    begun.set(scenario, running);
    return running;
  };
  const again = async (scenario: Scenario): ReturnType<typeof outcomeOf> => {
    await Promise.all(begun.values());
    return await outcomeOf(scenario, bench);
  };
  try {
    for (const [place, scenario] of wanted.entries()) {
      if (scenario.isBeside === true) {
        const next = wanted.slice(place, place + atOnce);
        const until = next.findIndex(({ isBeside }) => isBeside !== true);
        next.slice(0, until === -1 ? atOnce : until).forEach((one) => void begin(one));
      }
      const first = await begin(scenario);
      if (first.outcome === 'failed') {
        console.log(
          `failed ${first.seconds.toFixed(1).padStart(5)} s  ${scenario.name}, and is run again: ${first.text}`,
        );
      }
      // Clocks are real here, and other scenarios ran beside it: what fails is run once more, alone, before it counts.
      const { outcome, seconds, text } = first.outcome === 'failed' ? await again(scenario) : first;
      count[outcome] += 1;
      console.log(
        `${outcome === 'passed' ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(5)} s  ${scenario.name}: ${text}`,
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
