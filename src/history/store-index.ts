import type { DatabaseSync } from 'node:sqlite';
import { type FileIndex } from '../answers/file-index.ts';
import { gapOf, inheritanceOf, noGap } from '../answers/index-inheritance.ts';
import type { SyncSource } from '../answers/source.ts';
import { createUnknownCounter, isExpectedGrant, type UnknownCounts } from '../answers/unknown.ts';
import { isKnownType } from '../sync-format/known-types.ts';
import { typesNotOffered } from '../sync-format/offered.ts';
import { createChangeViews } from './change-views.ts';
import { guarded } from './faults.ts';
import { checkStillKept } from './kept.ts';
import { openStore } from './store-file.ts';
import { createIndexViews, type SyncNumbers } from './views.ts';

/**
 * One sync of a store, ready for questions: nothing is read but what a question needs. It has a connection of its own,
 * which it closes. `place`: where the store is, if it is not what errors name.
 */
export async function indexOf(
  path: string,
  { source, place = path, ...numbers }: SyncNumbers & { readonly source: SyncSource; readonly place?: string },
): Promise<FileIndex> {
  const { summary } = source;
  const types = await source.types();
  return guarded(path, 'read', () => {
    const database = openStore(path, place, true);
    try {
      const project = database.prepare('select has_doubles from project where n = ?').get(numbers.project);
      database.exec('pragma temp_store = memory; pragma cache_size = -32768');
      const hasDoubles = project?.['has_doubles'] === 1;
      createIndexViews({ path, database }, numbers, hasDoubles);
      createChangeViews(database, numbers);
      const inheritance = inheritanceOf(database, summary);
      const has = (table: string): boolean => database.prepare(`select 1 from ${table} limit 1`).get() !== undefined;
      const hasOtherGrants = has('other_grant');
      return {
        path,
        databasePath: '',
        database,
        summary,
        gap: inheritance.isDerived ? noGap : (summary.notDerived ?? gapOf(database)),
        inheritance,
        isHumansOnly: false,
        moment: source.moment,
        types: types.difference(typesNotOffered(summary)),
        hasOthers: hasOtherGrants || has('other'),
        hasOtherGrants,
        unknown: unknownIn(database),
        isByName: !hasDoubles, // else holders are grouped before they are joined
        [Symbol.asyncDispose]: async () => {
          try {
            guarded(path, 'read', () => checkStillKept(path, database, numbers.sync));
          } finally {
            database.close();
          }
        },
      };
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  });
}

/** Counts what this version does not know, as it is counted when a file is read. */
function unknownIn(database: DatabaseSync): UnknownCounts | undefined {
  const counter = createUnknownCounter();
  const rows = (sql: string): readonly Readonly<Record<string, unknown>>[] => database.prepare(sql).all();
  for (const { type, count } of rows('select type, count(*) count from other group by type')) {
    if (!isKnownType(String(type))) {
      counter.addResources(String(type), Number(count));
    }
  }
  for (const row of rows('select on_type, to_type, count(*) count from other_grant group by on_type, to_type')) {
    const [on, to] = [String(row['on_type']), String(row['to_type'])];
    if (!isExpectedGrant(on, to)) {
      counter.addGrants(on, to, Number(row['count']));
    }
  }
  return counter.counts();
}
