import { ConnectorError } from '../errors.ts';
import { type LogFields, type Logger, whereItBroke } from '../log.ts';
import { type FleetEngine, type Lease, type Made, type NewEvent, usualTimes } from './engine.ts';
import type { FleetProject } from './fleet.ts';

/** A sync that is complete, and not yet where readers look. */
export interface ReadySync {
  readonly made: Made;
  /** What must be done before it is in its place and can be done again, such as taking it into a store. */
  readonly beforePlace?: () => Promise<void>;
  /** Puts it into its place, at once. Throws where that must not be: what is there is newer. */
  readonly place: () => void;
  /** What is told of it to webhooks, once it is in its place. */
  readonly events?: () => readonly NewEvent[];
  /** What can be done once it is there. */
  readonly afterPlace?: () => Promise<void>;
  /** Takes it away where it does not come into its place. */
  readonly discard?: () => Promise<void> | void;
  /** What its processes warned of. */
  readonly warnings?: readonly string[];
}

/** Syncs one project, to the side of its place. Throws a ConnectorError where it cannot. */
export type SyncProject = (project: FleetProject, lease: Lease, signal: AbortSignal) => Promise<ReadySync>;

export interface WorkOptions {
  readonly engine: FleetEngine;
  readonly project: FleetProject;
  readonly lease: Lease;
  readonly sync: SyncProject;
  readonly heartbeatMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long to wait before an engine that failed is asked again. */
const againMs = 3_000;

/** How a try ended. `stopped` gave its run back. */
export type WorkEnd = 'done' | 'again' | 'given-up' | 'lost' | 'stopped';

/** Does one try of one run: keeps its lease, ends it when that is lost or its time is over, publishes, tells how it went. */
export async function workOn(options: WorkOptions): Promise<WorkEnd> {
  const { engine, project, lease, sync, logger, signal, now, wait } = options;
  const over = new AbortController();
  const done = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  let why: 'lost' | 'late' | undefined;
  const end = (reason: 'lost' | 'late'): void => {
    why ??= reason;
    over.abort();
  };
  const beats = keepLease(options, done.signal, () => end('lost'));
  const lateAt = now() + project.timeoutMs;
  const clock = (async (): Promise<void> => {
    await wait(lateAt - now(), done.signal);
    if (!done.signal.aborted) {
      end('late');
    }
  })();
  const startedMs = now();
  let left: ReadySync | undefined;
  const placing: Placing = { state: 'not-yet' };
  const complete = async (ready: ReadySync): Promise<'done'> => {
    left = undefined;
    logger.info('sync complete', toldOf(ready.made));
    await tidyUp(ready, logger);
    return 'done';
  };
  /** What is in its place may be published, though the answer of the engine was lost: it knows. */
  const isPublished = async (): Promise<boolean> =>
    placing.state === 'placed' && (await insisting(options, () => signal.aborted)(() => engine.wasPublished(lease)));
  logger.info('sync started', { at: new Date(lease.slotMs).toISOString(), note: `try ${lease.attempt}` });
  try {
    const ready = await sync(project, lease, both);
    left = ready;
    // Nobody may store what somebody else is at again: the last look before what cannot be taken back.
    const insist = insisting(options, () => why !== undefined || signal.aborted);
    if (ready.beforePlace !== undefined && why !== 'lost' && (await insist(() => engine.keep(lease)))) {
      await ready.beforePlace();
    }
    if (why !== 'lost' && ((await publish(options, ready, placing, insist)) || (await isPublished()))) {
      return await complete(ready);
    }
    why = 'lost';
    return toldLost(logger);
  } catch (thrown) {
    if (left !== undefined && (await isPublished())) {
      return await complete(left);
    }
    if (why === 'lost') {
      return toldLost(logger);
    }
    if (signal.aborted) {
      await engine.giveBack(lease);
      logger.info('sync stopped, and put back in line');
      return 'stopped';
    }
    return await failed(options, why === 'late' ? late(project) : thrown, (now() - startedMs) / 1_000);
  } finally {
    await tidied('the sync is not published, and was not taken away', () => left?.discard?.(), logger);
    done.abort();
    await Promise.all([beats, clock]);
  }
}

type Insist = <T>(ask: () => Promise<T>, isHopeless?: () => boolean) => Promise<T>;

/** Asks an engine that fails again, for as long as the lease can last: a sync that is complete is not thrown away for that. */
function insisting({ now, wait, signal }: WorkOptions, isOver: () => boolean): Insist {
  return async (ask, isHopeless = () => false) => {
    const untilMs = now() + usualTimes.leaseMs;
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        if (!(thrown instanceof ConnectorError) || isHopeless() || isOver() || now() >= untilMs) {
          throw thrown;
        }
        await wait(againMs, signal);
      }
    }
  };
}

/** Publishes a sync, which is put into its place once, however often the engine is asked. */
async function publish(
  { engine, lease }: WorkOptions,
  { made, place, events }: ReadySync,
  placing: Placing,
  insist: Insist,
): Promise<boolean> {
  const once = (): void => {
    if (placing.state === 'not-yet') {
      placing.state = 'begun';
      place();
      placing.state = 'placed';
    }
  };
  return await insist(
    () => engine.publish(lease, made, once, events?.()),
    () => placing.state === 'begun', // it cannot be placed, and that is not the engine's fault
  );
}

/** How far a sync has come into its place. */
interface Placing {
  state: 'not-yet' | 'begun' | 'placed';
}

/** What is published stays so: what goes wrong after that is told, and no failure. */
async function tidyUp({ afterPlace, warnings = [] }: ReadySync, logger: Logger): Promise<void> {
  warnings.forEach((text) => logger.warn(text));
  await tidied('the sync is in its place, but was not tidied up after', async () => await afterPlace?.(), logger);
}

async function tidied(what: string, work: () => Promise<void> | void, logger: Logger): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const isKnown = thrown instanceof ConnectorError;
    logger.warn(what, isKnown ? { kind: thrown.kind, reason: thrown.message } : whereItBroke(thrown));
  }
}

async function keepLease(
  { engine, lease, heartbeatMs, wait }: WorkOptions,
  done: AbortSignal,
  onLost: () => void,
): Promise<void> {
  while (!done.aborted) {
    await wait(heartbeatMs, done);
    if (done.aborted) {
      return;
    }
    // An engine that is away keeps no lease, and gives it to nobody else either: publishing finds out.
    const isHeld = await engine.keep(lease).catch(() => true);
    if (!isHeld) {
      onLost();
      return;
    }
  }
}

async function failed({ engine, lease, logger }: WorkOptions, thrown: unknown, seconds: number): Promise<WorkEnd> {
  const isKnown = thrown instanceof ConnectorError;
  const kind = isKnown ? thrown.kind : 'unavailable';
  const message = isKnown ? thrown.message : 'something unexpected went wrong; the log has more';
  const ended = await engine.fail(lease, { kind, message });
  if (ended === 'lost') {
    return toldLost(logger);
  }
  logger.error(ended === 'again' ? 'sync failed, and is tried again' : 'sync failed, and is given up', {
    kind,
    reason: message,
    seconds: Math.round(seconds * 10) / 10,
    ...(!isKnown && whereItBroke(thrown)),
  });
  return ended;
}

function toldLost(logger: Logger): 'lost' {
  logger.warn('the lease of the sync was lost: what it found is not published');
  return 'lost';
}

function late({ timeoutMs }: FleetProject): ConnectorError {
  return new ConnectorError('timeout', `it took longer than its timeout of ${timeoutMs / 1_000} s, and was ended`);
}

function toldOf({ users, grants, requests, startedMs, finishedMs }: Made): LogFields {
  return { users, grants, requests, seconds: (finishedMs - startedMs) / 1_000 };
}
