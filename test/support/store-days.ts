import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { accessOf } from '../../src/answers/access-of.ts';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { createSqlViews } from '../../src/answers/sql-views.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { pruneStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { projectWithKeysArbitrary } from './arbitraries.ts';
import { temporaryFolder } from './cli.ts';
import { answersOf, dayMs, finishOf, importDay, rowsOf, writeDay } from './history.ts';
import { treeWorldArbitrary } from './tree-worlds.ts';

const rowsIn = ({ database }: FileIndex, sql: string): string[] =>
  database
    .prepare(sql)
    .all()
    .map((row) => JSON.stringify(Object.values(row)))
    .toSorted();

/** Every way in which users have something, as the view tells it. */
function waysIn(index: FileIndex): string[] {
  return rowsIn(
    index,
    `select principal_id, held_id, permission, way, "from", certainty from effective_access where principal_type = 'user'`,
  );
}

/** The same as `access` tells it of each user. */
function waysToldOf(index: FileIndex): string[] {
  const ids = index.database.prepare("select id from user where id not like 'other-%'").all(); // they hold nothing
  return ids
    .flatMap(({ id }) => Array.from(accessOf(index, `user:${String(id)}`).paths()))
    .filter(({ kind }) => kind !== 'other' && kind !== 'permission')
    .map(({ userId, heldId, permission, way, from, certainty }) =>
      JSON.stringify([userId, heldId, permission, way, from, certainty]),
    )
    .toSorted();
}

/** What is held as it stands, by whom. */
function heldIn(index: FileIndex): ReadonlySet<string> {
  return new Set([
    ...rowsIn(index, "select principal_type, principal_id, 'tenant', tenant_id from memberships"),
    ...rowsIn(
      index,
      "select principal_type, principal_id, iif(kind = 'role', 'role', 'role_binding'), role_id from assignments",
    ),
  ]);
}

/** What came and went with the newest sync that the index knows. */
function changesIn(index: FileIndex): Readonly<Record<'gained' | 'lost', readonly string[]>> {
  const those = (change: string): string[] =>
    rowsIn(
      index,
      `select principal_type, principal_id, held_type, held_id from changes
       where change = '${change}' and area = 'access' and sync = (select max(sync) from syncs)`,
    );
  return { gained: those('gained'), lost: those('lost') };
}

/**
 * On each of some random days, the answers of a store are those of the file that was kept on that day, whatever the
 * names, and still are when the days before the last two are pruned. `storeIn` names an empty store.
 */
export async function checkDays(storeIn: (folder: string) => Promise<string>, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(
    fc.array(fc.oneof(projectWithKeysArbitrary, treeWorldArbitrary), { minLength: 2, maxLength: 4 }),
    fc.constantFrom('json', 'ndjson', 'c1z'),
    async (days, extension) => {
      await using folder = await temporaryFolder();
      const store = await storeIn(folder.path);
      const fileOf = (day: number): string => join(folder.path, `${day}.${extension}`);
      for (const [day, { keys, ...rows }] of days.entries()) {
        await writeDay(fileOf(day), day, rows, { include: ['access_key'] }, { keys });
        await importDay(store, fileOf(day));
      }
      await using history = await openHistory(store);
      let before: ReadonlySet<string> | undefined;
      for (const day of days.keys()) {
        await using file = await createFileIndex(fileOf(day));
        await using kept = await history.index(await history.choose({ atMs: finishOf(day) }), { hasPast: true });
        expect(rowsOf(kept)).toEqual(rowsOf(file));
        expect(answersOf(kept)).toEqual(answersOf(file));
        [kept, file].forEach(({ database }) => createSqlViews(database));
        expect(waysIn(kept)).toEqual(waysIn(file));
        expect(waysIn(kept)).toEqual(waysToldOf(file));
        const held = heldIn(file);
        if (before !== undefined) {
          expect(changesIn(kept)).toEqual({
            gained: [...held.difference(before)].toSorted(),
            lost: [...before.difference(held)].toSorted(),
          });
        }
        before = held;
      }
      const last = days.length - 1;
      const first = Math.max(1, last - 1);
      await pruneStore(store, { keepMs: (last - first) * dayMs, nowMs: finishOf(last) });
      await using later = await openHistory(store);
      expect(await later.syncs()).toHaveLength(last - first + 1);
      for (let day = first; day <= last; day += 1) {
        await using file = await createFileIndex(fileOf(day));
        await using kept = await later.index(await later.choose({ atMs: finishOf(day) }));
        expect(rowsOf(kept)).toEqual(rowsOf(file));
        expect(answersOf(kept)).toEqual(answersOf(file));
      }
      expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    },
  );
  await fc.assert(property, { numRuns, endOnFailure: true });
}
