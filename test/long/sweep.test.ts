import { expect, it } from 'vitest';
import { ways } from '../support/faults-bench.ts';
import { alike, sweep } from '../support/sweep.ts';

const runs = Number(process.env['SWEEP_RUNS'] ?? '2000');
const from = Number(process.env['SWEEP_SEED'] ?? '1000');

it.each(ways)(
  '%s: several faults at once, at random: every run tells the truth, fails as documented, or cannot be told from the truth',
  async (way) => {
    const verdicts = new Map<string, number>();
    const wrong: string[] = [];
    for (let seed = from; seed < from + runs; seed += 1) {
      try {
        const { verdict } = await sweep(seed, way);
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      } catch (thrown) {
        wrong.push(thrown instanceof Error ? thrown.message : String(thrown));
      }
    }

    console.log(`${way}, seeds ${from} to ${from + runs - 1}: ${JSON.stringify(Object.fromEntries(verdicts))}`);
    expect(wrong).toEqual([]);
    expect(verdicts.get(alike) ?? 0, 'runs that no reader could tell from an honest project').toBeLessThanOrEqual(
      Math.ceil(runs / 100),
    );
  },
  3_600_000,
);
