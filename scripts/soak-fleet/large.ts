import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { firstStarts, hourlyFleet, hourMs, lateness, simulate } from '../../test/support/fleet-simulation.ts';
import { SimulatedTime } from '../../test/support/simulated-time.ts';
import { chanceOf } from '../../test/support/chance.ts';
import { type Amount, quantile, type Row, seconds } from './row.ts';

const pageSize = 100;
/** What `rate-limit: auto` takes of the documented 200 searches a minute. */
const pagesAMinute = 160;
const startSeconds = 1;
const usersInAll = 100_000_000;
const workersOfProcess = 16;

/**
 * Simulated time: ten thousand projects with a hundred million users in all, a few of them large (a Pareto law), each synced
 * every six hours as fast as Descope's documented limit lets it, by as many workers as arithmetic says and a third more.
 */
export async function large({ manyProjects, seed }: Amount): Promise<readonly Row[]> {
  const everyHours = manyProjects < 1_000 ? 1 : 6; // a short share goes round sooner
  const chance = chanceOf(seed);
  const weights = Array.from({ length: manyProjects }, () => Math.min(300, (1 - chance()) ** (-1 / 1.3)));
  const sum = weights.reduce((all, one) => all + one, 0);
  const share = usersInAll * (manyProjects / 10_000);
  const users = weights.map((weight) => Math.max(1, Math.round((weight / sum) * share)));
  const durations = new Map(
    users.map((count, place) => [
      `P${place}`,
      (startSeconds + (Math.ceil(count / pageSize) * 60) / pagesAMinute) * 1_000,
    ]),
  );
  const busyMs = [...durations.values()].reduce((all, one) => all + one, 0);
  const least = busyMs / (everyHours * hourMs);
  const processes = Math.ceil((least * 4) / 3 / workersOfProcess);
  const workers = processes * workersOfProcess;

  const folder = mkdtempSync(join(tmpdir(), 'baton-soak-'));
  const path = join(folder, 'fleet.db');
  const fleet = hourlyFleet(manyProjects, {}, () => ({ schedule: { every: `${everyHours}h` } }));
  const startMs = Date.parse('2026-11-30T12:00:00Z');
  const time = new SimulatedTime(startMs);
  const engine = openSqliteEngine(path, { groups: fleet.groups, now: time.clock() });
  const simulation = simulate({ time, fleet, durationMs: (project) => durations.get(project) });
  const realMs = performance.now();
  const all = Array.from({ length: processes }, (_none, place) =>
    simulation.start(engine, { workers: workersOfProcess, isScheduling: place < 2 }),
  );
  const spanMs = 3 * everyHours * hourMs;
  await time.passUntil(startMs + spanMs);
  await Promise.all(all.map((process) => process.stop()));
  const tookMs = performance.now() - realMs;
  await engine[Symbol.asyncDispose]();
  const bytes = statSync(path).size;
  rmSync(folder, { recursive: true, force: true });
  const late = lateness(simulation.starts, startMs);
  const firstMs = firstStarts(simulation.starts, startMs);
  const pages = users.reduce((sumOfPages, count) => sumOfPages + Math.ceil(count / pageSize), 0);
  const figures = {
    projects: manyProjects,
    users: users.reduce((sumOfUsers, count) => sumOfUsers + count, 0),
    largestProject: Math.max(...users),
    medianProject: quantile(users, 0.5),
    everyHours,
    pagesPerRound: pages,
    requestsPerSecond: Math.round(pages / (everyHours * 3_600)),
    longestSyncMinutes: Math.round(Math.max(...durations.values()) / 60_000),
    workersByArithmetic: Math.ceil(least),
    workers,
    slots: late.length,
    firstSyncMinutes: {
      median: Math.round(quantile(firstMs, 0.5) / 60_000),
      most: Math.round(Math.max(...firstMs) / 60_000),
    },
    lateSeconds: {
      median: quantile(late, 0.5) / 1_000,
      p99: quantile(late, 0.99) / 1_000,
      most: Math.max(...late) / 1_000,
    },
    syncsPerSecond: Number((simulation.published.length / (spanMs / 1_000)).toFixed(2)),
    engineBytes: bytes,
    simulationSeconds: Math.round(tookMs / 1_000),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  const twice = simulation.published.length - new Set(simulation.published).size;
  return [
    {
      what: [
        `${manyProjects.toLocaleString('en')} projects, ${(figures.users / 1_000_000).toFixed(0)}M users,`,
        ` every ${everyHours} h, simulated`,
      ].join(''),
      must: 'workers by arithmetic and a third more start 99 of 100 within 60 s; none twice',
      seen: [
        `${workers} workers (${figures.workersByArithmetic} always busy): ${late.length} slots,`,
        ` p99 ${seconds(quantile(late, 0.99))} late, the latest ${seconds(Math.max(...late))}; ${twice} twice;`,
        ` ${firstMs.length} projects synced first within ${figures.firstSyncMinutes.most} minutes of the start`,
      ].join(''),
      isHeld: quantile(late, 0.99) <= 60_000 && twice === 0 && firstMs.length === manyProjects,
    },
  ];
}
