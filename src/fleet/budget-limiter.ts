import { type IRateLimiterStoreOptions, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { BudgetWindow } from './budget-window.ts';
import type { Counted, SharedCounts } from './engine.ts';

/** While the counts cannot be reached, each process takes this share: ten of them together keep to the budget. */
const insuredShare = 1 / 10;

/** What was handed out of a budget, and when to ask again where that is nothing. */
export interface Granted {
  readonly granted: number;
  readonly againMs: number;
}

export interface BudgetLimiter {
  /** Takes so many, or those that are left. */
  take(group: string, wanted: number): Promise<Granted>;
  /** Nobody takes any for so long. Not sooner than before, where that is longer. */
  pause(group: string, ms: number): Promise<void>;
  /** The counts cannot be reached: this process goes by its own share. */
  readonly isInsured: boolean;
}

/** A budget that all processes share, by rate-limiter-flexible. */
export function createBudgetLimiter(counts: SharedCounts, { requests, windowMs }: BudgetWindow): BudgetLimiter {
  // One at a time, so that even the first ones after the counts went away are no more than the share.
  const insurance = new RateLimiterMemory({ points: 1, duration: windowMs / requests / insuredShare / 1_000 });
  const store = new CountedLimiter(counts, insurance, {
    storeClient: counts,
    keyPrefix: '',
    points: requests,
    duration: windowMs / 1_000,
  });
  return {
    get isInsured() {
      return store.isAway;
    },
    take: async (group, wanted) => {
      try {
        await store.consume(group, wanted);
        return { granted: wanted, againMs: 0 };
      } catch (thrown) {
        if (!(thrown instanceof RateLimiterRes)) {
          throw thrown;
        }
        // All that is asked for is counted, whether it can be given or not: what fitted in before the end is ours.
        const most = store.isAway ? insurance.points : store.points;
        const fits = Math.max(0, most - (thrown.consumedPoints - wanted));
        return { granted: Math.min(wanted, fits), againMs: Math.max(1, thrown.msBeforeNext) };
      }
    },
    pause: async (group, ms) => void (await store.block(group, ms / 1_000)),
  };
}

/** The library's limiter over counts of an engine, which go by one clock, that of the engine, for all machines. */
class CountedLimiter extends RateLimiterStoreAbstract {
  isAway = false;
  readonly #counts: SharedCounts;
  readonly #insurance: RateLimiterMemory;

  constructor(counts: SharedCounts, insurance: RateLimiterMemory, options: IRateLimiterStoreOptions) {
    super({ ...options, insuranceLimiter: insurance });
    this.#counts = counts;
    this.#insurance = insurance;
  }

  async _upsert(key: string, points: number, ms: number, isAnew = false): Promise<Counted> {
    return await this.#asked(key, () => this.#counts.add(key, points, Math.round(ms), isAnew));
  }

  async _get(key: string): Promise<Counted | null> {
    return (await this.#asked(key, () => this.#counts.read(key))) ?? null;
  }

  async _delete(key: string): Promise<boolean> {
    await this.#asked(key, () => this.#counts.add(key, 0, 0, true));
    return true;
  }

  _getRateLimiterRes(_key: string, changed: number, { n, leftMs }: Counted): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - n), leftMs, n, n === changed);
  }

  /** When the counts go away, the insurance begins with a pause: what was just taken of them counts as well. */
  async #asked<T>(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      this.isAway = false;
      return answer;
    } catch (thrown) {
      if (!this.isAway) {
        this.isAway = true;
        await this.#insurance.block(key, this.#insurance.duration);
      }
      throw thrown;
    }
  }
}
