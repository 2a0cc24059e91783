import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, startCli, temporaryFolder } from '../../test/support/cli.ts';
import { testFleet } from '../../test/support/fleet.ts';
import { type Kind, kinds, realEngine } from './engines.ts';
import { type Amount, inTurn, type Row, seconds, until } from './row.ts';

const users = 1_000;
const workers = 2;
const jobs = 300;

/** Many projects synced by two workers of a fleet, and by two plain loops of `sync`; and what the engine takes for a job. */
export async function throughput({ projects }: Amount): Promise<readonly Row[]> {
  const count = Math.min(projects, 200);
  await using fleet = await testFleet({ projects: count, users, defaults: { schedule: { every: '1d' } } });
  const plainMs = await loops(fleet.emulators, fleet.folder);
  const rows = await inTurn(kinds, async (kind): Promise<Row> => {
    await using real = await realEngine(kind, fleet.folder);
    const startMs = performance.now();
    await using running = startCli(['fleet', 'run', '--workers', String(workers), '--file', fleet.file], {
      BATON_FLEET_ENGINE: real.name,
    });
    await until(
      'all are synced',
      async () => [...(await real.engine.states())].filter(([, { last }]) => last !== undefined).length === count,
      3_600_000,
    );
    const tookMs = performance.now() - startMs;
    await running.stop();
    const ratio = plainMs / tookMs;
    return {
      what: `${count} projects x ${users} users, ${workers} workers, ${kind}`,
      must: 'at least 0.9 x of plain loops of sync',
      seen: `${ratio.toFixed(2)} x: ${seconds(tookMs)}, against ${seconds(plainMs)} of the loops`,
      isHeld: ratio >= 0.9,
    };
  });
  return [...rows, ...(await inTurn(kinds, overhead))];
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
    await engine.put({ project: `P${job % 50}`, slotMs: startMs + job, tries: 4, group: undefined, isAsked: true });
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
