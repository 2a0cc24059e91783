import { hostname } from 'node:os';
import { createPermits } from '../fleet/budgets.ts';
import type { FleetEngine, Lease } from '../fleet/engine.ts';
import { type Fleet, projectNamed } from '../fleet/fleet.ts';
import { ConnectorError } from '../errors.ts';
import { runFleet } from '../fleet/run-fleet.ts';
import { createCourier } from '../fleet/webhooks/courier.ts';
import { workOn } from '../fleet/work.ts';
import type { CommandContext } from './command-context.ts';
import { type EngineFlags, openEngine } from './fleet-engine.ts';
import { type FleetFileFlags, openFleet } from './fleet-file.ts';
import { type FleetWatchFlags, watchFleet } from './fleet-watch.ts';
import { projectSync } from './fleet-project-sync.ts';
import { hookSender } from './fleet-webhooks.ts';
import { openLogger } from './logger.ts';
import { type Logger, silentLogger } from '../log.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';
import { waitFor } from './wait-for.ts';

export interface FleetRunFlags extends FleetFileFlags, EngineFlags, FleetWatchFlags {
  readonly workers?: number;
  readonly logFormat?: 'json' | 'console';
  /** Only does what others put in line. */
  readonly isWorker?: boolean;
}

/** How often a lease is kept: three may be missed before it is lost. */
const heartbeatMs = 15_000;
const usualWorkers = 4;

/** Syncs the projects of a fleet as they come due, until the process is asked to end. */
export async function run(
  { workers = usualWorkers, logFormat, isWorker = false, ...flags }: FleetRunFlags,
  { env, signal, print }: CommandContext,
): Promise<void> {
  const fleet = openFleet(flags);
  const logger = await openLogger('info', logFormat);
  await using stack = new AsyncDisposableStack();
  const { engine, name } = await openEngine(fleet, flags, env);
  stack.use(engine);
  const seen = await watchFleet({ fleet, engine, workers, flags, env, logger });
  stack.use(seen);
  print(
    `${counted(fleet.projects.length, 'project')} of ${fleet.path}, ${counted(workers, 'worker')}, engine ` +
      `${name}${seen.url === undefined ? '' : `\nhealth and metrics on ${seen.url}`}`,
  );
  await runFleet({
    fleet,
    engine,
    sync: projectSync(env, permitsFor(fleet, engine, logger, seen.onBudgetWait)),
    send: hookSender(env),
    workers,
    worker: workerName(),
    isScheduling: !isWorker,
    logger,
    watcher: seen.watcher,
    heartbeatMs,
    signal,
    now: Date.now,
    wait: waitFor,
  });
  seen.stopping();
  logger.info('stopped');
}

/** Puts one project in line, whatever its schedule says; with --now it is synced here, and waited for. */
export async function syncNow(
  word: string,
  { now: isHere = false, ...flags }: FleetRunFlags & { readonly now?: boolean },
  { env, signal, print }: CommandContext,
): Promise<void> {
  const fleet = openFleet(flags);
  const project = projectNamed(fleet, word);
  await using stack = new AsyncDisposableStack();
  const { engine, name } = await openEngine(fleet, flags, env);
  stack.use(engine);
  const put = await engine.put({
    project: project.id,
    slotMs: Date.now(),
    tries: isHere ? 1 : project.tries,
    group: project.group,
    isAsked: true,
  });
  if (put === 'paused') {
    throw new ConnectorError(
      'precondition',
      `${project.name} is paused: "baton-descope fleet resume ${project.name}" first`,
    );
  }
  const isBusy = put === 'passed-over' && !(await engine.retry(project.id)); // one that is to be tried again need not wait
  if (!isHere) {
    if (isBusy && (await engine.states()).get(project.id)?.run?.state === 'active') {
      print(`${project.name} is being synced already, and nothing was put in line: "fleet status" tells how that ends`);
      return;
    }
    print(`${project.name} is in line in ${name}: the next free worker of "fleet run" syncs it`);
    return;
  }
  const take = async (): Promise<Lease | undefined> => await engine.take(workerName(), project.id);
  // A run whose worker is gone may be given up only when somebody asks for it.
  const lease = (await take()) ?? ((await engine.retry(project.id)) ? await take() : undefined);
  if (lease === undefined) {
    throw new ConnectorError(
      'precondition',
      `${project.name} cannot begin here now: another worker syncs it, or its group is busy; "fleet status" tells`,
    );
  }
  if (lease.project !== project.id) {
    await engine.giveBack(lease);
    throw new Error(`the engine gave a run of ${lease.project}, and not of ${project.id}`);
  }
  let failure: unknown;
  let warnings: readonly string[] = [];
  const sync = projectSync(env, permitsFor(fleet, engine, silentLogger), { isAnew: true });
  const end = await workOn({
    engine,
    project,
    lease,
    sync: async (...given) => {
      try {
        const ready = await sync(...given);
        warnings = ready.warnings ?? [];
        return ready;
      } catch (thrown) {
        failure = thrown;
        throw thrown;
      }
    },
    heartbeatMs,
    logger: silentLogger, // the error is told by whoever prints it
    signal,
    now: Date.now,
    wait: waitFor,
  });
  if (end !== 'done') {
    const told = end === 'given-up' ? (await engine.states()).get(project.id)?.failure : undefined; // of what came after the sync
    throw failure instanceof ConnectorError
      ? failure
      : told !== undefined && told.kind !== 'lost'
        ? new ConnectorError(told.kind, told.message)
        : new ConnectorError('unavailable', `${project.name}: ${end}`);
  }
  warnings.forEach((text) => tell('warn', text));
  const logger = await openLogger('warn', undefined);
  const courier = createCourier({ fleet, engine, send: hookSender(env), logger, signal });
  await courier.sendDue(); // what cannot be sent now, a "fleet run" sends later
  await courier.end();
  const state = (await engine.states()).get(project.id);
  print(
    `${project.name}: ${counted(state?.last?.users ?? 0, 'user')}, ${counted(state?.last?.grants ?? 0, 'grant')}, in ${project.folder}`,
  );
}

function permitsFor(
  { budgets }: Fleet,
  { counts }: FleetEngine,
  logger: Logger,
  onWait: (group: string, ms: number) => void = () => undefined,
): ReturnType<typeof createPermits> {
  return createPermits({ counts, budgets, logger, now: () => performance.now(), wait: waitFor, onWait });
}

/** Of this process: unique while it lives, and tells where to look. */
function workerName(): string {
  return `${hostname()}:${process.pid}`;
}
