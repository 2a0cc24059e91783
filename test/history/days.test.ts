import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { projectWithKeysArbitrary } from '../support/arbitraries.ts';
import { temporaryFolder } from '../support/cli.ts';
import { answersOf, finishOf, importDay, rowsOf, writeDay } from '../support/history.ts';
import { treeWorldArbitrary } from '../support/tree-worlds.ts';

describe('the answers of a store', () => {
  it('on each day are those of the file that was kept on that day, whatever the names', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.oneof(projectWithKeysArbitrary, treeWorldArbitrary), { minLength: 2, maxLength: 4 }),
      fc.constantFrom('json', 'ndjson', 'c1z'),
      async (days, extension) => {
        await using folder = await temporaryFolder();
        const store = join(folder.path, 'access.db');
        const fileOf = (day: number): string => join(folder.path, `${day}.${extension}`);
        for (const [day, { keys, ...rows }] of days.entries()) {
          await writeDay(fileOf(day), day, rows, { include: ['access_key'] }, { keys });
          await importDay(store, fileOf(day));
        }
        await using history = await openHistory(store);
        for (const day of days.keys()) {
          await using file = await createFileIndex(fileOf(day));
          await using kept = await history.index(history.choose({ atMs: finishOf(day) }));
          expect(rowsOf(kept)).toEqual(rowsOf(file));
          expect(answersOf(kept)).toEqual(answersOf(file));
        }
      },
    );
    await fc.assert(property, { numRuns: 6 });
  }, 120_000);
});
