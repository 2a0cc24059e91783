import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { attempt, benchRequests, type Expected, forever, judge, ways } from '../support/faults-bench.ts';

const faults: readonly (readonly [string, Fault, Expected])[] = [
  ['429', { kind: 'status', status: 429 }, 'same'],
  ['500', { kind: 'status', status: 500 }, 'same'],
  ['reset', { kind: 'reset', at: 'mid-body' }, 'same'],
  ['truncate', { kind: 'truncate', how: 'well-framed' }, 'same'],
  ['401', { kind: 'status', status: 401 }, 'unauthenticated'],
];

/** Every request of a sync fails once in every way: not sampled, all of them. */
describe.each(ways)('%s', (way) => {
  describe.each(faults)('%s', (_name, fault, expected) => {
    it.each(Array.from({ length: benchRequests }, (_, index) => index + 1))('at request %i', async (nth) => {
      const outcome = await attempt(way, { arm: (arena) => void arena.fault(undefined, fault, nth) });

      judge(outcome, expected);
      expect(outcome.requests).toBeLessThanOrEqual(benchRequests + 6);
    });
  });

  it('at a request behind the last one nothing happens: the sweep was whole', async () => {
    const outcome = await attempt(way, {
      arm: ({ fault, evidence }) => {
        fault(undefined, { kind: 'status', status: 401 }, benchRequests + 1, forever);
        evidence(() => 1);
      },
    });

    expect(outcome.fired).toEqual([0, 1]);
    expect(outcome.ids).toBeDefined();
  });
});
