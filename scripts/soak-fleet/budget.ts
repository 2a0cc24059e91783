import { startCli } from '../../test/support/cli.ts';
import { testFleet } from '../../test/support/fleet.ts';
import { mostInAMinute } from '../../test/support/request-budget.ts';
import { type Kind, kinds, realEngine } from './engines.ts';
import { type Amount, inTurn, pause, type Row } from './row.ts';

const requestsAMinute = 300;
const observedMs = 130_000;

/** Real time and real requests: two processes sync twelve projects of one group without a break; the emulators count. */
export async function budget(_amount: Amount): Promise<readonly Row[]> {
  return await inTurn(kinds, budgetOn);
}

async function budgetOn(kind: Kind): Promise<Row> {
  await using fleet = await testFleet({
    projects: 12,
    users: 300,
    defaults: { schedule: { every: '5s' }, group: 'acme' },
    groups: { acme: { requests: `${requestsAMinute}/m` } },
  });
  await using real = await realEngine(kind, fleet.folder);
  const env = { BATON_FLEET_ENGINE: real.name };
  const moments = (): number[] => fleet.emulators.flatMap(({ stats }) => stats.recent.map(({ at }) => at));
  {
    await using one = startCli(['fleet', 'run', '--workers', '3', '--file', fleet.file], env);
    await using other = startCli(['fleet', 'run', '--workers', '3', '--file', fleet.file], env);
    await Promise.all([one.until(/engine/), other.until(/engine/)]);
    await pause(observedMs);
    await Promise.all([one.stop(), other.stop()]);
  }
  const sent = moments();
  const most = mostInAMinute(sent);
  return {
    what: `12 projects without a break, two processes, ${requestsAMinute} requests a minute, ${kind}, real time`,
    must: 'never exceeded, as the emulators count; used to 3/4 at least',
    seen: `${sent.length} requests in ${observedMs / 1_000} s, ${most} in the fullest minute`,
    isHeld: most <= requestsAMinute && most >= requestsAMinute * 0.75,
  };
}
