/**
 * Runs the work for one key after the other, also when one fails; different keys do not wait for each other. So the second of
 * two equal grants to one user finds the first one done.
 */
export function inTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = (queues.get(key) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => undefined);
    queues.set(key, settled);
    try {
      return await turn;
    } finally {
      if (queues.get(key) === settled) {
        queues.delete(key);
      }
    }
  };
}
