// A fleet for long: five hundred projects in simulated time, and a real process killed again and again. `npm test` and
// the cases have a short share of both. Usage: npm run soak:fleet [-- --hours 24 --projects 500 --workers 8 --kills 50]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { openSqliteEngine } from '../src/fleet/sqlite-engine.ts';
import { chanceOf } from '../test/support/chance.ts';
import { runCli, startCli } from '../test/support/cli.ts';
import { hourlyFleet, hourMs, lateness, simulate } from '../test/support/fleet-simulation.ts';
import { testFleet } from '../test/support/fleet.ts';
import { SimulatedTime } from '../test/support/simulated-time.ts';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    projects: { type: 'string', default: '500' },
    workers: { type: 'string', default: '8' },
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const [hours, projects, workers, kills] = [values.hours, values.projects, values.workers, values.kills].map(Number) as [
  number,
  number,
  number,
  number,
];
const problems: string[] = [];
const must = (isTrue: boolean, text: string): void => {
  process.stdout.write(`${isTrue ? 'ok  ' : 'FAIL'} ${text}\n`);
  if (!isTrue) {
    problems.push(text);
  }
};

/** Syncs take 10 to 30 seconds, those of three projects 50 minutes, and one project's key is dead. */
async function simulated(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-soak-'));
  const fleet = hourlyFleet(projects);
  const startMs = Date.parse('2026-10-24T20:00:00Z'); // the clocks of Europe go back in the night
  const time = new SimulatedTime(startMs);
  await using engine = openSqliteEngine(join(folder, 'fleet.db'), { groups: fleet.groups, now: time.clock() });
  const slow = new Set(['P1', 'P2', 'P3']);
  const simulation = simulate({
    time,
    fleet,
    durationMs: (project, chance) =>
      project === 'P4' ? undefined : slow.has(project) ? 50 * 60_000 : 10_000 + chance() * 20_000,
  });
  const process = simulation.start(engine, { workers });
  await time.passUntil(startMs + (hours + 1) * hourMs);
  await process.stop();
  const late = lateness(
    simulation.starts.filter(({ project }) => !slow.has(project) && project !== 'P4'),
    startMs + hourMs,
  ).toSorted((one, other) => one - other);
  const wanted = (projects - 4) * hours;
  must(
    Math.abs(late.length - wanted) <= projects,
    `${late.length} slots of ${projects - 4} projects began in ${hours} h (${wanted} wanted)`,
  );
  must(
    (late.at(-1) ?? Infinity) <= 60_000,
    `the latest began ${(late.at(-1) ?? 0) / 1_000} s after its slot, the median ${(late[Math.floor(late.length / 2)] ?? 0) / 1_000} s`,
  );
  must(
    new Set(simulation.published).size === simulation.published.length,
    `${simulation.published.length} syncs were published, none twice`,
  );
  rmSync(folder, { recursive: true, force: true });
}

const countIn = (folder: string): number =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^sync-.*\.json$/.test(name)).length : 0;

/** A real `fleet run` killed at a moment of chance after it began a sync, then another one that must do it once. */
async function killed(): Promise<void> {
  const chance = chanceOf(Number(values.seed));
  await using fleet = await testFleet({
    projects: 1,
    users: 300,
    latencyMs: 40,
    defaults: { outputs: { keep: 10_000, history: 'access.db' } },
  });
  const folder = join(fleet.folder, 'syncs', 'p0');
  const env = { BATON_FLEET_ENGINE: `sqlite:${join(fleet.folder, 'fleet.db')}` };
  const words = ['fleet', 'run', '--file', fleet.file];
  let [before, during, wrong] = [0, 0, 0];
  for (let turn = 0; turn < kills; turn += 1) {
    const had = countIn(folder);
    await runCli(['fleet', 'sync', 'p0', '--file', fleet.file], { env });
    {
      await using dies = startCli(words, env);
      await dies.until(/sync started/);
      await new Promise((resolve) => setTimeout(resolve, chance() * 4_000));
      dies.send('SIGKILL');
    }
    const database = new DatabaseSync(join(fleet.folder, 'fleet.db'));
    const left = database.prepare('update run set lease_until = 0 returning state').all().length;
    database.close();
    if (left === 0) {
      before += 1; // it was published before it was killed
    } else {
      during += 1;
      await using next = startCli(words, env);
      await next.until(/sync complete/);
      await next.stop();
    }
    const latest = JSON.parse(readFileSync(join(folder, 'latest.json'), 'utf8')) as {
      readonly summary: { readonly complete: boolean };
    };
    // A process that is killed right after it published has not given the file its own name yet: the next sync does.
    wrong += latest.summary.complete && [had, had + 1].includes(countIn(folder)) ? 0 : 1;
  }
  must(
    wrong === 0,
    `${kills} kills: ${during} in a sync, ${before} after it; each sync was published once, and latest.json was always whole (seed ${values.seed})`,
  );
  const verified = await runCli(['history', 'verify', join(fleet.folder, 'access.db')]);
  must(verified.code === 0, 'the store that the syncs went into is whole');
}

await simulated();
if (kills > 0) {
  await killed();
}
process.exitCode = problems.length === 0 ? 0 : 1;
