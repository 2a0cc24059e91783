import type { Logger } from '../log.ts';
import { withFields } from '../log.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetEngine, Lease } from './engine.ts';
import type { Fleet, FleetProject } from './fleet.ts';
import { createScheduler } from './scheduler.ts';
import type { FleetWatcher, TryEnd } from './watcher.ts';
import { createCourier } from './webhooks/courier.ts';
import type { SendToHook } from './webhooks/deliver.ts';
import { workOn, type SyncProject } from './work.ts';

export interface RunFleetOptions {
  readonly fleet: Fleet;
  readonly engine: FleetEngine;
  readonly sync: SyncProject;
  readonly send: SendToHook;
  /** So many projects are synced at once by this process. */
  readonly workers: number;
  /** What this process is called in the engine. */
  readonly worker: string;
  /** False for a process that only does what others put in line. */
  readonly isScheduling: boolean;
  readonly logger: Logger;
  /** Told what this process does, for metrics and health. */
  readonly watcher?: FleetWatcher;
  /** How often a lease is kept. */
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Waits; must return early when the signal fires, and not throw. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How often the engine is asked for something to do, and slots are looked at. */
const pollMs = 1_000;
/** How long to pause when the engine does not answer. */
const awayMs = 5_000;

/** What is made up for leaves a fourth of the workers to slots that come due now. */
const shareForMadeUp = 3 / 4;

/** For so long a run of an unknown project may be of a newer fleet file, which other machines have already. */
const newerFileMs = 3_600_000;
const passOnMs = 60_000;

/** What is to be done with a run of a project that the fleet file here does not have. */
async function passOn(engine: FleetEngine, lease: Lease, logger: Logger, nowMs: number): Promise<void> {
  if (nowMs - lease.slotMs < newerFileMs) {
    logger.warn('a run is left to others: the fleet file here has no such project', { note: lease.project });
    await engine.giveBack(lease, passOnMs);
    return;
  }
  logger.warn('a run of a project that the file has no more is put away', { note: lease.project });
  await engine.fail(lease, { kind: 'not-found', message: 'the fleet file has no such project' });
}

/**
 * Puts slots in line as they come due, and does what is in line, so many at once, until the signal fires. An engine that
 * does not answer is asked again: nothing is lost meanwhile but time.
 */
export async function runFleet(options: RunFleetOptions): Promise<void> {
  const { fleet, engine, workers, worker, isScheduling, logger, watcher, signal, now, wait } = options;
  const projects = new Map(fleet.projects.map((project) => [project.id, project]));
  const scheduler = createScheduler(isScheduling ? fleet.projects : [], engine, now);
  const courier = createCourier(options);
  const atWork = new Set<Promise<void>>();
  let isAway = false;
  let someEnded = new AbortController();

  /** Does one thing with the engine; undefined where that cannot be reached now. */
  const ask = async <T>(work: () => Promise<T>): Promise<T | 'away'> => {
    try {
      const answer = await work();
      if (answer === 'unasked') {
        return answer; // says nothing of the engine
      }
      if (isAway) {
        logger.info('the engine answers again');
      }
      isAway = false;
      watcher?.onEngine(undefined);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) {
        throw thrown;
      }
      if (!isAway) {
        logger.error('the engine does not answer; asked again until it does', { reason: thrown.message });
      }
      isAway = true;
      watcher?.onEngine(thrown.message);
      return 'away';
    }
  };

  const takeOn = async (lease: Lease, project: FleetProject): Promise<void> => {
    const own = withFields(logger, () => ({ project: project.name }));
    const startedMs = now();
    let end: TryEnd = 'unwritten';
    watcher?.onStart(project);
    try {
      end = await workOn({ ...options, lease, project, logger: own });
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) {
        throw thrown;
      }
      own.error('how the sync ended could not be written down; its lease will lapse', { reason: thrown.message });
    } finally {
      watcher?.onEnd(project, end, now() - startedMs);
    }
  };

  while (!signal.aborted) {
    if (someEnded.signal.aborted) {
      someEnded = new AbortController();
    }
    if ((await ask(() => scheduler.putDue())) === 'away') {
      await wait(awayMs, signal);
      continue;
    }
    let lease: Lease | 'away' | undefined;
    while (atWork.size < workers && !signal.aborted) {
      const isMadeUpToo = atWork.size < workers * shareForMadeUp;
      lease = await ask(() => engine.take(worker, undefined, isMadeUpToo));
      if (lease === undefined || lease === 'away') {
        break;
      }
      const project = projects.get(lease.project);
      if (project === undefined) {
        const taken = lease;
        await ask(() => passOn(engine, taken, logger, now()));
        continue;
      }
      const work = takeOn(lease, project).finally(() => {
        atWork.delete(work);
        someEnded.abort();
      });
      atWork.add(work);
    }
    if (lease === 'away' || (await ask(() => courier.sendDue())) === 'away') {
      await wait(awayMs, signal);
      continue;
    }
    await wait(pollMs, AbortSignal.any([signal, someEnded.signal])); // a free worker does not wait
  }
  await Promise.all(atWork);
  await courier.end();
}
