import { ConnectorError } from '../errors.ts';
import type { Task } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { createBackOff } from './back-off.ts';
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
/** Where the platform has nothing and does not say when to ask again. */
const shortestIdleMs = 250;
/** The platform refuses to be asked for more. */
const mostTasksAtOnce = 100;
/** How long a question for tasks may still be answered once the process is asked to end. */
const lastAnswerMs = 1_000;

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
      await sayHello(platform, metadata, { signal });
      watcher.onPlatform('ok');
      return;
    } catch (thrown) {
      if (signal.aborted && thrown instanceof ConnectorError) {
        return;
      }
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

/**
 * Asks for tasks until the signal fires. Later and later after questions without an answer, and where there was no place
 * for a sync: a platform that hands it out again at once would otherwise be asked, and told, without a pause. A task that
 * is on its way when the signal fires would be lost to the platform: it is waited for, and given back.
 */
async function poll(options: ServiceOptions, worker: Worker): Promise<void> {
  const { clock, logger, watcher, signal } = options;
  const unanswered = createBackOff();
  const crowded = createBackOff();
  const over = new AbortController();
  const late = laterThan(signal, () => clock.wait(lastAnswerMs, over.signal));
  try {
    while (!signal.aborted) {
      await worker.room(signal);
      if (signal.aborted) {
        return;
      }
      let pauseMs: number;
      try {
        const { tasks, nextPollMs } = await nextTasks({ ...options, signal: late }, worker);
        if (signal.aborted) {
          tasks.forEach((task) => worker.giveBack(task));
          return;
        }
        unanswered.reset();
        watcher.onPlatform('ok');
        const fates = new Set(tasks.map((task) => worker.accept(task)));
        pauseMs = Math.max(Math.min(nextPollMs, longestPollMs), tasks.length === 0 ? shortestIdleMs : 0);
        if (fates.has('given-back')) {
          pauseMs = Math.max(pauseMs, crowded.failed());
        } else if (fates.has('sync-taken')) {
          crowded.reset();
        }
      } catch (thrown) {
        if (signal.aborted && thrown instanceof ConnectorError) {
          return;
        }
        if (!(thrown instanceof ConnectorError)) {
          throw thrown;
        }
        pauseMs = unanswered.failed();
        watcher.onPlatform(thrown.kind);
        const failuresInARow = unanswered.inARow;
        logger.warn('the platform was not asked for tasks', { reason: thrown.message, failuresInARow });
      }
      await clock.wait(pauseMs, signal);
    }
  } finally {
    over.abort();
  }
}

/** A signal that fires a pause after another one. */
function laterThan(signal: AbortSignal, pause: () => Promise<void>): AbortSignal {
  const later = new AbortController();
  const follow = async (): Promise<void> => {
    await pause();
    later.abort();
  };
  signal.addEventListener('abort', () => void follow(), { once: true });
  return later.signal;
}

async function nextTasks(
  { platform, isBatched, concurrency, signal }: ServiceOptions,
  worker: Worker,
): Promise<{ readonly tasks: readonly Task[]; readonly nextPollMs: number }> {
  if (isBatched) {
    const known = worker.known();
    const most = Math.min(Math.max(1, 2 * concurrency - known.length), mostTasksAtOnce);
    const { tasks, nextPoll } = await platform.getTasks(most, known, signal);
    return { tasks: tasks.filter(isSomething), nextPollMs: msOf(nextPoll) };
  }
  const { task, nextPoll } = await platform.getTask(signal);
  return { tasks: [task].filter((one) => one !== undefined).filter(isSomething), nextPollMs: msOf(nextPoll) };
}

function isSomething({ taskType }: Task): boolean {
  return taskType.case !== 'none' && taskType.case !== undefined;
}
