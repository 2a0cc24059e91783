import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { firstStarts, hourlyFleet, hourMs, lateness, simulate } from '../../test/support/fleet-simulation.ts';
import { mostInAMinute } from '../../test/support/request-budget.ts';
import { SimulatedTime } from '../../test/support/simulated-time.ts';
import { type Amount, quantile, type Row, seconds } from './row.ts';

/** Of 500 projects; a short share has a budget that it uses up, too. */
const requestsOf = (projects: number): number => (projects < 100 ? 60 : 300);

/**
 * Simulated time: hourly projects on eight workers in two processes, which share a budget. Syncs take 10 to 30 seconds and
 * 20 requests, those of three projects 50 minutes, and the key of one is dead.
 */
export async function crowd({ projects, hours }: Amount): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-soak-'));
  const requestsAMinute = requestsOf(projects);
  const groups = { acme: { requests: `${requestsAMinute}/m` } };
  const fleet = hourlyFleet(projects, { groups }, () => ({ group: 'acme' }));
  const startMs = Date.parse('2026-10-24T20:00:00Z'); // the clocks of Europe go back in the night
  const time = new SimulatedTime(startMs);
  const path = join(folder, 'fleet.db');
  const open = () => openSqliteEngine(path, { groups: fleet.groups, now: time.clock() });
  await using one = open();
  await using other = open();
  const slow = new Set(['P1', 'P2', 'P3']);
  const simulation = simulate({
    time,
    fleet,
    durationMs: (project, chance) =>
      project === 'P4' ? undefined : slow.has(project) ? 50 * 60_000 : 10_000 + chance() * 20_000,
    requests: 20,
  });
  const processes = [simulation.start(one, { workers: 4 }), simulation.start(other, { workers: 4 })];
  await time.passUntil(startMs + hours * hourMs);
  await Promise.all(processes.map((process) => process.stop()));
  rmSync(folder, { recursive: true, force: true });
  const late = lateness(
    simulation.starts.filter(({ project }) => !slow.has(project) && project !== 'P4'),
    startMs,
  );
  const firstMs = firstStarts(simulation.starts, startMs);
  const wanted = (projects - 4) * hours;
  const twice = simulation.published.length - new Set(simulation.published).size;
  const most = mostInAMinute(simulation.sent.map(({ atMs }) => atMs));
  return [
    {
      what: `${projects} projects hourly, 8 workers, 3 slow, 1 dead, ${hours} h simulated`,
      must: 'all others start within 60 s of their slot',
      seen: [
        `${late.length} slots (${wanted} due): the latest ${seconds(Math.max(...late))} after its slot,`,
        ` p99 ${seconds(quantile(late, 0.99))}, median ${seconds(quantile(late, 0.5))}`,
        `; ${twice} published twice; ${firstMs.length} projects synced first within ${seconds(Math.max(...firstMs))} of the start`,
      ].join(''),
      isHeld:
        Math.max(...late) <= 60_000 &&
        twice === 0 &&
        Math.abs(late.length - wanted) <= projects &&
        firstMs.length === projects &&
        Math.max(...firstMs) <= hourMs + 60_000,
    },
    {
      what: `the same, a budget of ${requestsAMinute} requests a minute for all`,
      must: 'never exceeded',
      seen: `${simulation.sent.length} requests, ${most} in the fullest minute`,
      isHeld: most <= requestsAMinute && simulation.sent.length > 0,
    },
  ];
}
