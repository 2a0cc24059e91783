import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Runs the work for one key one after the other, also when one fails; different keys do not wait for each other. So the
 * second of two equal grants to one user finds the first one done. A key that nobody waits for is forgotten.
 */
export function inTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const limits = new Map<string, LimitFunction>();
  return async (key, work) => {
    const limit = limits.get(key) ?? pLimit(1);
    limits.set(key, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0 && limits.get(key) === limit) {
        limits.delete(key);
      }
    }
  };
}
