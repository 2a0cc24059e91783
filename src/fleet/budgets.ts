import { ConnectorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type BudgetLimiter, createBudgetLimiter } from './budget-limiter.ts';
import { type Budget, permitMs, windowOf } from './budget-window.ts';
import type { SharedCounts } from './engine.ts';

/** Hands out requests of a budget that is shared with other processes. */
export interface Permits {
  /** Waits its turn, and tells how many requests may be sent now: one at least, and not more than are wanted. */
  take(wanted: number, signal: AbortSignal): Promise<number>;
  /** Descope asked one of those who share it to wait. */
  pause(ms: number): Promise<void>;
}

export interface BudgetsOptions {
  readonly counts: SharedCounts;
  readonly budgets: ReadonlyMap<string, Budget>;
  readonly logger: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told how long each ask for requests of a group waited, however many it was for. */
  readonly onWait?: (group: string, ms: number) => void;
}

/** Descope's documented penalty: a pause that is longer is of one project alone. */
const longestPauseMs = 60_000;

/** The permits of each group that has a budget of requests, for all syncs of this process. */
export function createPermits({ counts, budgets, ...options }: BudgetsOptions): ReadonlyMap<string, Permits> {
  return new Map(
    [...budgets].map(([group, budget]) => {
      const window = windowOf(budget);
      const limiter = createBudgetLimiter(counts, window);
      return [group, permitsOf(group, limiter, window.requests, options)];
    }),
  );
}

/**
 * First come, first served. What several requests soon need is taken of the shared count at once: each batch is twice as
 * large while batches are used up, and as large as what was used of one that was not. What is not used in time is lost.
 */
function permitsOf(
  group: string,
  limiter: BudgetLimiter,
  most: number,
  { logger, now, wait, onWait }: Pick<BudgetsOptions, 'logger' | 'now' | 'wait' | 'onWait'>,
): Permits {
  let held = { left: 0, of: 0, untilMs: Number.NEGATIVE_INFINITY };
  let batch = 1;
  let wasInsured = false;
  let turn: Promise<unknown> = Promise.resolve();

  const refill = async (wanted: number, signal: AbortSignal): Promise<void> => {
    batch = held.left === 0 ? batch * 2 : Math.max(1, held.of - held.left);
    batch = Math.min(most, Math.max(batch, wanted));
    const askedMs = now(); // before it is counted: it is lost early rather than late
    const { granted, againMs } = await limiter.take(group, batch);
    if (limiter.isInsured !== wasInsured) {
      wasInsured = limiter.isInsured;
      const text = wasInsured
        ? 'the budget of requests cannot be shared now: this process goes on with a tenth of it'
        : 'the budget of requests is shared again';
      logger.warn(text, { note: group });
    }
    held = { left: granted, of: granted, untilMs: askedMs + permitMs };
    if (granted === 0) {
      await wait(againMs, signal);
    }
  };

  const takeNow = async (wanted: number, signal: AbortSignal): Promise<number> => {
    while (!signal.aborted) {
      if (held.left > 0 && now() < held.untilMs) {
        const given = Math.min(wanted, held.left);
        held = { ...held, left: held.left - given };
        return given;
      }
      await refill(wanted, signal);
    }
    throw new ConnectorError('cancelled', 'stopped while a request waited for the budget of its group');
  };

  return {
    take: (wanted, signal) => {
      const askedMs = now();
      const mine = turn.then(async () => {
        const given = await takeNow(wanted, signal);
        onWait?.(group, now() - askedMs);
        return given;
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
    pause: async (ms) => {
      held = { left: 0, of: 0, untilMs: Number.NEGATIVE_INFINITY };
      await limiter.pause(group, Math.min(ms, longestPauseMs));
    },
  };
}
