import { runCli, startCli } from '../../test/support/cli.ts';
import { testFleet } from '../../test/support/fleet.ts';
import { mostInAMinute } from '../../test/support/request-budget.ts';
import { realEngine } from './engines.ts';
import { type Amount, pause, type Row, seconds, until } from './row.ts';

const projects = 12;
const everyMs = 60_000;
const requestsAMinute = 300;
const graceMs = 60_000;

/** A real server of PostgreSQL is stopped under two processes that sync twelve projects each minute, and started again. */
export async function away({ awaySeconds }: Amount): Promise<readonly Row[]> {
  await using fleet = await testFleet({
    projects,
    users: 300,
    latencyMs: 100,
    defaults: { schedule: { every: '1m' }, group: 'acme' },
    groups: { acme: { requests: `${requestsAMinute}/m`, 'at-once': 3 } },
  });
  await using real = await realEngine('PostgreSQL', fleet.folder);
  const { server, engine } = real;
  if (server === undefined) {
    throw new Error('PostgreSQL has a server');
  }
  const env = { BATON_FLEET_ENGINE: real.name };
  const words = ['fleet', 'run', '--workers', '2', '--file', fleet.file];
  await using one = startCli(words, env);
  await using other = startCli(words, env);
  const sent = (): number[] => fleet.emulators.flatMap(({ stats }) => stats.recent.map(({ at }) => at));
  const slots = async (): Promise<ReadonlyMap<string, number>> =>
    new Map([...(await engine.states())].map(([project, { last }]) => [project, last?.slotMs ?? 0]));
  const allSince = async (ms: number): Promise<boolean> => {
    const found = await slots().catch(() => new Map<string, number>());
    return found.size === projects && [...found.values()].every((slotMs) => slotMs > ms);
  };
  await until('all are synced once', () => allSince(0));
  await server.down();
  const downMs = Date.now();
  await pause(Math.min(10_000, awaySeconds * 500));
  const status = await runCli(['fleet', 'status', '--file', fleet.file], { env });
  await pause(awaySeconds * 1_000 - (Date.now() - downMs));
  await server.up();
  const upMs = Date.now();
  const tookMs = await until('all are synced again', () => allSince(upMs - everyMs));
  await pause(graceMs);
  const [ends, all] = [await Promise.all([one.stop(), other.stop()]), sent()];
  const told = ends.map(({ stderr }) => /the engine does not answer/.test(stderr) && /answers again/.test(stderr));
  const quiet = all.filter((at) => at > downMs + 60_000 && at < upMs).length;
  const inFirstSeconds = all.filter((at) => at >= upMs && at < upMs + 10_000).length;
  const most = mostInAMinute(all);
  const saysSo =
    status.code !== 0 && /^[^\n]*postgres:[^\n]*(?:nothing listens there|the database)[^\n]*\n$/.test(status.stderr);
  return [
    {
      what: `the database away for ${awaySeconds} s (real, ${projects} projects each minute)`,
      must: 'nothing lost: the last slot of each is made up for, within 120 s',
      seen: `all ${projects} synced within ${seconds(tookMs)} of its return; ${quiet} requests from a minute on after it went`,
      isHeld: tookMs <= 120_000 && quiet === 0,
    },
    {
      what: 'the same: no stampede',
      must: `never more than ${requestsAMinute} requests a minute`,
      seen: `${most} in the fullest minute, ${inFirstSeconds} in the first ten seconds after its return`,
      isHeld: most <= requestsAMinute && inFirstSeconds <= requestsAMinute / 6 + 6,
    },
    {
      what: 'the same: status says so',
      must: 'an error in one line, and a line in the log of each process when it goes and comes',
      seen: [
        `exit ${status.code}: ${status.stderr.trim().replace(/postgres:\S+/, 'postgres://...')}`,
        `; told by ${told.filter(Boolean).length} of 2`,
      ].join(''),
      isHeld: saysSo && told.every(Boolean),
    },
  ];
}
