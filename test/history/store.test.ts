import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { openSource } from '../../src/answers/open.ts';
import type { SyncSource } from '../../src/answers/source.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { steps } from '../../src/history/schema.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { messageToJson } from '../../src/sync-format/stored-rows.ts';
import { temporaryFolder } from '../support/cli.ts';
import { answersOf, finishOf, importDay, rowsOf, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

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

const lists = {
  tenants: [tenant('acme', { name: 'Acme' }), tenant('beta', { name: 'Beta' })],
  roles: [role('Editor', { permissionNames: ['write'] }), role('Viewer', { permissionNames: ['read'] })],
  permissions: [permission('write'), permission('read')],
};
const ada = user('ada', { name: 'Ada', loginIds: ['ada@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('bob', { name: 'Bob', userTenants: [inTenant('beta', 'Viewer')] });
const firstDay = { ...lists, users: [ada, bob] };

async function put(day: number, rows: typeof firstDay, extension = 'json'): Promise<string> {
  const file = join(folder.path, `${day}.${extension}`);
  await writeDay(file, day, rows);
  await importDay(store, file);
  return file;
}

async function changes(): Promise<readonly (readonly [number, number])[]> {
  await using history = await openHistory(store);
  return (await history.syncs()).map(({ added, ended }) => [added, ended] as const);
}

/** All that the store holds, whatever the pages that it lies on. */
function contents(): object {
  const database = new DatabaseSync(store, { readOnly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
    .all();
  const all = tables.map(({ name }) => [name, database.prepare(`select * from ${String(name)}`).all()]);
  database.close();
  return all;
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

async function messagesOf(source: SyncSource): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const batch of source.messages()) {
    all.push(...batch.map((stored) => JSON.stringify([stored.section, messageToJson(stored)])));
  }
  return all.toSorted();
}

async function indexed(query: string): Promise<number> {
  await using history = await openHistory(store);
  await using index = await history.index(await history.choose({}));
  return Number(index.database.prepare(query).get()?.['count']);
}

describe('a store', () => {
  it('keeps of a sync what is new, and what is no longer there', async () => {
    await put(0, firstDay);
    await put(1, firstDay);
    await put(2, { ...firstDay, users: [{ ...ada, name: 'Ada L.' }, bob] }); // one version ends, another begins
    // A user, two things that he held, and what one of them allowed nobody else.
    await put(3, { ...firstDay, users: [{ ...ada, name: 'Ada L.' }] });

    const [first, ...others] = await changes();

    expect(first?.[0]).toBeGreaterThan(20);
    expect(others).toEqual([
      [0, 0],
      [1, 1],
      [0, 4],
    ]);
  });

  it.each(['ndjson', 'c1z'])('finds nothing new in the same rows from a .%s file', async (extension) => {
    await put(0, firstDay);
    await put(1, firstDay, extension);

    expect((await changes())[1]).toEqual([0, 0]);
  });

  it('takes the keys of a profile in another order for the same', async () => {
    const file = await put(0, firstDay);
    const text = await readFile(file, 'utf8');
    const turned = JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && 'status' in value && 'login_ids' in value
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ).replaceAll('2026-01-05T06', '2026-01-06T06');
    await writeFile(file, turned);
    await importDay(store, file);

    expect(turned).not.toBe(text);
    expect((await changes())[1]).toEqual([0, 0]);
  });

  it('gives back every message of every day', async () => {
    const files = [
      await put(0, firstDay),
      await put(1, { ...firstDay, users: [bob] }),
      await put(2, { ...firstDay, users: [ada], roles: [] }),
    ];

    await using history = await openHistory(store);
    for (const [day, file] of files.entries()) {
      await using source = await openSource(file);
      expect(await messagesOf(await history.source(await history.choose({ atMs: finishOf(day) })))).toEqual(
        await messagesOf(source),
      );
    }
  });

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

  it('tells a thing once that is held in two ways', async () => {
    const file = await put(0, firstDay);
    const text = (await readFile(file, 'utf8')).replaceAll('2026-01-05T06', '2026-01-06T06');
    const whole = JSON.parse(text) as { grants: { id: string; entitlement: { id: string } }[] };
    const second = whole.grants.map((grant) => ({
      ...grant,
      id: `${grant.id}-again`,
      entitlement: { ...grant.entitlement, id: `${grant.entitlement.id}-again` },
    }));
    await writeFile(file, JSON.stringify({ ...whole, grants: [...whole.grants, ...second] }));
    await importDay(store, file);

    await using history = await openHistory(store);
    await using kept = await history.index(await history.choose({}));
    await using index = await createFileIndex(file);
    expect(rowsOf(kept)).toEqual(rowsOf(index));
    expect(answersOf(kept)).toEqual(answersOf(index));
    expect((await changes())[1]).toEqual([second.length, 0]);
  });

  it('shows nothing of a sync that was given up, or that has not ended', async () => {
    await put(0, firstDay);
    const before = contents();
    const target = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    await using source = await openSource(join(folder.path, '0.json'));
    for await (const batch of source.messages()) {
      await target.resourceTypes(
        batch.flatMap(({ section, message }) => (section === 'resourceTypes' ? [message] : [])),
      );
    }

    expect(await changes()).toHaveLength(1);
    await target.discard();

    expect(await changes()).toHaveLength(1);
    expect(contents()).toEqual(before);
    expect((await readdir(folder.path)).toSorted()).toEqual(['0.json', 'access.db']);
  });

  it('is not there before its first sync is in', async () => {
    const target = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    expect(await readdir(folder.path)).not.toContain('access.db');

    await target.discard();

    expect(await readdir(folder.path)).toEqual([]);
  });

  it('keeps a second writer out, who waits for a while and says so', async () => {
    await put(0, firstDay);
    const first = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    const waits: number[] = [];
    const onWait = vi.fn();

    await expect(
      createStoreTarget(store, {
        projectId: 'P1',
        syncId: 's2',
        patienceMs: 1_000,
        onWait,
        wait: async (ms) => waits.push(ms),
      }),
    ).rejects.toThrow(/^cannot write .*access\.db: another sync or command is writing to it; run this one again/);
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(1_000);

    const second = createStoreTarget(store, {
      projectId: 'P1',
      syncId: 's2',
      wait: async () => await first.discard(),
    });
    await (await second).discard();
  });

  it('keeps two that were made at once from replacing each other', async () => {
    const file = join(folder.path, '0.json');
    await writeDay(file, 0, firstDay);
    const late = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });
    await importDay(store, file);
    const before = contents();

    await expect(
      late.finish(() => ({
        complete: true,
        projectId: 'P1',
        finishedAt: '2026-01-05T06:00:00Z',
        counts: { resources: {}, grants: {} },
        contentHash: '',
      })),
    ).rejects.toThrow('another sync or command is writing to it');
    expect(contents()).toEqual(before);
  });

  it('keeps projects apart', async () => {
    await put(0, firstDay);
    const other = join(folder.path, 'other.json');
    await writeDay(other, 0, { ...firstDay, users: [bob] });
    const text = await readFile(other, 'utf8');
    const projectId = (JSON.parse(text) as { summary: { projectId: string } }).summary.projectId;
    await writeFile(other, JSON.stringify(JSON.parse(text.replaceAll(projectId, 'P2Other'))));
    await importDay(store, other);
    await put(1, firstDay);

    await using history = await openHistory(store);
    await expect(history.choose({})).rejects.toThrow('holds several projects: say which with --project');
    expect(await changes()).toEqual([
      [expect.any(Number), 0],
      [expect.any(Number), 0],
      [0, 0],
    ]);
    for (const [id, file] of [
      ['P2Other', other],
      [projectId, join(folder.path, '1.json')],
    ] as const) {
      await using kept = await history.index(await history.choose({ projectId: id }));
      await using index = await createFileIndex(file);
      expect(rowsOf(kept)).toEqual(rowsOf(index));
    }
  });

  it('refuses a sync that is not later than its newest one', async () => {
    await put(1, firstDay);
    const before = contents();

    await expect(put(0, firstDay)).rejects.toThrow(/it has a sync of 2026-01-06T06.*, and this one, of 2026-01-05/);
    expect(contents()).toEqual(before);
  });

  it('says when it began, where it is asked for an earlier time', async () => {
    await put(0, firstDay);
    await using history = await openHistory(store);

    await expect(history.choose({ atMs: finishOf(-1) })).rejects.toThrow(
      'its first sync finished at 2026-01-05T06:00:00.000Z',
    );
  });

  it('refuses a sync that grants something to a user whom it does not list', async () => {
    const file = await put(0, firstDay);
    const whole = JSON.parse((await readFile(file, 'utf8')).replaceAll('2026-01-05T06', '2026-01-06T06')) as {
      resources: { id: { resource: string } }[];
    };
    await writeFile(
      file,
      JSON.stringify({ ...whole, resources: whole.resources.filter(({ id }) => id.resource !== 'bob') }),
    );

    for (const into of [store, join(folder.path, 'new.db')]) {
      await expect(importDay(into, file)).rejects.toThrow('grants something to a user that it does not list');
    }
    expect(await changes()).toHaveLength(1);
  });

  it('stays as it was on a full disk, and says so', async () => {
    await put(0, firstDay);
    const before = contents();
    fillTheDisk();
    const many = Array.from({ length: 200 }, (_, n) => user(`u${n}`, { name: 'x'.repeat(500) }));

    await expect(put(1, { ...firstDay, users: many })).rejects.toThrow(/^cannot write .*access\.db: the disk is full$/);
    expect(contents()).toEqual(before);
  });

  it('proves that its rows are those that went in, and tells the syncs of which they are not', async () => {
    await put(0, { ...firstDay, users: [ada] });
    await put(1, firstDay);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 2 } });

    const broken = join(folder.path, 'broken.db');
    await copyFile(store, broken);
    const database = new DatabaseSync(broken);
    database.exec("delete from grant_row where to_n = (select n from entity where id = 'bob') and until is null");
    database.close();

    const { changed } = await verifyStore(broken);
    expect(changed.map(({ finishedAt }) => finishedAt)).toEqual(['2026-01-06T06:00:00.000Z']);
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

    await expect(openHistory(store)).rejects.toThrow('a newer version of baton-descope made it');
    await expect(createStoreTarget(other, { projectId: 'P1', syncId: 's1' })).rejects.toThrow('no store of ours');
    await expect(openHistory(none)).rejects.toThrow('it is no database; give a store that');
    await expect(openHistory(join(folder.path, 'missing.db'))).rejects.toThrow('there is no such file');
  });
});
