import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { blastRadius, type FallRow } from '../../src/answers/reach/blast.ts';
import { levels } from '../../src/answers/reach/closure.ts';
import { indexed } from '../support/check-world.ts';
import { fallenIn, reachSubjects, reachWorlds, writtenReach } from '../support/reach-worlds.ts';

it('what falls is what a graph of random worlds says, with how sure each is', async () => {
  let takenOver = 0;
  await fc.assert(
    fc.asyncProperty(reachWorlds, fc.constantFrom(...reachSubjects), async (world, subject) => {
      await using index = await indexed(writtenReach(world));
      const answer = blastRadius(index, subject);
      const rows = [...answer.rows(['users', 'keys', 'access'])];
      const levelsOf = (kind: string, key: (row: FallRow) => string): Readonly<Record<string, number>> =>
        Object.fromEntries(
          rows.filter((row) => row.kind === kind).map((row) => [key(row), levels.indexOf(row.certainty)]),
        );
      const asked = subject.replace('access_key_secret', 'access_key');
      const [own, all] = [fallenIn(world, asked, false), fallenIn(world, asked, true)];
      takenOver += Object.keys(all.users).length - Object.keys(own.users).length;

      expect({
        users: levelsOf('users', ({ id }) => id),
        keys: levelsOf('keys', ({ id }) => id),
        access: levelsOf('access', ({ id, tenantId }) => `${id} @${tenantId}`),
      }).toEqual(all);
      expect(answer.own).toMatchObject({
        users: Object.keys(own.users).length,
        keys: Object.keys(own.keys).length,
        access: countsOf(own.access),
      });
      expect(answer.all.access).toEqual(countsOf(all.access));
    }),
    { numRuns: 300 },
  );
  expect(takenOver).toBeGreaterThan(0);
});

function countsOf(access: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    levels.map((level, at) => [level, Object.values(access).filter((each) => each === at).length]),
  );
}
