import { type Counter, type Gauge, Registry } from 'prom-client';
import { bear, counter, gauge, histogram } from '../observe/metric-kinds.ts';
import { watchProcess } from '../observe/process-metrics.ts';
import type { EventQueue, FleetEngine } from './engine.ts';
import type { Fleet, FleetProject } from './fleet.ts';
import { isOld, isTimeOf } from './newest.ts';
import { type ProjectStatus, statusOf, statusWords } from './status.ts';
import { type FleetWatcher, tryEnds } from './watcher.ts';

export interface FleetMetricsOptions {
  readonly version: string;
  readonly fleet: Pick<Fleet, 'projects' | 'groups' | 'budgets'>;
  readonly engine: Pick<FleetEngine, 'states'> & { readonly events: Pick<EventQueue, 'states'> };
  /** How many syncs this process does at once. */
  readonly workers: number;
  readonly now?: () => number;
}

/**
 * The numbers of a fleet, for Prometheus; docs/fleet-metrics.md names each one. How projects are is asked of the engine
 * at each scrape, and left out where it does not answer: what is not known is no 0. Labels are those of the file, which
 * bounds them.
 */
export interface FleetMetrics extends FleetWatcher {
  /** An ask for requests of a group waited so long for its budget. */
  onBudgetWait(group: string, ms: number): void;
  setHealthy(isHealthy: boolean): void;
  readonly contentType: string;
  render(): Promise<string>;
  close(): void;
}

const states = Object.keys(statusWords) as readonly ProjectStatus['state'][];
const waitSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const syncSeconds = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 21_600];
/** A scrape does not wait longer for the engine. */
const longestWaitMs = 5_000;

export function createFleetMetrics({
  version,
  fleet,
  engine,
  workers,
  now = Date.now,
}: FleetMetricsOptions): FleetMetrics {
  const registry = new Registry();
  const work = workMetrics(registry, fleet, workers);
  const ofEngine = engineMetrics(registry, now);
  const up = gauge(registry, 'fleet_engine_up', '1 where the engine answered this scrape, else 0');
  const healthy = gauge(registry, 'healthy', '1 while /health says ok, else 0');
  healthy.set(1);
  const stopWatching = watchProcess(registry, { version, now });
  return {
    ...work,
    setHealthy: (isHealthy) => healthy.set(isHealthy ? 1 : 0),
    contentType: registry.contentType,
    render: async () => {
      const asked = Promise.all([engine.states(), engine.events.states()]);
      const [known, events] = (await within(longestWaitMs, asked).catch(() => undefined)) ?? [];
      up.set(known === undefined ? 0 : 1);
      const nowMs = now();
      ofEngine.tell(
        known &&
          fleet.projects.map((project) => ({
            project,
            status: statusOf(project, known.get(project.id), nowMs, events?.get(project.id)),
          })),
      );
      return await registry.metrics();
    },
    close: stopWatching,
  };
}

/** What this process does. */
function workMetrics(
  registry: Registry,
  { projects, groups, budgets }: FleetMetricsOptions['fleet'],
  workers: number,
): FleetWatcher & Pick<FleetMetrics, 'onBudgetWait'> {
  const syncs = counter(
    registry,
    'fleet_syncs_total',
    'tries of this process that ended, by how: done, again (failed, and tried again), given-up, lost, stopped, unwritten',
    ['project', 'group', 'result'],
  );
  const seconds = histogram(
    registry,
    'fleet_sync_duration_seconds',
    'how long tries took',
    ['group', 'result'],
    syncSeconds,
  );
  const waits = histogram(
    registry,
    'fleet_budget_wait_seconds',
    'how long asks for requests waited for the budget of their group',
    ['group'],
    waitSeconds,
  );
  const failures = counter(
    registry,
    'fleet_engine_failures_total',
    'times that the engine did not answer this process',
  );
  const busy = gauge(registry, 'fleet_workers_busy', 'syncs under way in this process');
  gauge(registry, 'fleet_workers', 'syncs that this process does at once, at most').set(workers);
  for (const project of projects) {
    bear(syncs, { project: [project.name], group: [project.group ?? ''], result: tryEnds });
  }
  for (const group of ['', ...groups.keys()]) {
    seconds.zero({ group, result: 'done' });
  }
  for (const group of budgets.keys()) {
    waits.zero({ group });
  }
  return {
    onEngine: (failure) => failures.inc(failure === undefined ? 0 : 1),
    onBudgetWait: (group, ms) => waits.observe({ group }, ms / 1_000),
    onStart: () => busy.inc(),
    onEnd: ({ name, group = '' }, result, durationMs) => {
      busy.dec();
      syncs.inc({ project: name, group, result });
      seconds.observe({ group, result }, durationMs / 1_000);
    },
  };
}

interface Known {
  readonly project: FleetProject;
  readonly status: ProjectStatus;
}

/** What the engine knows, the same in every process that asks it. */
function engineMetrics(registry: Registry, now: () => number): { tell(known: readonly Known[] | undefined): void } {
  const labels = ['project', 'group'] as const;
  const all: (Gauge | Counter)[] = [];
  const own = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> => {
    const made = gauge(registry, name, help, labelNames);
    all.push(made);
    return made;
  };
  const projects = own('fleet_projects', 'projects of the file, by state', ['state']);
  const longest = own('fleet_longest_wait_seconds', 'how long the run in line waits that is due longest', []);
  const state = own('fleet_project_state', 'always 1: the state that a project is in', [...labels, 'state']);
  const failure = own('fleet_project_failure', '1 while the last try of a project failed, by the kind of failure', [
    ...labels,
    'kind',
  ]);
  const finished = own(
    'fleet_last_complete_sync_timestamp_seconds',
    'when the last complete sync ended, Unix time; absent where there was none',
    labels,
  );
  const age = own('fleet_last_complete_sync_age_seconds', 'how long ago that was; absent where there was none', labels);
  const took = own(
    'fleet_last_complete_sync_duration_seconds',
    'how long it took; absent where there was none',
    labels,
  );
  const rows = own(
    'fleet_last_complete_sync_rows',
    'what it found, by type: user, grant; absent where there was none',
    [...labels, 'type'],
  );
  const old = own(
    'fleet_result_old',
    '1 where more than one slot has passed since the last complete sync began, or there was none',
    labels,
  );
  const givenUp = own('fleet_given_up_in_a_row', 'runs that were given up since the last complete sync', labels);
  const passedOver = counter(
    registry,
    'fleet_slots_passed_over_total',
    'slots that came due while the project was busy',
    labels,
  );
  all.push(passedOver);
  const events = own('fleet_events', 'events for webhooks that are not taken there yet, and those that were given up', [
    ...labels,
    'state',
  ]);
  return {
    tell: (known) => {
      all.forEach((metric) => metric.reset());
      if (known === undefined) {
        longest.remove();
        return;
      }
      const nowMs = now();
      states.forEach((one) => projects.set({ state: one }, known.filter(({ status }) => status.state === one).length));
      const due = known.flatMap(({ status: { dueMs } }) => (dueMs === undefined || dueMs > nowMs ? [] : [dueMs]));
      longest.set({}, due.length === 0 ? 0 : (nowMs - Math.min(...due)) / 1_000);
      for (const { project, status } of known) {
        const of = { project: project.name, group: project.group ?? '' };
        state.set({ ...of, state: status.state }, 1);
        givenUp.set(of, status.givenUpInARow);
        passedOver.inc(of, status.passedOver);
        if (project.webhooks.length > 0) {
          events.set({ ...of, state: 'waiting' }, status.events?.waiting ?? 0);
          events.set({ ...of, state: 'given-up' }, status.events?.dead ?? 0);
        }
        if (project.schedule !== undefined) {
          old.set(of, status.last === undefined || isOld(project, status.last.startedMs, nowMs) ? 1 : 0);
        }
        if (status.failure !== undefined) {
          failure.set({ ...of, kind: status.failure.kind }, 1);
        }
        if (status.last !== undefined) {
          const { startedMs, finishedMs, users, grants } = status.last;
          finished.set(of, finishedMs / 1_000);
          if (isTimeOf(finishedMs, nowMs)) {
            age.set(of, Math.max(0, nowMs - finishedMs) / 1_000);
          }
          took.set(of, (finishedMs - startedMs) / 1_000);
          rows.set({ ...of, type: 'user' }, users);
          rows.set({ ...of, type: 'grant' }, grants);
        }
      }
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
