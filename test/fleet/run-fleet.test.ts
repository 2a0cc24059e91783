import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { slotsOf } from '../../src/fleet/slots.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import type { FleetWatcher } from '../../src/fleet/watcher.ts';
import { temporaryFolder } from '../support/cli.ts';
import { hourlyFleet, hourMs, lateness, simulate, type SimulationOptions } from '../support/fleet-simulation.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

const startMs = Date.parse('2026-11-30T12:00:00Z');

/** A fleet in simulated time, and engines on one file, each with a clock that is set so much wrong. */
async function started(fleet: Fleet, durationMs: SimulationOptions['durationMs']) {
  const folder = await temporaryFolder();
  const time = new SimulatedTime(startMs);
  const engines: FleetEngine[] = [];
  return {
    time,
    simulation: simulate({ time, fleet, durationMs }),
    engine: (skewMs = 0): FleetEngine => {
      const engine = openSqliteEngine(join(folder.path, 'fleet.db'), {
        groups: fleet.groups,
        now: time.clock(skewMs),
        random: () => 0.5,
      });
      engines.push(engine);
      return engine;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** All slots of a fleet in a time, as they are told when they are published. */
const slotsIn = (fleet: Fleet, fromMs: number, untilMs: number): string[] =>
  fleet.projects.flatMap((project) => {
    const all: string[] = [];
    for (let slot = slotsOf(project)?.next(fromMs) ?? untilMs; slot < untilMs; slot += hourMs) {
      all.push(`${project.id}@${slot}`);
    }
    return all;
  });

const inOrder = (all: Iterable<string>): string[] => [...all].toSorted();

describe('a fleet that runs', () => {
  it('begins others in time although some are slow and one has a dead key', async () => {
    const fleet = hourlyFleet(60);
    const slow = new Set(['P1', 'P2']);

    await using world = await started(fleet, (project, chance) =>
      project === 'P3' ? undefined : slow.has(project) ? 50 * 60_000 : 10_000 + chance() * 20_000,
    );
    const { time, simulation } = world;
    const process = simulation.start(world.engine(), { workers: 4 });
    await time.passUntil(startMs + 2 * hourMs);
    await process.stop();

    const others = simulation.starts.filter(({ project }) => !slow.has(project) && project !== 'P3');
    const late = lateness(others, startMs + hourMs);
    expect(late.length).toBeGreaterThanOrEqual(57 - 2);
    expect(Math.max(...late)).toBeLessThanOrEqual(60_000);
    expect(new Set(simulation.published).size).toBe(simulation.published.length);
    const ofP3 = simulation.starts.filter(({ project }) => project === 'P3');
    expect(ofP3.length, 'four tries of the first slot, one of each later one').toBeLessThanOrEqual(4 + 2);
    expect(ofP3.length).toBeGreaterThanOrEqual(4 + 1);
  });

  it('tells whoever watches how each try ended, and when the engine was away', async () => {
    const fleet = hourlyFleet(3);
    await using world = await started(fleet, (project) => (project === 'P1' ? undefined : 10_000));
    const { time, simulation } = world;
    const [ends, answers]: [string[], Set<string>] = [[], new Set()];
    const busy = { now: 0, most: 0 };
    const watcher: FleetWatcher = {
      onEngine: (failure) => answers.add(failure ?? 'ok'),
      onStart: () => void (busy.most = Math.max(busy.most, (busy.now += 1))),
      onEnd: ({ name }, end, durationMs) => {
        busy.now -= 1;
        ends.push(`${name} ${end} ${durationMs}`);
      },
    };
    const engine = world.engine();
    let isAway = false;
    const flaky: FleetEngine = {
      ...engine,
      take: async (...asked) => {
        if (isAway) {
          throw new ConnectorError('unavailable', 'no way to it');
        }
        return await engine.take(...asked);
      },
    };
    const process = simulation.start(flaky, { workers: 2, watcher });
    await time.passUntil(startMs + 20_000);
    isAway = true;
    await time.passUntil(startMs + 30_000);
    await process.stop();

    expect(ends.toSorted()).toEqual(['P0 done 10000', 'P1 again 1000', 'P2 done 10000']);
    expect(busy).toEqual({ now: 0, most: 2 });
    expect([...answers]).toEqual(['ok', 'no way to it']);
  });

  it('does not say that the engine answers while nothing was due, so that it was not asked', async () => {
    const fleet = hourlyFleet(2);
    await using world = await started(fleet, () => 1_000);
    const { time, simulation } = world;
    const answers: string[] = [];
    const watcher: FleetWatcher = {
      onEngine: (failure) => answers.push(failure ?? 'ok'),
      onStart: () => undefined,
      onEnd: () => undefined,
    };
    const engine = world.engine();
    let isAway = false;
    const away: FleetEngine = {
      ...engine,
      take: async (...asked) => {
        if (isAway) {
          throw new ConnectorError('unavailable', 'no way to it');
        }
        return await engine.take(...asked);
      },
    };
    const process = simulation.start(away, { workers: 2, watcher });
    await time.passUntil(startMs + 10_000);
    isAway = true;
    const before = answers.length;
    await time.passUntil(startMs + 70_000);
    const meanwhile = answers.slice(before);
    await process.stop();

    expect(new Set(meanwhile)).toEqual(new Set(['no way to it']));
    expect(meanwhile.length, 'asked each five seconds, and not each second').toBeLessThanOrEqual(13);
  });

  it('takes the next run as soon as a worker is free', async () => {
    const fleet = hourlyFleet(4);
    await using world = await started(fleet, () => 10_300);
    const { time, simulation } = world;
    const process = simulation.start(world.engine(), { workers: 1 });
    await time.passUntil(startMs + 60_000);
    await process.stop();

    expect(simulation.starts.slice(0, 4).map(({ startedMs }) => startedMs - startMs)).toEqual([
      0, 10_300, 20_600, 30_900,
    ]);
  });

  it('publishes each slot once though two processes schedule, one with a clock five minutes fast', async () => {
    const fleet = hourlyFleet(12);
    await using world = await started(fleet, (_project, chance) => 10_000 + chance() * 20_000);
    const { time, simulation } = world;
    const processes = [
      simulation.start(world.engine(), { workers: 2 }),
      simulation.start(world.engine(5 * 60_000), { workers: 2, skewMs: 5 * 60_000 }),
    ];
    await time.passUntil(startMs + 2 * hourMs);
    await Promise.all(processes.map((process) => process.stop()));

    const wanted = slotsIn(fleet, startMs + 600_000, startMs + 2 * hourMs - 600_000);
    const published = simulation.published.filter((name) => wanted.includes(name));
    expect(inOrder(published)).toEqual(inOrder(wanted));
  });

  it('begins anew within two minutes what a killed process had under way, and publishes it once', async () => {
    const fleet = hourlyFleet(6);
    await using world = await started(fleet, () => 5 * 60_000);
    const { time, simulation } = world;
    const first = simulation.start(world.engine(), { workers: 3 });
    await time.passUntil(startMs + 60_000);
    const underWay = simulation.starts.map(({ project }) => project);
    first.kill();
    const second = simulation.start(world.engine(), { workers: 6 });
    await time.passUntil(startMs + 60_000 + 120_000);
    const again = simulation.starts.slice(3).map(({ project }) => project);
    await time.passUntil(startMs + 20 * 60_000);
    await second.stop();

    expect(underWay).toHaveLength(3);
    expect(again).toEqual(expect.arrayContaining(underWay));
    expect(simulation.published.filter((name) => underWay.includes(name.split('@')[0] ?? ''))).toHaveLength(
      new Set(simulation.published.filter((name) => underWay.includes(name.split('@')[0] ?? ''))).size,
    );
    expect(inOrder(new Set(simulation.published.map((name) => name.split('@')[0] ?? '')))).toEqual(
      inOrder(fleet.projects.map(({ id }) => id)),
    );
  });

  it('keeps the budget of a group over all processes', async () => {
    const fleet = hourlyFleet(12, { groups: { acme: { 'at-once': 2 } } }, (place) =>
      place < 8 ? { group: 'acme' } : {},
    );
    await using world = await started(fleet, (_project, chance) => 60_000 + chance() * 60_000);
    const { time, simulation } = world;
    const processes = [1, 2].map(() => simulation.start(world.engine(), { workers: 4 }));
    await time.passUntil(startMs + 2 * hourMs);
    await Promise.all(processes.map((process) => process.stop()));

    expect(simulation.mostAtOnce.get('acme')).toBe(2);
    expect(simulation.mostAtOnce.get('')).toBeGreaterThan(2);
  });

  it('ends a sync that takes longer than its timeout, and tries it again', async () => {
    const fleet = hourlyFleet(1, {}, () => ({ timeout: '10m', tries: 2 }));
    await using world = await started(fleet, () => hourMs);
    const { time, simulation } = world;
    const engine = world.engine();
    const process = simulation.start(engine, { workers: 1 });
    await time.passUntil(startMs + 25 * 60_000);

    expect(simulation.starts).toHaveLength(2);
    expect((await engine.states()).get('P0')).toMatchObject({
      run: { state: 'given-up' },
      failure: { kind: 'timeout', message: 'it took longer than its timeout of 600 s, and was ended' },
    });
    await process.stop();
  });

  it('gives what is under way back when it stops', async () => {
    const fleet = hourlyFleet(2);
    await using world = await started(fleet, () => 5 * 60_000);
    const engine = world.engine();
    const process = world.simulation.start(engine, { workers: 2 });
    await world.time.passUntil(startMs + 60_000);
    await process.stop();

    expect([...(await engine.states()).values()].map(({ run }) => [run?.state, run?.attempt])).toEqual([
      ['waiting', 0],
      ['waiting', 0],
    ]);
  });

  it('leaves runs of a project that its own file lacks to those who know it for an hour, and then puts them away', async () => {
    const known = hourlyFleet(2);
    const [first] = known.projects;
    await using world = await started({ ...known, projects: first === undefined ? [] : [first] }, () => 10_000);
    const { time, simulation } = world;
    const engine = world.engine();
    const newer = { project: 'P9', tries: 2, group: undefined };
    await engine.put({ ...newer, slotMs: startMs });
    const process = simulation.start(engine, { workers: 2 });
    const seen: unknown[] = [];
    for (const minutes of [1, 50, 70]) {
      await time.passUntil(startMs + minutes * 60_000);
      const { run, failure } = (await engine.states()).get('P9') ?? {};
      seen.push([run?.state, run?.attempt, failure?.kind]);
    }
    await process.stop();

    expect(seen).toEqual([
      ['waiting', 0, undefined],
      ['waiting', 0, undefined],
      ['given-up', 2, 'not-found'],
    ]);
  });

  it('asks an engine that is away again, and then makes up for the last slot of each project', async () => {
    const fleet = hourlyFleet(5);
    await using world = await started(fleet, () => 10_000);
    const { time, simulation } = world;
    const engine = world.engine();
    let isAway = false;
    const flaky: FleetEngine = new Proxy(engine, {
      get: (target, name) => {
        const call = Reflect.get(target, name) as (...given: readonly unknown[]) => Promise<unknown>;
        return async (...given: readonly unknown[]) => {
          if (isAway && name !== Symbol.asyncDispose) {
            throw new (await import('../../src/errors.ts')).ConnectorError('unavailable', 'the database is away');
          }
          return await call.apply(target, [...given]);
        };
      },
    });
    const process = simulation.start(flaky, { workers: 2 });
    await time.passUntil(startMs + hourMs);
    isAway = true;
    await time.passUntil(startMs + 3 * hourMs);
    isAway = false;
    const before = simulation.published.length;
    await time.passUntil(startMs + 3 * hourMs + 60_000);
    await process.stop();

    expect(before).toBeLessThanOrEqual(2 * 5);
    expect(simulation.published.length - before).toBeGreaterThanOrEqual(5);
    expect(new Set(simulation.published).size).toBe(simulation.published.length);
  });
});
