import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openHistory } from '../../src/history/open-history.ts';
import { steps } from '../../src/history/schema.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { temporaryFolder } from '../support/cli.ts';
import { importDay, rowsOf, writeDay } from '../support/history.ts';
import { inTenant, user } from '../support/project-fixture.ts';
import { firstDay, itKeepsSyncs } from '../support/store-behaviour.ts';
import { contentsOf, storeInFile } from '../support/store-kinds.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  store = join(folder.path, 'access.db');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await folder[Symbol.asyncDispose]();
});

async function put(day: number, rows: typeof firstDay, extension = 'json'): Promise<string> {
  const file = join(folder.path, `${day}.${extension}`);
  await writeDay(file, day, rows);
  await importDay(store, file);
  return file;
}

/** From the next change on no database grows any more. */
function fillTheDisk(): void {
  const { prepare } = DatabaseSync.prototype; // oxlint-disable-line typescript/unbound-method -- called with its own this
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql: string) {
    if (sql.startsWith('insert into message')) {
      prepare
        .call(this, `pragma max_page_count = ${Number(prepare.call(this, 'pragma page_count').get()?.['page_count'])}`)
        .get();
    }
    return prepare.call(this, sql);
  });
}

async function indexed(query: string): Promise<number> {
  await using history = await openHistory(store);
  await using index = await history.index(await history.choose({}));
  return Number(index.database.prepare(query).get()?.['count']);
}

describe('a store in a file', () => {
  itKeepsSyncs(async (place) => storeInFile(join(place, 'access.db')));

  it('asks no message but one of a resource what a resource says of itself, however the rows are joined', async () => {
    await put(0, firstDay);
    const asked = (): Promise<number> =>
      indexed(
        `select count(*) count from profile p join tenant e on e.id = p.id join thing t on t.id = e.id
           join holding h on h.thing = t.n
         where p.type = 'tenant' and json_extract(p.profile, '$.disabled') = 0`,
      );

    expect(await asked()).toBe(2);

    const database = new DatabaseSync(store);
    database.exec("update message set data = x'04' where v in (select v from thing_row where id = 'beta')");
    database.close();

    await expect(asked()).rejects.toMatchObject({
      kind: 'inconsistent',
      message: expect.stringContaining('one of its resources is not understood'),
    });
  });

  it('takes rows of a sync, many of one role, as it takes those of its file', async () => {
    const of = (day: number): typeof firstDay => ({
      ...firstDay,
      users: Array.from({ length: 150 }, (_, n) =>
        user(`m${n}`, { name: `M ${n}`, roleNames: n % 50 === day ? [] : ['Editor'], userTenants: [inTenant('acme')] }),
      ),
    });
    const direct = join(folder.path, 'direct.db');
    for (const day of [0, 1, 2]) {
      await put(day, of(day));
      await writeDay(direct, day, of(day));
    }

    const kept = async (path: string): Promise<object> => {
      await using history = await openHistory(path);
      const syncs = await history.syncs();
      await using index = await history.index(syncs.at(-1) ?? (await history.choose({})));
      return { syncs: syncs.map(({ added, ended, sizes }) => ({ added, ended, sizes })), rows: rowsOf(index) };
    };
    expect(await kept(direct)).toEqual(await kept(store));
    expect(await kept(direct)).toMatchObject({ syncs: [{}, { added: 3, ended: 3 }, { added: 3, ended: 3 }] });
    expect(await verifyStore(direct)).toMatchObject({ changed: [], faults: [], syncs: { length: 3 } });
  });

  it('leaves nothing beside it of a sync that was given up', async () => {
    await put(0, firstDay);
    await (await createStoreTarget(store, { projectId: 'P1', syncId: 's1' })).discard();

    expect((await readdir(folder.path)).toSorted()).toEqual(['0.json', 'access.db']);
  });

  it('is not there before its first sync is in', async () => {
    const target = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    expect(await readdir(folder.path)).not.toContain('access.db');

    await target.discard();

    expect(await readdir(folder.path)).toEqual([]);
  });

  it('keeps two that were made at once from replacing each other', async () => {
    const file = join(folder.path, '0.json');
    await writeDay(file, 0, firstDay);
    const late = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    await importDay(store, file);
    const before = contentsOf(store);

    await expect(
      late.finish(() => ({
        complete: true,
        projectId: 'P1',
        finishedAt: '2026-01-05T06:00:00Z',
        counts: { resources: {}, grants: {} },
        contentHash: '',
      })),
    ).rejects.toThrow('another sync or command is writing to it');
    expect(contentsOf(store)).toEqual(before);
  });

  it('stays as it was on a full disk, and says so', async () => {
    await put(0, firstDay);
    const before = contentsOf(store);
    fillTheDisk();
    const many = Array.from({ length: 200 }, (_, n) => user(`u${n}`, { name: 'x'.repeat(500) }));

    await expect(put(1, { ...firstDay, users: many })).rejects.toThrow(/^cannot write .*access\.db: the disk is full$/);
    expect(contentsOf(store)).toEqual(before);
  });

  it('is refused where a newer version made it, and where it is another database or none', async () => {
    await put(0, firstDay);
    const newer = new DatabaseSync(store);
    newer.exec(`pragma user_version = ${steps.length + 1}`);
    newer.close();
    const other = join(folder.path, 'other.db');
    const foreign = new DatabaseSync(other);
    foreign.exec('create table a (b)');
    foreign.close();
    const none = join(folder.path, 'none.db');
    await writeFile(none, 'no database, but long enough to be looked at as one, which takes a hundred bytes'.repeat(3));

    const empty = join(folder.path, 'empty.db');
    await writeFile(empty, '');

    await expect(openHistory(empty)).rejects.toThrow('the file is empty, and no store; remove it');
    await expect(createStoreTarget(empty, { projectId: 'P1', syncId: 's1' })).rejects.toThrow('the file is empty');
    await expect(openHistory(store)).rejects.toThrow('a newer version of baton-descope made it');
    await expect(createStoreTarget(other, { projectId: 'P1', syncId: 's1' })).rejects.toThrow('no store of ours');
    await expect(openHistory(none)).rejects.toThrow('it is no database; give a store that');
    await expect(openHistory(join(folder.path, 'missing.db'))).rejects.toThrow('there is no such file');
  });
});
