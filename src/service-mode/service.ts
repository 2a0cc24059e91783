import { ConnectorError, isKind } from '../errors.ts';
import type { Task } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { msOf } from './heartbeats.ts';
import { sayHello } from './hello.ts';
import { isPermanent } from './platform-failure.ts';
import { createWorker, type Worker, type WorkerOptions } from './worker.ts';

export interface ServiceOptions extends WorkerOptions {
  /** Asks for tasks in batches (BATON_GET_TASKS). */
  readonly isBatched: boolean;
  /** Told once the platform has taken our hello. */
  readonly onReady: () => void;
  readonly signal: AbortSignal;
}

const firstBackOffMs = 1_000;
const longestBackOffMs = 5 * 60_000;
const longestPollMs = 5 * 60_000;
const longestPollBackOffMs = 60_000;
/** Where the platform has nothing and does not say when to ask again. */
const shortestIdleMs = 250;

/**
 * Service mode, from the first hello to the signal: asks the platform for tasks, does them and reports. Rejects only
 * where the platform refuses the hello for good.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { onReady, signal } = options;
  await begin(options);
  if (signal.aborted) {
    return;
  }
  onReady();
  const worker = createWorker(options);
  try {
    await poll(options, worker);
  } finally {
    await worker.stop();
  }
}

/** Says hello until the platform takes it, later and later: 1 s to 5 min, with jitter. */
async function begin({ platform, surface, clock, logger, watcher, signal }: ServiceOptions): Promise<void> {
  for (let backOffMs = firstBackOffMs; !signal.aborted; backOffMs = Math.min(backOffMs * 2, longestBackOffMs)) {
    try {
      const { metadata } = await surface.getMetadata();
      await sayHello(platform, metadata);
      watcher.onPlatform('ok');
      return;
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || isPermanent(thrown)) {
        throw thrown;
      }
      const pauseMs = Math.round(backOffMs * (0.75 + clock.random() / 2));
      watcher.onPlatform(thrown.kind);
      logger.warn('the platform cannot be reached, and is asked again', {
        reason: thrown.message,
        seconds: Math.round(pauseMs / 100) / 10,
      });
      await clock.wait(pauseMs, signal);
    }
  }
}

async function poll(options: ServiceOptions, worker: Worker): Promise<void> {
  const { clock, logger, watcher, signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    await worker.room(signal);
    if (signal.aborted) {
      return;
    }
    let pauseMs: number;
    try {
      const { tasks, nextPollMs } = await nextTasks(options, worker);
      failures = 0;
      watcher.onPlatform('ok');
      tasks.forEach((task) => worker.accept(task));
      pauseMs = Math.max(Math.min(nextPollMs, longestPollMs), tasks.length === 0 ? shortestIdleMs : 0);
    } catch (thrown) {
      if (isKind(thrown, 'cancelled') && signal.aborted) {
        return;
      }
      if (!(thrown instanceof ConnectorError)) {
        throw thrown;
      }
      failures += 1;
      pauseMs = Math.min(failures ** 2 * 1_000, longestPollBackOffMs);
      watcher.onPlatform(thrown.kind);
      logger.warn('the platform was not asked for tasks', { reason: thrown.message, failuresInARow: failures });
    }
    await clock.wait(pauseMs, signal);
  }
}

async function nextTasks(
  { platform, isBatched, concurrency, signal }: ServiceOptions,
  worker: Worker,
): Promise<{ readonly tasks: readonly Task[]; readonly nextPollMs: number }> {
  if (isBatched) {
    const known = worker.known();
    const { tasks, nextPoll } = await platform.getTasks(Math.max(1, 2 * concurrency - known.length), known, signal);
    return { tasks: tasks.filter(isSomething), nextPollMs: msOf(nextPoll) };
  }
  const { task, nextPoll } = await platform.getTask(signal);
  return { tasks: [task].filter((one) => one !== undefined).filter(isSomething), nextPollMs: msOf(nextPoll) };
}

function isSomething({ taskType }: Task): boolean {
  return taskType.case !== 'none' && taskType.case !== undefined;
}
