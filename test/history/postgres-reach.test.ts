import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/history/open-history.ts';
import { projectWithKeysArbitrary } from '../support/arbitraries.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type HandWritten, resource, user as written, writeByHand } from '../support/edge-files.ts';
import { companies } from '../support/edge-world.ts';
import { finishOf, importDay, writeDay } from '../support/history.ts';
import { granted, otherWorld } from '../support/other-world.ts';
import { user } from '../support/project-fixture.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { allQuestions, checkReach, someQuestions } from '../support/store-reach.ts';
import { treeWorldArbitrary } from '../support/tree-worlds.ts';

/** Somebody with the name of somebody else, a key and who made it, and a type that nobody knows, of which one thing is held. */
function oddities(): HandWritten {
  const { types = [], resources, grants } = companies();
  return {
    types: [...types, 'vault'],
    resources: [
      ...resources,
      written('U5', 'ADA'),
      resource('access_key', 'K9', 'Made key', { profile: { status: 'active', created_by: 'U4' } }),
      resource('vault', 'V1', 'Vault'),
      resource('vault', 'V2', 'Empty vault'),
    ],
    grants: [...grants, granted('vault:V1', 'open', 'user:U2')],
  };
}

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`a question to a store in PostgreSQL${why}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it.each(Object.entries({ companies: oddities(), keys: otherWorld('x') }))(
    'is answered from what it can reach as from the whole store: %s',
    async (_name, world) => {
      await using folder = await temporaryFolder();
      const [file, store] = [join(folder.path, 'sync.json'), await server.database()];
      await writeByHand(file, world);
      await importDay(store, file);
      await using history = await openHistory(store);
      await expect(
        checkReach(history, await history.choose({}), (texts) => someQuestions(texts, 16)),
      ).resolves.toBeUndefined();
    },
  );

  it('is answered so on any day, whatever the names', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.oneof(projectWithKeysArbitrary, treeWorldArbitrary), { minLength: 2, maxLength: 3 }),
      fc.infiniteStream(fc.nat()),
      async (days, chance) => {
        await using folder = await temporaryFolder();
        const store = await server.database();
        for (const [day, { keys, ...rows }] of days.entries()) {
          const file = join(folder.path, `${day}.json`);
          await writeDay(file, day, rows, { include: ['access_key'] }, { keys });
          await importDay(store, file);
        }
        await using history = await openHistory(store);
        for (const day of days.keys()) {
          await checkReach(history, await history.choose({ atMs: finishOf(day) }), (texts) => {
            const all = allQuestions(texts);
            return Array.from(
              { length: 6 },
              () => all[Number(chance.next().value) % all.length] ?? { about: 'access', of: '' },
            );
          });
        }
      },
    );
    await fc.assert(property, { numRuns: 4, endOnFailure: true });
  });

  it('finds who stands in rows of an older layout, which the next sync brings up to date', async () => {
    await using folder = await temporaryFolder();
    const store = await server.database();
    const users = ['Ada', 'Bob'].map((name) => user(name.toLowerCase(), { name, loginIds: [`${name}@acme.example`] }));
    for (const day of [0, 1]) {
      await writeDay(join(folder.path, `${day}.json`), day, { users });
    }
    await importDay(store, join(folder.path, '0.json'));
    await server.admin(
      store,
      `set search_path = baton_descope; alter table user_row drop column texts;
       drop index grant_of_model, grant_other; update layout set version = 1`,
    );

    await expect(openHistory(store)).rejects.toThrow(
      'an older version made it, and the next sync brings it up to date',
    );
    await importDay(store, join(folder.path, '1.json'));

    expect(
      await server.ask(store, 'select count(*)::integer n from baton_descope.user_row where texts is null'),
    ).toEqual([{ n: 2 }]);
    await using history = await openHistory(store);
    await expect(checkReach(history, await history.choose({}), allQuestions)).resolves.toBeUndefined();
  });
});
