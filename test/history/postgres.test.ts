import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqlViews, sqlViews } from '../../src/answers/sql-views.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { connect } from '../../src/history/postgres/connection.ts';
import { namesInPostgres } from '../../src/history/postgres/names.ts';
import { projectWithKeysArbitrary } from '../support/arbitraries.ts';
import { temporaryFolder } from '../support/cli.ts';
import { finishOf, importDay, writeDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { startSilentProxy } from '../support/silent-proxy.ts';
import { itKeepsSyncs } from '../support/store-behaviour.ts';
import { itSuggests } from '../support/store-suggestions.ts';
import { storeInPostgres } from '../support/store-kinds.ts';
import { checkDays } from '../support/store-days.ts';
import { faultOf } from '../support/thrown.ts';
import { treeWorldArbitrary } from '../support/tree-worlds.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;
const sorted = (rows: readonly unknown[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted();

describe.skipIf(noPostgres !== undefined)(`a store in PostgreSQL${why}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  itKeepsSyncs(() => storeInPostgres(server));

  describe('the names that it suggests', () => {
    itSuggests(() => server.database(), namesInPostgres);
  });

  it('waits for a long statement, and gives one up when the way to the server has fallen silent', async () => {
    await using proxy = await startSilentProxy(server);
    const url = new URL(await server.database());
    url.port = String(proxy.port);
    const quick = { silentMs: 100, lookMs: 50, tries: 2, connectMs: 1_000 };
    await using connection = await connect(url.href, 'write', quick);
    expect(await connection.rows('select 1 as one from pg_sleep(1)')).toEqual([{ one: 1 }]);
    proxy.hush('beyond recall');
    const told = await connection.rows(`select 'beyond recall'`).catch((thrown: unknown) => thrown);
    expect(faultOf(told)).toMatch(/^unavailable: cannot write postgres:[^ ]+: it does not answer$/);
    expect(proxy.isSilent).toBe(true);
  });

  it('answers on each day as the file that was kept on that day, whatever the names', async () => {
    await expect(checkDays(() => server.database(), 3)).resolves.toBeUndefined();
  });

  it('has in its own views, of every day, the rows that the views of a file have', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.oneof(projectWithKeysArbitrary, treeWorldArbitrary), { minLength: 2, maxLength: 3 }),
      async (days) => {
        await using folder = await temporaryFolder();
        const store = await server.database();
        for (const [day, { keys, ...rows }] of days.entries()) {
          const file = join(folder.path, `${day}.json`);
          await writeDay(file, day, rows, { include: ['access_key'] }, { keys });
          await importDay(store, file);
        }
        for (const day of days.keys()) {
          for (const view of [...Object.keys(sqlViews), 'syncs', 'changes']) {
            await using history = await openHistory(store);
            const sync = await history.choose({ atMs: finishOf(day) });
            await using index = await history.index(sync, { hasPast: true });
            createSqlViews(index.database);
            const rows = index.database.prepare(`select * from ${view}`).all();
            const told: unknown[] = [];
            const answer = await history.query?.(sync, `select * from ${view}`);
            for await (const some of answer?.rows() ?? []) {
              told.push(...some);
            }
            expect([view, answer?.columns]).toEqual([
              view,
              rows[0] === undefined ? answer?.columns : Object.keys(rows[0]),
            ]);
            expect([view, sorted(told)]).toEqual([view, sorted(rows.map((row) => Object.values(row)))]);
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 4, endOnFailure: true });
  });
});
