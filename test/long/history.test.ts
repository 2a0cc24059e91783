import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { pruneStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { temporaryFolder } from '../support/cli.ts';
import { answersOf, dayMs, finishOf, importDay, rowsOf, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const days = 365;
const kept = 100;
const seed = 19;

/** Names as people and attackers write them; the same in every run. */
const names = fc.sample(
  fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom("'; --", '%', '\u202E', 'İ')),
  {
    seed,
    numRuns: 40,
  },
);

/** How often something was changed by a day: each thing at its own pace. */
const turn = (day: number, n: number): number => Math.floor((day + n * 7) / (9 + (n % 23)));

/** The project on a day: about one thing in a hundred is another than the day before. */
function rowsOn(day: number): Parameters<typeof writeDay>[2] {
  const tenants = [0, 1, 2, 3].map((n) => tenant(`t${n}`, { name: `T${turn(day, n * 5)} ${names[n] ?? ''}` }));
  const roles = [0, 1, 2].map((n) =>
    role(`R${n}`, { permissionNames: turn(day, n + 40) % 3 === n ? ['read'] : ['read', 'write'] }),
  );
  const users = Array.from({ length: 24 }, (_, n) =>
    user(`u${n}`, {
      name: names[(n + turn(day, n)) % names.length] ?? '',
      loginIds: [`u${n}@x.test`, ...(turn(day, n + 3) % 2 === 0 ? [`U${n}.${turn(day, n + 3)}@x.test`] : [])],
      status: turn(day, n + 11) % 5 === 0 ? 'disabled' : 'enabled',
      roleNames: turn(day, n + 17) % 4 === 0 ? ['R0'] : [],
      userTenants: turn(day, n + 23) % 3 === 0 ? [] : [inTenant(`t${turn(day, n) % 4}`, `R${turn(day, n + 5) % 3}`)],
    }),
  ).filter((_, n) => turn(day, n + 29) % 6 !== 0);
  return { tenants, roles, users, permissions: [permission('read'), permission('write')] };
}

describe('a year of daily syncs', () => {
  it('answers on each of its days what the file of that day answers, before and after pruning', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'access.db');
    const fileOf = (day: number): string => join(folder.path, `${day}.json`);
    for (let day = 0; day < days; day += 1) {
      await writeDay(fileOf(day), day, rowsOn(day));
      await importDay(store, fileOf(day));
    }
    const compare = async (from: number): Promise<number> => {
      await using history = await openHistory(store);
      let differing = 0;
      let before = '';
      for (let day = from; day < days; day += 1) {
        await using index = await history.index(await history.choose({ atMs: finishOf(day) }));
        await using file = await createFileIndex(fileOf(day));
        const rows = rowsOf(file);
        expect(rowsOf(index), `day ${day}`).toEqual(rows);
        expect(answersOf(index), `day ${day}`).toEqual(answersOf(file));
        differing += JSON.stringify(rows) === before ? 0 : 1;
        before = JSON.stringify(rows);
      }
      return differing;
    };

    expect(await compare(0)).toBeGreaterThan(250); // the days do differ
    expect((await verifyStore(store)).syncs).toHaveLength(days);

    await pruneStore(store, { keepMs: (kept - 1) * dayMs, nowMs: finishOf(days - 1) });

    await compare(days - kept);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: kept } });
  }, 1_800_000);
});
