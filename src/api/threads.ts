import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { temporaryPath } from '../output/work-places.ts';
import type { Question } from './answer.ts';
import type { Problem } from './problem.ts';
import type { Told } from './thread.ts';

/** Questions that are answered at once, that may wait, and how long one may take: the store is asked, not exported. */
const limits = { threads: 2, waiting: 32, timeoutMs: 10_000 };
export type Limits = typeof limits;

/**
 * Answers questions in threads of their own, which begin with the first questions: a long answer holds nothing else up,
 * and what else goes on here does not hold answers up.
 */
export interface Threads {
  /** Never throws. Gives up a question that still waits when the signal fires. */
  ask(question: Question, signal: AbortSignal): Promise<Told>;
  close(): Promise<void>;
}

interface Waiting {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly tell: (told: Told) => void;
}

/** A thread, and what ends the question that it answers just now. */
interface Lane {
  readonly worker: Worker;
  end: ((told: Told) => void) | undefined;
}

export interface ThreadsOptions extends Partial<Limits> {
  /** Starts a thread that answers each message with one, and may make a folder; a test has its own. */
  readonly start?: (folder: string) => Worker;
}

const busy: Problem = {
  status: 503,
  code: 'busy',
  detail: 'more is being asked than is answered: ask again later, and less at once',
  retryAfter: 1,
};
const late: Problem = {
  status: 503,
  code: 'timeout',
  detail: 'the answer took too long and was given up: ask for less, or use the command line',
};
const gone: Problem = { status: 503, code: 'unavailable', detail: 'it is being stopped' };

export function createThreads({
  threads = limits.threads,
  waiting = limits.waiting,
  timeoutMs = limits.timeoutMs,
  start = startThread,
}: ThreadsOptions = {}): Threads {
  const idle: Lane[] = [];
  const lanes = new Set<Lane>();
  const queue: Waiting[] = [];
  let isClosed = false;

  function next(): void {
    while (queue.length > 0) {
      const lane = idle.pop() ?? (lanes.size < threads && !isClosed ? opened() : undefined);
      if (lane === undefined) {
        return;
      }
      const waited = queue.shift();
      if (waited === undefined || waited.signal.aborted) {
        idle.push(lane);
        waited?.tell({ problem: gone });
      } else {
        run(lane, waited);
      }
    }
  }

  function opened(): Lane {
    const folder = temporaryPath();
    const lane: Lane = { worker: start(folder), end: undefined };
    lanes.add(lane);
    const ended = (told: Told): void => {
      lanes.delete(lane);
      idle.splice(0, idle.length, ...idle.filter((other) => other !== lane));
      lane.end?.(told);
    };
    lane.worker.on('message', (told: Told) => {
      idle.push(lane);
      lane.end?.(told);
    });
    lane.worker.on('error', (thrown: unknown) => ended({ bug: thrown instanceof Error ? (thrown.stack ?? '') : '' }));
    lane.worker.on('exit', () => {
      removeFolder(folder);
      ended(isClosed ? { problem: gone } : { bug: 'the thread ended' });
    });
    return lane;
  }

  function run(lane: Lane, { question, tell }: Waiting): void {
    const timer = setTimeout(() => {
      lanes.delete(lane);
      lane.end?.({ problem: late });
      void lane.worker.terminate();
    }, timeoutMs);
    lane.end = (told) => {
      clearTimeout(timer);
      lane.end = undefined;
      tell(told);
      next();
    };
    lane.worker.postMessage(question); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread has none
  }

  return {
    ask: async (question, signal) =>
      await new Promise<Told>((tell) => {
        if (isClosed || queue.length >= waiting) {
          tell({ problem: isClosed ? gone : busy });
          return;
        }
        queue.push({ question, signal, tell });
        next();
      }),
    close: async () => {
      isClosed = true;
      queue.splice(0).forEach(({ tell }) => tell({ problem: gone }));
      await Promise.all([...lanes].map(async ({ worker }) => await worker.terminate()));
    },
  };
}

/** A thread that is ended in the middle of a question tidies nothing up, and what it brought there is of people. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // the next process that makes one there sweeps it
  }
}

function startThread(folder: string): Worker {
  const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './api-thread.js'; // as it stands in src, or in dist
  const worker = new Worker(new URL(file, import.meta.url), { env: databaseEnv(), workerData: folder });
  worker.unref();
  return worker;
}

/** What names a server of PostgreSQL, a user and a password for it, and the folder for temporary files; nothing else is needed there. */
function databaseEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^PG[A-Z]+$|^(?:HOME|USER|TMPDIR|TMP|TEMP)$/.test(name)),
  );
}
