import type { DatabaseSync } from 'node:sqlite';
import { type FileIndex } from '../answers/file-index.ts';
import { gapOf, inheritanceOf, noGap } from '../answers/index-inheritance.ts';
import type { SyncSource } from '../answers/source.ts';
import { createUnknownCounter, isExpectedGrant, type UnknownCounts } from '../answers/unknown.ts';
import { isKnownType } from '../sync-format/known-types.ts';
import { typesNotOffered } from '../sync-format/offered.ts';
import { createChangeViews } from './change-views.ts';
import { guarded } from './faults.ts';
import { formerThings } from './former.ts';
import { checkStillKept } from './kept.ts';
import { openStore } from './store-file.ts';
import { createIndexViews, type SyncNumbers } from './views.ts';

/** Grants of other types, or to principals that are no users, counted. */
export interface OtherGrants {
  readonly onType: string;
  readonly toType: string;
  readonly count: number;
}

/**
 * One sync of a store, ready for questions: nothing is read but what a question needs. It has a connection of its own,
 * which it closes. `place`: where the store is, if it is not what errors name. `otherGrants`, where it has not all of them.
 */
export async function indexOf(
  path: string,
  {
    source,
    place = path,
    otherGrants: counted,
    ...numbers
  }: SyncNumbers & {
    readonly source: SyncSource;
    readonly place?: string;
    readonly otherGrants?: readonly OtherGrants[] | undefined;
  },
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
      const otherGrants = counted ?? otherGrantsIn(database);
      const hasOtherGrants = otherGrants.length > 0;
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
        unknown: unknownIn(database, otherGrants),
        formerly: (asked) => guarded(path, 'read', () => formerThings(database, numbers, asked)),
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

function otherGrantsIn(database: DatabaseSync): readonly OtherGrants[] {
  return database
    .prepare('select on_type, to_type, count(*) count from other_grant group by on_type, to_type')
    .all()
    .map((row) => ({ onType: String(row['on_type']), toType: String(row['to_type']), count: Number(row['count']) }));
}

/** Counts what this version does not know, as it is counted when a file is read. */
function unknownIn(database: DatabaseSync, otherGrants: readonly OtherGrants[]): UnknownCounts | undefined {
  const counter = createUnknownCounter();
  for (const { type, count } of database.prepare('select type, count(*) count from other group by type').all()) {
    if (!isKnownType(String(type))) {
      counter.addResources(String(type), Number(count));
    }
  }
  for (const { onType, toType, count } of otherGrants) {
    if (!isExpectedGrant(onType, toType)) {
      counter.addGrants(onType, toType, count);
    }
  }
  return counter.counts();
}
