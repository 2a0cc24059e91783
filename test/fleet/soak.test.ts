import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clocksOn } from '../../scripts/soak-fleet/clocks.ts';
import { crowd } from '../../scripts/soak-fleet/crowd.ts';
import { large } from '../../scripts/soak-fleet/large.ts';
import type { Amount } from '../../scripts/soak-fleet/row.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { temporaryFolder } from '../support/cli.ts';
import { firstStarts, hourlyFleet, hourMs, lateness, simulate } from '../support/fleet-simulation.ts';
import { SimulatedTime } from '../support/simulated-time.ts';

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

  it(
    'begins slots in time from its first start on, with all projects to be made up for',
    { timeout: 120_000 },
    async () => {
      await using folder = await temporaryFolder();
      const fleet = hourlyFleet(40);
      const time = new SimulatedTime(Date.parse('2026-11-30T12:00:00Z'));
      const startMs = time.nowMs;
      await using engine = openSqliteEngine(join(folder.path, 'fleet.db'), { groups: new Map(), now: time.clock() });
      const simulation = simulate({ time, fleet, durationMs: () => 100_000 });
      const process = simulation.start(engine, { workers: 4 });
      await time.passUntil(startMs + hourMs * 0.4);
      await process.stop();
      const late = lateness(simulation.starts, startMs);
      const first = firstStarts(simulation.starts, startMs);

      expect(first).toHaveLength(40);
      expect(late.length).toBeGreaterThan(8); // a slot is passed over where its project is being made up for
      expect(Math.max(...late)).toBeLessThanOrEqual(30_000);
      expect(first.toSorted((one, other) => one - other)[10]).toBeLessThan(600_000); // idle workers make up at once
      expect(new Set(simulation.published).size).toBe(simulation.published.length);
    },
  );

  it('needs as many workers as arithmetic says, and a third more', async () => {
    expect(await large(amount)).toMatchObject([{ isHeld: true }]);
  });
});
