import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Conditions, Seen, Told } from './fixture.ts';
import type { Shape } from './project.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const cliPath = here('../../bin/baton-descope.js');

/** Linux can keep a process to one core, so that contender and fixture do not take turns on the same one. */
const canPin = process.platform === 'linux' && availableParallelism() > 1;
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin ? ['taskset', '-c', String(core), ...command] : command;
}

export interface Fixture {
  readonly address: string;
  load(shape: Shape): Promise<{ readonly grants: number; readonly bytes: number }>;
  begin(conditions: Conditions): Promise<void>;
  seen(): Promise<Seen>;
  close(): void;
}

export async function startFixture(): Promise<Fixture> {
  const child = fork(here('fixture.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--max-old-space-size=12288'],
  });
  const [{ address }] = (await once(child, 'message')) as [{ readonly address: string }];
  if (canPin && child.pid !== undefined) {
    await run('taskset', ['-a', '-p', '-c', '0', String(child.pid)]);
  }
  const tell = async <T>(told: Told): Promise<T> => {
    child.send(told);
    return ((await once(child, 'message')) as [T])[0];
  };
  return {
    address,
    load: (shape) => tell({ shape }),
    begin: async (conditions) => void (await tell({ begin: conditions })),
    seen: () => tell<Seen>({ report: true }),
    close: () => child.disconnect(),
  };
}

/**
 * What the operating system counted for a process, and by how much its timers of 10 ms were late, at the 99th
 * percentile.
 */
export interface Measured {
  readonly rssMb: number;
  readonly cpuS: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

export interface Ran {
  readonly measured: Measured;
  readonly stdout: string;
  /** On the clock that the fixture uses. */
  readonly startedAt: number;
  readonly endedAt: number;
}

let reports = 0;

export interface Started {
  readonly child: ChildProcess;
  /** Waits for its end, which must be a good one. */
  ended(): Promise<Ran>;
}

/** Starts Node with what measures it; on the second core. */
export function startNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { core = 1, nodeFlags = [] as readonly string[] } = {},
): Started {
  reports += 1;
  const report = join(tmpdir(), `bench-${process.pid}-${reports}.json`);
  const startedAt = performance.timeOrigin + performance.now();
  const [command = '', ...rest] = pinned(core, [
    process.execPath,
    ...nodeFlags,
    '--import',
    here('measure.mjs'),
    ...args,
  ]);
  const child = spawn(command, rest, {
    env: { ...process.env, ...env, BENCH_REPORT: report },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const end = once(child, 'close');
  return {
    child,
    ended: async () => {
      const [code] = (await end) as [number | null];
      const endedAt = performance.timeOrigin + performance.now();
      if (code !== 0) {
        throw new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`);
      }
      const measured = JSON.parse(await readFile(report, 'utf8')) as Measured; // measure.mjs wrote it
      await rm(report, { force: true });
      return { measured, stdout, startedAt, endedAt };
    },
  };
}

async function run(command: string, args: readonly string[]): Promise<void> {
  await once(spawn(command, args, { stdio: 'ignore' }), 'close');
}
