import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import type { Outcome } from './begin.ts';

/** One call of an action, as whoever asks for it sees it. */
export interface Run {
  readonly id: string;
  /** The name of the action. */
  readonly name: string;
  readonly status: 'running' | 'complete' | 'failed';
  /** Absent while it runs. */
  readonly response?: JsonObject;
}

/** Calls `ring` after so long, unless the function that it returns is called first. */
export type After = (ms: number, ring: () => void) => () => void;

export interface RunsOptions {
  readonly after?: After;
}

/** Every call that is under way, and the last ones that have ended. */
export interface Runs {
  /** Begins a call. It runs to its end whether or not anybody waits, and an hour at most. */
  start(name: string, work: (signal: AbortSignal) => Promise<Outcome>): Run;
  /** The call as it is once it has ended, or after so long; throws when the caller goes away before that. */
  wait(id: string, ms: number, signal: AbortSignal | undefined): Promise<Run>;
  /** Throws `not-found` for a call that this process does not know, or does not know any more. */
  find(id: string): Run;
  /** Stops what is under way, and resolves when all of it has ended. */
  stop(this: void): Promise<void>;
}

const mostKept = 1000;
const longestMs = 60 * 60_000;

const realAfter: After = (ms, ring) => {
  const timer = setTimeout(ring, ms).unref();
  return () => clearTimeout(timer);
};

export function createRuns({ after = realAfter }: RunsOptions = {}): Runs {
  const running = new Map<string, Promise<void>>();
  const runs = new Map<string, Run>();
  const stopping = new AbortController();

  const find = (id: string): Run => {
    const run = runs.get(id);
    if (run === undefined) {
      throw new ConnectorError(
        'not-found',
        `no action with this id is known: it was begun before this process was started, or ${mostKept} have ended since; ` +
          'the audit log has how it ended',
      );
    }
    return run;
  };

  return {
    find,
    start: (name, work) => {
      const id = randomUUID();
      runs.set(id, { id, name, status: 'running' });
      const late = new AbortController();
      const stopLate = after(longestMs, () => late.abort());
      const end = (outcome: Outcome): void => {
        runs.delete(id); // so that what ended last stands last
        const { status, response } = outcome;
        runs.set(id, { id, name, status, response });
        forgetOldest(runs);
      };
      const done = work(AbortSignal.any([stopping.signal, late.signal])).then(end, () => end(broken));
      running.set(
        id,
        done.finally(() => {
          stopLate();
          running.delete(id);
        }),
      );
      return find(id);
    },
    wait: async (id, ms, signal) => {
      const done = running.get(id);
      if (done !== undefined) {
        await untilFirst(done, ms, signal, after);
      }
      throwIfCancelled(signal);
      return find(id);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}

/** What is told of a bug; it is logged where it happens. */
const broken: Outcome = { status: 'failed', response: { success: false, error: 'internal error' } };

async function untilFirst(
  done: Promise<void>,
  ms: number,
  signal: AbortSignal | undefined,
  after: After,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = after(ms, resolve);
    const end = (): void => {
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) {
      end();
    }
    void done.then(end);
  });
}

function forgetOldest(runs: Map<string, Run>): void {
  const ended = [...runs.values()].filter(({ status }) => status !== 'running');
  const [oldest] = ended;
  if (ended.length > mostKept && oldest !== undefined) {
    runs.delete(oldest.id);
  }
}
