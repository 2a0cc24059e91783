import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTurns } from '../../src/provisioning/in-turns.ts';

describe('work in turns', () => {
  it('goes on after work that failed, and hands on what came of each', async () => {
    const inTurn = inTurns();
    const done: string[] = [];

    const first = inTurn('ann', async () => {
      done.push('first');
      throw new Error('failed');
    });
    const second = inTurn('ann', async () => done.push('second'));

    await expect(first).rejects.toThrow('failed');
    await expect(second).resolves.toBe(2);
  });

  it('does not wait for the work of another key', async () => {
    const inTurn = inTurns();
    const forever = inTurn('ann', () => new Promise<never>(() => undefined));

    await expect(inTurn('bob', async () => 'done')).resolves.toBe('done');

    expect(forever).toBeInstanceOf(Promise);
  });

  it('never overlaps for one key, however the work is timed', async () => {
    const job = fc.record({
      key: fc.constantFrom('ann', 'bob'),
      ticksBefore: fc.nat(12),
      ticksInside: fc.nat(3),
      isLate: fc.boolean(),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 2, maxLength: 12 }), async (jobs) => {
        const inTurn = inTurns();
        const running = new Set<string>();
        const overlaps: string[] = [];
        const work = async ({ key, ticksInside, isLate, fails }: (typeof jobs)[number]): Promise<void> => {
          if (running.has(key)) {
            overlaps.push(key);
          }
          running.add(key);
          await ticks(ticksInside);
          if (isLate) {
            await sleep(0);
          }
          running.delete(key);
          if (fails) {
            throw new Error('failed');
          }
        };
        await Promise.allSettled(
          jobs.map(async (one) => {
            await ticks(one.ticksBefore);
            await inTurn(one.key, () => work(one));
          }),
        );
        expect(overlaps).toEqual([]);
      }),
    );
  });
});

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    await Promise.resolve();
  }
}
