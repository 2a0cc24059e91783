import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, startCli, temporaryFolder } from '../../test/support/cli.ts';
import { type TestFleet, testFleet } from '../../test/support/fleet.ts';
import { type Kind, kinds, type RealEngine, realEngine } from './engines.ts';
import { type Amount, inTurn, type Row, seconds, until } from './row.ts';

const users = 1_000;
const workers = 2;
const jobs = 300;
const mostInATurn = 50;

/**
 * Many projects synced by two workers of a fleet, and by two plain loops of `sync`, in turns, so that what else the machine
 * does weighs on all alike; and what the engine takes for a job.
 */
export async function throughput({ projects }: Amount): Promise<readonly Row[]> {
  const each = Math.min(projects, mostInATurn);
  const turns = Math.max(1, Math.round(projects / each));
  await using fleet = await testFleet({ projects: each, users });
  await using stack = new AsyncDisposableStack();
  const engines = await inTurn(kinds, async (kind) => ({
    kind,
    real: stack.use(await realEngine(kind, fleet.folder)),
    tookMs: 0,
  }));
  let plainMs = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    plainMs += await loops(fleet.emulators, fleet.folder);
    for (const one of engines) {
      one.tookMs += await syncAll(one.real, fleet);
    }
  }
  const rows = engines.map(({ kind, tookMs }) => ({
    what: `${each * turns} syncs of ${users} users (${each} projects, ${turns} turns), ${workers} workers, ${kind}`,
    must: 'at least 0.9 x of plain loops of sync',
    seen: `${(plainMs / tookMs).toFixed(2)} x: ${seconds(tookMs)}, against ${seconds(plainMs)} of the loops`,
    isHeld: plainMs / tookMs >= 0.9,
  }));
  return [...rows, ...(await inTurn(kinds, overhead))];
}

/** All projects in line, and a `fleet run` that does them, its start included. */
async function syncAll({ engine, name }: RealEngine, { emulators, file }: TestFleet): Promise<number> {
  const slotMs = Date.now();
  for (const { projectId: project } of emulators) {
    await engine.put({ project, slotMs, tries: 4, group: undefined, isAsked: true });
  }
  const startMs = performance.now();
  await using running = startCli(['fleet', 'run', '--workers', String(workers), '--file', file], {
    BATON_FLEET_ENGINE: name,
  });
  const isDone = async (): Promise<boolean> =>
    [...(await engine.states()).values()].filter(({ last }) => last?.slotMs === slotMs).length === emulators.length;
  await until('all are synced', isDone, 3_600_000);
  const tookMs = performance.now() - startMs;
  await running.stop();
  return tookMs;
}

/** Two loops in a shell's manner: the next sync begins when the one before has ended. */
async function loops(emulators: readonly Emulator[], folder: string): Promise<number> {
  const left = [...emulators.entries()];
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [place, emulator] = next;
        const out = join(folder, `plain-${place}.json`);
        const { code, stderr } = await runCli(['sync', '--out', out, '--json'], { env: envOf(emulator) });
        if (code !== 0) {
          throw new Error(stderr);
        }
      }
    }),
  );
  return performance.now() - startMs;
}

/** All that an engine is asked for a job: put, taken, kept and published, and once asked in vain. */
async function overhead(kind: Kind): Promise<Row> {
  await using folder = await temporaryFolder();
  await using real = await realEngine(kind, folder.path);
  const { engine } = real;
  const startMs = performance.now();
  for (let job = 0; job < jobs; job += 1) {
    await engine.put({ project: `P${job % 50}`, slotMs: job + 1, tries: 4, group: undefined, isAsked: true });
    const lease = await engine.take('w');
    if (lease === undefined || !(await engine.keep(lease))) {
      throw new Error('what was put is taken');
    }
    const made = { startedMs: 0, finishedMs: 1, users: 1, grants: 1, requests: 1 };
    await engine.publish(lease, made, () => undefined);
    await engine.take('w');
  }
  const each = (performance.now() - startMs) / jobs;
  return {
    what: `what the engine takes for a job, ${kind}`,
    must: '50 ms at most',
    seen: `${each.toFixed(1)} ms (${jobs} jobs)`,
    isHeld: each <= 50,
  };
}
