import { describe, expect, it } from 'vitest';
import { killBench } from '../support/kills.ts';

/** Not sampled: every operation that a sync does to files, just before it and while it is under way. */
describe.each(['sync.json', 'sync.c1z'] as const)('a sync into %s that is killed', (name) => {
  it.concurrent.each([false, true])(
    'at every operation (while it is under way: %s) leaves the old file byte for byte, or a whole new one',
    async (isDuring) => {
      await using bench = await killBench(name);
      const renamed = bench.operations.indexOf('rename 1');
      let killed = 0;

      for (const [place, operation] of bench.operations.entries()) {
        const outcome = await bench.kill(operation, isDuring);

        killed += Number(outcome.isKilled);
        expect(outcome.leftovers.length, `${operation}: ${outcome.leftovers.join()}`).toBeLessThanOrEqual(2);
        if (outcome.isKilled && !(isDuring && place === renamed)) {
          expect({ operation, target: outcome.target }).toEqual({
            operation,
            target: place <= renamed ? 'old' : 'new',
          });
        }
      }

      expect(killed).toBeGreaterThanOrEqual(bench.operations.length - 8); // a run may need a few writes less than the one that was counted
      expect(await bench.finish()).toEqual({ code: 0, names: [name], target: 'new' });
    },
    600_000,
  );
});
