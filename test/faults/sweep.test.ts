import { describe, expect, it } from 'vitest';
import { ways } from '../support/faults-bench.ts';
import { sweep } from '../support/sweep.ts';

/** Faults of all kinds at once, at random: a share of `npm run test:long`, which prints what it did. */
describe('several faults at once', () => {
  it.each(ways)(
    '%s: every run tells the truth or fails as documented, and both happen',
    async (way) => {
      const verdicts: string[] = [];
      for (let seed = 1; seed <= 40; seed += 1) {
        verdicts.push((await sweep(seed * 2 + Number(way === 'grpc'), way)).verdict);
      }

      const kinds = new Set(verdicts);
      expect(kinds).toContain('same');
      expect(kinds.size).toBeGreaterThan(2);
    },
    120_000,
  );
});
