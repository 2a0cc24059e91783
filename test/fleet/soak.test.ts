import { describe, expect, it } from 'vitest';
import { clocksOn } from '../../scripts/soak-fleet/clocks.ts';
import { crowd } from '../../scripts/soak-fleet/crowd.ts';
import { large } from '../../scripts/soak-fleet/large.ts';
import type { Amount } from '../../scripts/soak-fleet/row.ts';

/** A short share of `npm run soak:fleet`, in simulated time. */
const amount: Amount = { kills: 0, days: 1, hours: 1, awaySeconds: 0, projects: 12, manyProjects: 20, seed: 7 };

describe('a fleet in simulated time', () => {
  it.each([
    ['back an hour', '2026-10-24T12:00:00Z'],
    ['on an hour', '2027-03-27T12:00:00Z'],
  ])('begins each slot once though two schedule, one of them fast, when clocks go %s', async (how, from) => {
    expect(await clocksOn('SQLite', how, Date.parse(from), amount)).toMatchObject({ isHeld: true });
  });

  it('begins all projects in time, within the budget of their group, though some are slow and one is dead', async () => {
    expect(await crowd(amount)).toMatchObject([{ isHeld: true }, { isHeld: true }]);
  });

  it('needs as many workers as arithmetic says, and a third more', async () => {
    expect(await large(amount)).toMatchObject([{ isHeld: true }]);
  });
});
