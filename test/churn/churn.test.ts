import { describe, expect, it } from 'vitest';
import type { Switches } from '../../src/emulator/emulator.ts';
import { readAsSdk, readOurs, readPlainly, type Reader } from './readers.ts';
import { type Change, type Plan, planOf, scenarios } from './scenarios.ts';
import { runPlan } from './tally.ts';

const seeds = Array.from({ length: 15 }, (_, place) => place + 1);

describe('while users come and go', () => {
  it.each(scenarios.map(({ name }) => name))('a read that counts as proved loses nobody: %s', async (name) => {
    const losing: number[] = [];

    for (const seed of seeds) {
      const { mode, lost } = await runPlan(planOf(seed, name), readOurs);
      if (mode !== 'unproven' && lost.length > 0) {
        losing.push(seed);
      }
    }

    expect(losing).toEqual([]);
  });

  it.each([
    ['a plain loop', readPlainly],
    ["the SDK's loop", readAsSdk],
  ])('%s loses somebody, so that these worlds are worth reading', async (_name, reader) => {
    let losing = 0;

    for (const seed of seeds) {
      losing += (await runPlan(planOf(seed, 'deleted anywhere'), reader)).lost.length > 0 ? 1 : 0;
    }

    expect(losing).toBeGreaterThan(3);
  });

  it('a read is mended rather than given up', async () => {
    const readings = await Promise.all(seeds.map((seed) => runPlan(planOf(seed, 'deleted anywhere'), readOurs)));

    expect(readings.every(({ ended }) => ended === 'complete')).toBe(true);
    expect(readings.filter(({ passes }) => passes > 1).length).toBeGreaterThan(3);
  });
});

const swap: readonly Change[] = [{ kind: 'delete', at: 0 }, { kind: 'create' }];
/** Two, since a page that begins with the last user of the one before makes up for a single one. */
const swaps = [...swap, ...swap];

/** Users created far apart, or all within one second. */
function project(
  count: number,
  changes: ReadonlyMap<number, readonly Change[]>,
  switches: Partial<Switches> = {},
  isTied = false,
): Plan {
  const users = Array.from({ length: count }, (_, place) => ({
    age: isTied ? 100.5 : 100 + place * 10,
    isInvited: false,
  }));
  return { ...planOf(1), switches, users, recent: [], changes };
}

describe('deletions and as many creations, which leave the total as it was', () => {
  it.each([
    ['with a time filter', {}],
    ['without a time filter', { createdTimeFilter: 'unknown-field' as const }],
    ['without a Date header', { dateHeader: 'off' as const }],
  ])('lose nobody, in whichever gap they fall: %s', async (_name, switches) => {
    for (let gap = 2; gap <= 16; gap += 1) {
      for (const changes of [swap, swaps]) {
        const { ended, lost } = await runPlan(project(450, new Map([[gap, changes]]), switches), readOurs);
        expect({ gap, ended, lost }).toEqual({ gap, ended: 'complete', lost: [] });
      }
    }
  });
});

it.each([100, 50])('a second in which 250 users were created is read to its end, in pages of %i', async (maxLimit) => {
  const { ended, lost } = await runPlan(
    project(250, new Map([[2, [{ kind: 'delete', at: 0 }]]]), { maxLimit }, true),
    readOurs,
  );

  expect(ended).toBe('complete');
  expect(lost).toEqual([]);
});

describe('losses that the soak found once', () => {
  const lossesOf = async (plan: Plan, reader: Reader = readOurs): Promise<readonly string[]> =>
    (await runPlan(plan, reader)).lost;

  it('a time filter that hides one user, and one deletion before the last count: nobody is lost', async () => {
    const plan = project(150, new Map([[5, [{ kind: 'delete', at: 0 }]]]), { createdTimeFilter: 'hides-invited' });
    const users = plan.users.map((user, place) => ({ ...user, isInvited: place === 10 }));

    expect(await lossesOf({ ...plan, users })).toEqual([]);
  });

  // 4837 was labelled unproven; the others, where a tie lies just behind the joint, were even taken for proved.
  it.each([4837, 1347, 1907, 2845])(
    'overlapping pages, unstable ties, and a swap in one gap, seed %i: nobody is lost',
    async (seed) => {
      expect(await lossesOf(planOf(seed, 'time filter refused, ties unstable'))).toEqual([]);
    },
  );
});
