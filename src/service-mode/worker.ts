import { ConnectorError } from '../errors.ts';
import type { Task } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { type LogFields, type Logger, whereItBroke } from '../log.ts';
import type { ConnectorSurface } from '../model/surface.ts';
import { createBackOff } from './back-off.ts';
import type { Clock } from './clock.ts';
import { createFinisher, isFinal } from './finish.ts';
import { type Ending, keepAlive } from './heartbeats.ts';
import type { Platform } from './platform.ts';
import type { RunSync } from './full-sync.ts';
import type { TaskContext, TaskKind, TaskName, TaskResult, TaskType } from './task.ts';
import type { PlatformWatcher, WrapTask } from '../observe/watchers.ts';

export interface WorkerOptions {
  readonly kinds: readonly TaskKind[];
  readonly platform: Platform;
  readonly surface: ConnectorSurface;
  readonly runSync: RunSync;
  readonly openDebugLog: TaskContext['openDebugLog'];
  /** How many tasks are worked on at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly watcher: PlatformWatcher;
  /** Runs each task, such as inside a span of a trace. */
  readonly wrapTask?: WrapTask | undefined;
}

/** Works on tasks: several at once, one sync at a time, changes ahead of everything else. */
export interface Worker {
  /** Takes a task, or refuses it; one that is known already is not taken twice. */
  accept(task: Task): Fate;
  /** Refuses a task that came too late, so that the platform can hand it to somebody else. */
  giveBack(task: Task): void;
  /** The tasks that wait or are worked on. */
  known(): readonly string[];
  /** Resolves when one more task could begin at once, or the signal fires. */
  room(signal: AbortSignal): Promise<void>;
  /**
   * Gives back what waits and the sync under way, lets changes come to their end (30 s), and resolves when nothing is
   * left.
   */
  stop(): Promise<void>;
}

/** What became of a task that the platform handed out. `given-back`: a sync for which there was no place. */
export type Fate = 'taken' | 'sync-taken' | 'given-back' | 'refused' | 'known';

interface Taken {
  readonly id: string;
  readonly isDebug: boolean;
  readonly type: TaskType;
  readonly kind: TaskKind;
  /** Fires when the task is to be given up. */
  readonly abort: AbortController;
  /** Fires when the task has ended. */
  readonly over: AbortController;
  /** The first heartbeat of a sync. */
  readonly alive: Promise<void>;
  ending?: Ending | 'stopping';
}

const lanes = ['change', 'read', 'sync'] as const;
/** One more sync than this is given back. */
const mostWaitingSyncs = 3;
/** How long changes that are under way may take once the process is asked to end. */
const changesMs = 30_000;

const endingWords = {
  cancelled: 'the platform cancelled the task',
  lost: 'ten heartbeats in a row were not answered; the task was given up',
  stopping: 'the process was asked to stop before the task was done; it can be tried again',
} as const;

export function createWorker(options: WorkerOptions): Worker {
  const { platform, surface, runSync, openDebugLog, concurrency, clock, logger, watcher } = options;
  const { wrapTask = (_kind, _id, work) => work() } = options;
  const kinds = new Map<TaskName, TaskKind>(options.kinds.map((kind) => [kind.name, kind]));
  const finisher = createFinisher({ platform, clock, logger });
  const running = new Map<string, Taken>();
  const stopping = new AbortController();
  const failedSyncs = createBackOff();
  /** No sync begins while this lasts: the last one failed. */
  let syncPause: Promise<void> | undefined;
  let waiting: readonly Taken[] = [];
  let told = Promise.withResolvers<void>();
  /** What still goes on behind tasks that have ended. */
  const rest = new Set<Promise<void>>();

  function changed(): void {
    told.resolve();
    told = Promise.withResolvers<void>();
  }

  function later(work: Promise<unknown>): void {
    const watched: Promise<void> = work
      .then(() => undefined)
      .catch((thrown: unknown) => logger.error('a task broke', whereItBroke(thrown)))
      .finally(() => {
        rest.delete(watched);
        changed();
      });
    rest.add(watched);
  }

  function isFree(lane: TaskKind['lane']): boolean {
    const isSyncFree = (): boolean =>
      syncPause === undefined && ![...running.values()].some(({ kind }) => kind.lane === 'sync');
    return running.size < concurrency && (lane !== 'sync' || isSyncFree());
  }

  /**
   * A sync that failed and may be tried again is handed out again at once by some platforms. The next one waits then, with
   * heartbeats, so that neither the platform nor Descope is asked without a pause; changes do not wait.
   */
  function pauseSyncs(): void {
    syncPause = (async () => {
      await clock.wait(failedSyncs.failed(), stopping.signal);
      syncPause = undefined;
      begin();
    })();
  }

  /** Begins what can begin: changes first, then in the order in which they came. */
  function begin(): void {
    for (const lane of lanes) {
      for (const taken of waiting.filter(({ kind }) => kind.lane === lane)) {
        if (!stopping.signal.aborted && isFree(lane)) {
          waiting = waiting.filter((other) => other !== taken);
          running.set(taken.id, taken);
          later(
            wrapTask(taken.kind.name, printableId(taken.id), () => work(taken)).finally(() => {
              running.delete(taken.id);
              begin();
            }),
          );
        }
      }
    }
  }

  /** Resolves with how it ended. */
  async function work(taken: Taken): Promise<string> {
    const { id, isDebug, kind, type, abort, over, alive } = taken;
    const startedAt = clock.now();
    const given = Promise.withResolvers<never>();
    given.promise.catch(() => undefined);
    const giveUp = (): void => given.reject(endedEarly(taken.ending ?? 'stopping'));
    abort.signal.addEventListener('abort', giveUp, { once: true });
    logger.info('task begun', fieldsOf(taken));
    await Promise.race([alive, given.promise]).catch(() => undefined);
    if (taken.ending !== undefined) {
      return await end(taken, startedAt, { thrown: endedEarly(taken.ending) });
    }
    const doing = kind.run(type, {
      id,
      isDebug,
      surface,
      platform,
      runSync,
      openDebugLog,
      clock,
      logger,
      watcher,
      signal: abort.signal,
    });
    const outcome = await Promise.race([doing, given.promise]).then(
      (result) => ({ result }),
      (thrown: unknown) => ({ thrown: taken.ending === undefined ? thrown : endedEarly(taken.ending) }),
    );
    const told = await end(taken, startedAt, outcome);
    over.abort();
    await doing.catch(() => undefined); // what was given up clears up before its place is free
    return told;
  }

  async function end(
    taken: Taken,
    startedAt: number,
    outcome: { readonly result: TaskResult } | { readonly thrown: unknown },
  ): Promise<string> {
    const { id, kind, over } = taken;
    const result = 'result' in outcome ? 'success' : kindOf(outcome.thrown);
    const tookMs = clock.now() - startedAt;
    watcher.onTask(kind.name, result, tookMs);
    if ('result' in outcome) {
      if (kind.lane === 'sync') {
        failedSyncs.reset();
      }
      logger.info('task done', { ...fieldsOf(taken), seconds: Math.round(tookMs / 100) / 10 });
      if (outcome.result.isToldAlready !== true) {
        await finisher.succeed(id, outcome.result);
      }
    } else {
      const { thrown } = outcome;
      const reason = thrown instanceof ConnectorError ? { reason: thrown.message } : whereItBroke(thrown);
      logger.warn('task failed', { ...fieldsOf(taken), kind: result, ...reason });
      if (kind.lane === 'sync' && taken.ending === undefined && !isFinal(thrown)) {
        pauseSyncs();
      }
      if (kind.name !== 'hello') {
        await finisher.fail(id, thrown, kind.lane === 'change' || (taken.ending === undefined && isFinal(thrown)));
      }
    }
    over.abort();
    return result;
  }

  async function refuse(task: Task, thrown: ConnectorError, isLasting: boolean): Promise<void> {
    const name = task.taskType.case ?? 'unknown';
    logger.warn('task refused', { task: name, reason: thrown.message });
    watcher.onTask(name, thrown.kind, 0);
    await finisher.fail(task.id, thrown, isLasting);
  }

  function take(task: Task, type: TaskType, kind: TaskKind): Taken {
    const abort = new AbortController();
    const over = new AbortController();
    const taken: Taken = { id: task.id, isDebug: task.debug, type, kind, abort, over, alive: alive() };
    return taken;

    function giveUp(ending: Ending): void {
      taken.ending ??= ending;
      abort.abort();
    }

    async function alive(): Promise<void> {
      if (kind.lane === 'sync') {
        await keepAlive({ platform, taskId: task.id, clock, logger, onEnding: giveUp, signal: over.signal });
      }
    }
  }

  return {
    accept: (task) => {
      const { taskType } = task;
      if (taskType.case === 'none' || running.has(task.id) || waiting.some(({ id }) => id === task.id)) {
        return 'known';
      }
      const kind = taskType.case === undefined ? undefined : kinds.get(taskType.case);
      if (taskType.case === undefined || kind === undefined) {
        later(refuse(task, new ConnectorError('unsupported', 'unsupported task type'), true));
        return 'refused';
      }
      const isSync = kind.lane === 'sync';
      if (isSync && waiting.filter(({ kind: { lane } }) => lane === 'sync').length >= mostWaitingSyncs) {
        later(refuse(task, new ConnectorError('unavailable', 'other syncs wait here already; try again later'), false));
        return 'given-back';
      }
      waiting = [...waiting, take(task, taskType, kind)];
      begin();
      return isSync ? 'sync-taken' : 'taken';
    },
    giveBack: (task) => {
      if (task.taskType.case !== 'hello') {
        later(refuse(task, endedEarly('stopping'), false));
      }
    },
    known: () => [...running.keys(), ...waiting.map(({ id }) => id)],
    room: async (signal) => {
      const stopped = Promise.withResolvers<void>();
      const stop = (): void => stopped.resolve();
      signal.addEventListener('abort', stop, { once: true });
      while (
        !signal.aborted &&
        running.size + waiting.filter(({ kind }) => kind.lane !== 'sync').length >= concurrency
      ) {
        await Promise.race([told.promise, stopped.promise]);
      }
      signal.removeEventListener('abort', stop);
    },
    stop: async () => {
      stopping.abort();
      for (const taken of [...running.values(), ...waiting].filter(({ kind }) => kind.lane !== 'change')) {
        taken.ending ??= 'stopping';
        taken.abort.abort();
      }
      const given = waiting;
      waiting = [];
      given.forEach((taken) => {
        taken.ending ??= 'stopping';
        later(end(taken, clock.now(), { thrown: endedEarly('stopping') }));
      });
      const enough = new AbortController();
      void (async () => {
        await clock.wait(changesMs, enough.signal);
        running.forEach((taken) => {
          taken.ending ??= 'stopping';
          taken.abort.abort();
        });
      })();
      while (rest.size > 0) {
        await Promise.allSettled(rest);
      }
      enough.abort();
    },
  };
}

function endedEarly(ending: NonNullable<Taken['ending']>): ConnectorError {
  return new ConnectorError('cancelled', endingWords[ending]);
}

/** The fields of a task in the log; what the platform calls it counts only if it can be such an id. */
function fieldsOf({ id, kind }: Pick<Taken, 'id' | 'kind'>): LogFields {
  const taskId = printableId(id);
  return { task: kind.name, ...(taskId !== '' && { taskId }) };
}

function printableId(id: string): string {
  return /^[0-9A-Za-z]{27}$/.test(id) ? id : '';
}

function kindOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? thrown.kind : 'internal';
}
