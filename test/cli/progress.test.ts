import { describe, expect, it } from 'vitest';
import { describeProgress, duration } from '../../src/cli/walk-progress.ts';

/** What is told of a walk whose rows come at these times. */
function told(
  rows: readonly (readonly [atMs: number, count: number])[],
  { users, isTerminal = false }: { readonly users?: number; readonly isTerminal?: boolean } = {},
): readonly string[] {
  const lines: string[] = [];
  let nowMs = 0;
  const tell = describeProgress((text) => lines.push(text), { users: () => users, isTerminal, now: () => nowMs });
  for (const [atMs, count] of rows) {
    nowMs = atMs;
    tell({ step: 'resources', typeId: 'user', rows: count });
  }
  return lines;
}

describe('progress', () => {
  it('tells how many of how many, how fast, and how long it will still take', () => {
    expect(told([[10_000, 2_500]], { users: 10_000 })).toEqual([
      'users: 2,500 of 10,000 (25 %), 250/s, 10 s so far, about 30 s left',
    ]);
  });

  it('tells no end that it does not know', () => {
    expect(told([[10_000, 2_500]])).toEqual(['users: 2,500, 250/s, 10 s so far']);
    expect(told([[10_000, 2_500]], { users: 2_000 })).toEqual(['users: 2,500, 250/s, 10 s so far']);
  });

  it('redraws on a terminal, and off it writes ever fewer lines', () => {
    const twoHours = Array.from({ length: 7_200 }, (_, second) => [second * 1_000, second * 100] as const);

    expect(told(twoHours, { isTerminal: true }).length).toBe(7_199);
    expect(told(twoHours).length).toBeGreaterThan(120);
    expect(told(twoHours).length).toBeLessThan(160);
    expect(told(twoHours.slice(0, 31)).length).toBe(6);
  });

  it.each([
    [4.4, '4 s'],
    [89, '89 s'],
    [90, '2 min'],
    [3_599, '1 h 0 min'],
    [7_500, '2 h 5 min'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
