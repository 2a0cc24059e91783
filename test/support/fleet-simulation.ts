import { ConnectorError } from '../../src/errors.ts';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import { type Fleet, readFleet } from '../../src/fleet/fleet.ts';
import { createPermits } from '../../src/fleet/budgets.ts';
import { runFleet } from '../../src/fleet/run-fleet.ts';
import type { FleetWatcher } from '../../src/fleet/watcher.ts';
import type { SyncProject } from '../../src/fleet/work.ts';
import { silentLogger } from '../../src/log.ts';
import { chanceOf } from './chance.ts';
import type { SimulatedTime } from './simulated-time.ts';

export const hourMs = 3_600_000;

/** Projects P0, P1 ... that are due each hour. */
export function hourlyFleet(
  count: number,
  more: object = {},
  ofProject: (place: number) => object = () => ({}),
): Fleet {
  return readFleet(
    'fleet.yaml',
    JSON.stringify({
      version: 1,
      defaults: { key: { env: 'KEY' }, schedule: { every: '1h' } },
      ...more,
      projects: Array.from({ length: count }, (_none, place) => ({ id: `P${place}`, ...ofProject(place) })),
    }),
    { projectId: (text) => text, baseUrl: (text) => text },
  );
}

/** A try of a run, as the simulated Descope saw it. */
export interface Start {
  readonly project: string;
  readonly slotMs: number;
  readonly startedMs: number;
}

export interface SimulationOptions {
  readonly time: SimulatedTime;
  readonly fleet: Fleet;
  /** How long a sync of a project takes; undefined for one whose key is dead. */
  readonly durationMs: (project: string, chance: () => number) => number | undefined;
  /** How many requests a sync sends, one after the other, within the budget of its group; none without it. */
  readonly requests?: number;
}

/** Processes of one fleet in simulated time, and what came of them. */
export interface Simulation {
  readonly starts: readonly Start[];
  /** Requests as Descope saw them. */
  readonly sent: readonly { readonly group: string; readonly atMs: number }[];
  /** "P7@slot" of what was published, in order. */
  readonly published: readonly string[];
  /** The most syncs of a group that were under way at once. */
  readonly mostAtOnce: ReadonlyMap<string, number>;
  /** Begins a process. `kill` ends it as kill -9 does: it does nothing any more. `stop` asks it to end. */
  start(engine: FleetEngine, options: ProcessOptions): SimulatedProcess;
}

export interface ProcessOptions {
  readonly workers: number;
  readonly skewMs?: number;
  readonly isScheduling?: boolean;
  readonly watcher?: FleetWatcher;
}

export interface SimulatedProcess {
  kill(): void;
  stop(): Promise<void>;
}

export function simulate({ time, fleet, durationMs, requests = 0 }: SimulationOptions): Simulation {
  const starts: Start[] = [];
  const published: string[] = [];
  const sent: { readonly group: string; readonly atMs: number }[] = [];
  const [atOnce, mostAtOnce] = [new Map<string, number>(), new Map<string, number>()];
  const chance = chanceOf(7);
  let processes = 0;
  return {
    starts,
    published,
    sent,
    mostAtOnce,
    start: (engine, { workers, skewMs = 0, isScheduling = true, watcher }) => {
      let isFrozen = false;
      const stopping = new AbortController();
      const wait = time.waiter(() => isFrozen);
      const shared = { counts: engine.counts, budgets: fleet.budgets, logger: silentLogger };
      const permits = createPermits({ ...shared, now: time.clock(), wait });
      const send = async (group: string, overMs: number, signal: AbortSignal): Promise<void> => {
        for (let request = 0; request < requests; request += 1) {
          const count = await permits
            .get(group)
            ?.take(1, signal)
            .catch(() => 0);
          if (signal.aborted || count === 0) {
            return;
          }
          sent.push({ group, atMs: time.nowMs });
          await wait(overMs / requests, signal);
        }
      };
      const sync: SyncProject = async ({ id, group = '' }, { slotMs }, signal) => {
        const startedMs = time.nowMs;
        starts.push({ project: id, slotMs, startedMs });
        const duration = durationMs(id, chance);
        atOnce.set(group, (atOnce.get(group) ?? 0) + 1);
        mostAtOnce.set(group, Math.max(mostAtOnce.get(group) ?? 0, atOnce.get(group) ?? 0));
        try {
          await (requests === 0 || duration === undefined
            ? wait(duration ?? 1_000, signal)
            : send(group, duration, signal));
        } finally {
          atOnce.set(group, (atOnce.get(group) ?? 0) - 1);
        }
        if (signal.aborted || duration === undefined) {
          throw new ConnectorError(signal.aborted ? 'cancelled' : 'unauthenticated', 'no sync came of it');
        }
        const made = { startedMs, finishedMs: time.nowMs, users: 1, grants: 1, requests: 1 };
        return { made, place: () => void published.push(`${id}@${slotMs}`) };
      };
      processes += 1;
      const running = runFleet({
        fleet,
        engine,
        sync,
        send: async () => 'sent',
        workers,
        worker: `w${processes}`,
        isScheduling,
        logger: silentLogger,
        ...(watcher !== undefined && { watcher }),
        heartbeatMs: 15_000,
        signal: stopping.signal,
        now: time.clock(skewMs),
        wait,
      });
      return {
        kill: () => void (isFrozen = true),
        stop: async () => {
          stopping.abort();
          await running;
        },
      };
    },
  };
}

/** How late, in milliseconds, the first try of each slot began, of the slots from a moment on. */
export function lateness(starts: readonly Start[], fromMs: number): number[] {
  const first = new Map<string, number>();
  for (const { project, slotMs, startedMs } of starts) {
    const name = `${project}@${slotMs}`;
    if (slotMs >= fromMs && !first.has(name)) {
      first.set(name, startedMs - slotMs);
    }
  }
  return [...first.values()];
}

/** How long after a moment each project began its first sync. */
export function firstStarts(starts: readonly Start[], fromMs: number): number[] {
  const first = new Map<string, number>();
  for (const { project, startedMs } of starts) {
    first.set(project, Math.min(first.get(project) ?? Number.POSITIVE_INFINITY, startedMs - fromMs));
  }
  return [...first.values()];
}
