import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestClock } from 'pg-boss';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import { openPostgresEngine } from '../../src/fleet/postgres-engine.ts';
import { createScheduler } from '../../src/fleet/scheduler.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { chanceOf } from '../../test/support/chance.ts';
import { hourlyFleet, hourMs } from '../../test/support/fleet-simulation.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { type Kind, kinds } from './engines.ts';
import { type Amount, inTurn, type Row } from './row.ts';

const zone = 'Europe/Berlin';
const skewMs = 5 * 60_000;
const stepMs = 2 * 60_000;
/** One each hour, one each day in the hour that comes twice or never, and one of an interval. */
const schedules = [{ cron: '0 * * * *', zone }, { cron: '30 2 * * *', zone }, { every: '1h' }];
const changes = { 'back an hour': '2026-10-24T12:00:00Z', 'on an hour': '2027-03-27T12:00:00Z' };

/** Two schedulers, one with a clock five minutes fast, that are begun anew now and then, over a change of the clocks. */
export async function clocks(amount: Amount): Promise<readonly Row[]> {
  const cases = kinds.flatMap((kind) => Object.entries(changes).map(([how, from]) => ({ kind, how, from })));
  return await inTurn(cases, async ({ kind, how, from }) => await clocksOn(kind, how, Date.parse(from), amount));
}

/** An engine by a clock that is moved by hand. */
async function clockedEngine(kind: Kind, startMs: number) {
  if (kind === 'SQLite') {
    const folder = mkdtempSync(join(tmpdir(), 'baton-soak-'));
    let nowMs = startMs;
    const engine: FleetEngine = openSqliteEngine(join(folder, 'fleet.db'), { groups: new Map(), now: () => nowMs });
    return {
      engine,
      pass: async (ms: number) => void (nowMs += ms),
      [Symbol.asyncDispose]: async () => {
        await engine[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
  const server = await startPostgres();
  const clock = new TestClock(startMs);
  const engine = await openPostgresEngine(await server.database(), { groups: new Map(), clock });
  return {
    engine,
    pass: async (ms: number) => await clock.setTime(clock.now() + ms), // nothing is lost here: nobody need look for it
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function clocksOn(kind: Kind, how: string, startMs: number, { days, seed }: Amount): Promise<Row> {
  const { projects } = hourlyFleet(schedules.length, {}, (place) => ({ schedule: schedules[place] }));
  const chance = chanceOf(seed);
  await using clocked = await clockedEngine(kind, startMs);
  const { engine, pass } = clocked;
  let nowMs = startMs;
  const begin = (aheadMs: number) => createScheduler(projects, engine, () => nowMs + aheadMs);
  const running = [begin(0), begin(skewMs)];
  const done: { readonly project: string; readonly slotMs: number }[] = [];
  const endMs = startMs + days * 24 * hourMs;
  for (; nowMs <= endMs; nowMs += stepMs) {
    for (const place of [0, 1]) {
      if (chance() < 0.02) {
        running[place] = begin(place * skewMs); // a start: it knows nothing of what it put
      }
      await running[place]?.putDue();
    }
    for (let lease = await engine.take('w'); lease !== undefined; lease = await engine.take('w')) {
      done.push(lease);
      const made = { startedMs: nowMs, finishedMs: nowMs, users: 1, grants: 1, requests: 1 };
      await engine.publish(lease, made, () => undefined);
    }
    await pass(stepMs);
  }
  // Slots of the time in which both run, told by arithmetic of our own: hours of the world, and days of Berlin.
  const within = ({ slotMs }: { readonly slotMs: number }): boolean => slotMs > startMs && slotMs <= endMs - skewMs;
  const of = (project: string): number[] =>
    done.filter((one) => one.project === project && within(one)).map(({ slotMs }) => slotMs);
  const hours = Math.floor((endMs - skewMs - startMs) / hourMs);
  const dayOf = (ms: number): string => new Date(ms).toLocaleDateString('en', { timeZone: zone });
  const daysWanted = new Set(Array.from({ length: hours }, (_none, hour) => dayOf(startMs + (hour + 1) * hourMs)));
  daysWanted.delete(dayOf(startMs)); // it began after half past two
  const [hourly, daily, spread] = [of('P0'), of('P1'), of('P2')];
  const doubles = done.length - new Set(done.map(({ project, slotMs }) => `${project}@${slotMs}`)).size;
  const isDaily = daily.length === daysWanted.size && new Set(daily.map(dayOf)).size === daysWanted.size;
  // An interval has no hour of its own: between two of its slots lies an hour, and there are as many as hours, or one more.
  const sorted = [...new Set(spread)].toSorted((one, other) => one - other);
  const gaps = sorted.filter((slotMs, place) => place > 0 && slotMs - (sorted[place - 1] ?? 0) !== hourMs).length;
  const lost = hours - new Set(hourly).size + gaps + Math.max(0, hours - sorted.length);
  return {
    what: `two schedulers, one five minutes fast, clocks go ${how}, ${kind}`,
    must: 'no double and no lost slot',
    seen: [
      `${done.length} slots in ${days} days, ${doubles} double,`,
      ` ${lost} of ${2 * hours} hourly ones lost, ${daily.length} of ${daysWanted.size} days`,
    ].join(''),
    isHeld: doubles === 0 && lost === 0 && isDaily,
  };
}
