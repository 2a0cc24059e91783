import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { weeksOf } from '../../src/history/weeks.ts';
import { weeksToDraw } from '../../src/report-page/data/timeline.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { temporaryFolder } from '../support/cli.ts';
import { finishOf, importDay, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
/** Who is there changes from day to day; the first day is a Monday. */
const usersOn = (day: number): ReturnType<typeof user>[] =>
  [0, 1, 2, 3, 4]
    .filter((n) => (n * 3 + day) % 4 !== 0)
    .map((n) => user(`u${n}`, { name: `U${n}`, userTenants: (n + day) % 3 === 0 ? [] : [inTenant('acme', 'Editor')] }));
const days = [0, 3, 6, 7, 8, 19, 21];

/** What everybody holds, and who there is, in the file of a day. */
function factsOf({ database }: FileIndex): {
  readonly held: ReadonlySet<string>;
  readonly people: ReadonlySet<string>;
} {
  const all = (sql: string): Set<string> =>
    new Set(
      database
        .prepare(sql)
        .all()
        .map(({ fact }) => String(fact)),
    );
  return {
    held: all(
      "select u.id || ' ' || t.kind || t.id fact from holding h join user u on u.n = h.user join thing t on t.n = h.thing",
    ),
    people: all('select id fact from user'),
  };
}

describe('the weeks of a store', () => {
  it('count what the files of its days gained and lost', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'access.db');
    const expected = new Map<string, number[]>();
    let before: ReturnType<typeof factsOf> | undefined;
    for (const day of days) {
      const file = join(folder.path, `${day}.json`);
      await writeDay(file, day, { ...lists, users: usersOn(day) });
      await importDay(store, file);
      await using index = await createFileIndex(file);
      const now = factsOf(index);
      if (before !== undefined) {
        const week = new Date(finishOf(day - (day % 7))).toISOString().slice(0, 10);
        const sums = expected.get(week) ?? [0, 0, 0, 0];
        const more = [
          now.held.difference(before.held),
          before.held.difference(now.held),
          now.people.difference(before.people),
          before.people.difference(now.people),
        ].map(({ size }) => size);
        expected.set(
          week,
          sums.map((sum, place) => sum + (more[place] ?? 0)),
        );
      }
      before = now;
    }
    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({}));

    const timeline = weeksOf(index, false);

    expect(
      timeline.weeks.map(({ week, gained, lost, appeared, gone }) => [week, gained, lost, appeared, gone]),
    ).toEqual(Array.from(expected, ([week, sums]) => [week, ...sums]));
    expect(timeline).toMatchObject({ syncs: 7, since: '2026-01-05T06:00:00.000Z' });
    const total = timeline.weeks.reduce((sum, row) => sum + row.gained + row.lost + row.appeared + row.gone, 0);
    expect(timeline.events).toHaveLength(total);
    expect(timeline.events[0]?.notAfter).toBe(new Date(finishOf(21)).toISOString());
    const few = weeksOf(index, false, 3);
    expect([few.events, few.weeks]).toEqual([timeline.events.slice(0, 3), timeline.weeks]);
    const drawn = weeksToDraw({ timeline } as Project, 104);
    expect(drawn.map(({ week }) => week)).toEqual(['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26']);
    expect(drawn[2]).toEqual(timeline.weeks.find(({ week }) => week === '2026-01-19'));
    expect(weeksToDraw({ timeline } as Project, 2).map(({ week }) => week)).toEqual(['2026-01-19', '2026-01-26']);
  });

  it('of an earlier day know nothing of what came later', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'access.db');
    for (const day of [0, 7, 14]) {
      await writeDay(join(folder.path, 'day.json'), day, { ...lists, users: usersOn(day) });
      await importDay(store, join(folder.path, 'day.json'));
    }
    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({ atMs: finishOf(7) }));

    expect(weeksOf(index, true)).toMatchObject({ syncs: 2, weeks: [{ week: '2026-01-12' }] });
  });
});
