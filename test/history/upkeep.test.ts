import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { createSqlViews } from '../../src/answers/sql-views.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { timelineOf } from '../../src/history/timeline.ts';
import { plannedPrune, pruneStore, vacuumStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { temporaryFolder } from '../support/cli.ts';
import { answersOf, dayMs, finishOf, importDay, rowsOf, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  store = join(folder.path, 'access.db');
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const ada = user('ada', { name: 'Ada', loginIds: ['ada@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('bob', {
  name: 'Bob Leaver',
  loginIds: ['bob@acme.example'],
  userTenants: [inTenant('acme', 'Editor')],
});
const cyd = user('cyd', { name: 'Cyd', userTenants: [inTenant('acme', 'Editor')] });
/** Bob leaves with the third day, Cyd comes with the fourth. */
const days = [[ada, bob], [{ ...ada, name: 'Ada L.' }, bob], [ada], [ada, cyd], [ada, cyd]];

const fileOf = (day: number): string => join(folder.path, `${day}.json`);

async function putDays(): Promise<void> {
  for (const [day, users] of days.entries()) {
    await writeDay(fileOf(day), day, { ...lists, users });
    await importDay(store, fileOf(day));
  }
}

/** Keeps what there was since a day, seen from the last one. */
const since = (day: number): { readonly keepMs: number; readonly nowMs: number } => ({
  keepMs: (days.length - 1 - day) * dayMs,
  nowMs: finishOf(days.length - 1),
});

async function daysKept(): Promise<readonly number[]> {
  await using history = await openHistory(store);
  return (await history.syncs()).map(({ finishedMs }) => (finishedMs - finishOf(0)) / dayMs);
}

async function rest<T>(rows: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of rows) {
    all.push(...batch);
  }
  return all;
}

function count(table: string): number {
  const database = new DatabaseSync(store, { readOnly: true });
  const n = Number(database.prepare(`select count(*) n from ${table}`).get()?.['n']);
  database.close();
  return n;
}

describe('what is taken out of a store', () => {
  it('is what had ended by the first sync that stays, and no answer of a later moment changes', async () => {
    await putDays();
    const [planned] = await plannedPrune(store, since(2));
    expect(await daysKept()).toEqual([0, 1, 2, 3, 4]);

    const [went] = await pruneStore(store, since(2));

    expect(went).toEqual(planned);
    expect(went).toMatchObject({ syncs: { length: 2 }, first: { finishedMs: finishOf(2) } });
    expect(went?.rows).toBe(5); // two versions of Ada, Bob, and two things that he held
    expect(await daysKept()).toEqual([2, 3, 4]);
    await using history = await openHistory(store);
    for (const day of [2, 3, 4]) {
      await using kept = await history.index(await history.choose({ atMs: finishOf(day) + 1 }));
      await using file = await createFileIndex(fileOf(day));
      expect(rowsOf(kept)).toEqual(rowsOf(file));
      expect(answersOf(kept)).toEqual(answersOf(file));
    }
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 3 } });
  });

  it('keeps the sync that stood at the bound, and the newest one in any case', async () => {
    await putDays();
    const [bound] = await plannedPrune(store, { keepMs: 1.5 * dayMs, nowMs: finishOf(4) });
    expect(bound?.first.finishedMs).toBe(finishOf(2));

    await pruneStore(store, { keepMs: dayMs, nowMs: finishOf(400) });

    expect(await daysKept()).toEqual([4]);
    expect(await plannedPrune(store, { keepMs: dayMs, nowMs: finishOf(800) })).toEqual([]);
  });

  it('is nothing where every sync is young enough', async () => {
    await putDays();
    const before = await readFile(store);

    expect(await pruneStore(store, since(0))).toEqual([]);

    expect(await daysKept()).toEqual([0, 1, 2, 3, 4]);
    expect((await readFile(store)).length).toBe(before.length);
  });

  it('leaves no row, name or message of who is gone', async () => {
    await putDays();
    await pruneStore(store, since(2));
    await vacuumStore(store);

    expect((await readFile(store)).includes('Bob Leaver')).toBe(false);
    expect((await readFile(store)).includes('bob@acme.example')).toBe(false);
    expect(count("entity where id = 'bob'")).toBe(0);
    const versions = ['type_row', 'user_row', 'thing_row', 'sso_row', 'other_row', 'entitlement_row', 'grant_row'];
    expect(count(`message where v not in (${versions.map((table) => `select v from ${table}`).join(' union ')})`)).toBe(
      0,
    );
    expect(count('login_row where v not in (select v from user_row)')).toBe(0);
  });

  it('makes the first sync that stays the first that is known: nothing came with it', async () => {
    await putDays();
    await pruneStore(store, since(3));
    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({}));
    createSqlViews(index.database);

    expect(Array.from(timelineOf(index, 'ada').events(), ({ change, notBefore }) => [change, notBefore])).toEqual([
      ['first', undefined],
      ['first', undefined],
      ['first', undefined],
    ]);
    expect(index.database.prepare("select count(*) n from changes where principal = 'Cyd'").get()).toEqual({ n: 0 });
    expect(index.database.prepare('select count(*) n from syncs').get()).toEqual({ n: 2 });
  });

  it('is of the project that is named, and of no other', async () => {
    await putDays();
    await writeDay(fileOf(9), 0, { ...lists, users: [bob] });
    const text = await readFile(fileOf(9), 'utf8');
    const projectId = (JSON.parse(text) as { summary: { projectId: string } }).summary.projectId;
    for (const day of [0, 1]) {
      const moved = text.replaceAll(projectId, 'P2Other').replaceAll('2026-01-05T06', `2026-01-0${5 + day}T06`);
      await writeFile(fileOf(9), JSON.stringify(JSON.parse(moved)));
      await importDay(store, fileOf(9));
    }
    const late = { keepMs: dayMs, nowMs: finishOf(400) };

    await pruneStore(store, { ...late, projectId: 'P2Other' });

    await using history = await openHistory(store);
    expect(await history.syncs('P2Other')).toHaveLength(1);
    expect(await history.syncs(projectId)).toHaveLength(5);
    await using kept = await history.index(await history.choose({ projectId: 'P2Other' }));
    expect(rowsOf(kept)['user']).toHaveLength(1);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    expect((await plannedPrune(store, late)).map(({ first }) => first.projectId)).toEqual([projectId]);
  });

  it('goes with each sync, where the store is told how long to keep', async () => {
    for (const [day, users] of days.entries()) {
      await writeDay(fileOf(day), day, { ...lists, users });
      await importDay(store, fileOf(day), { keepMs: 2 * dayMs });
    }

    expect(await daysKept()).toEqual([2, 3, 4]);
    expect(count("entity where id = 'bob'")).toBe(0);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    await using history = await openHistory(store);
    for (const day of [2, 3, 4]) {
      await using kept = await history.index(await history.choose({ atMs: finishOf(day) }));
      await using file = await createFileIndex(fileOf(day));
      expect(answersOf(kept)).toEqual(answersOf(file));
    }
  });

  it('is missed by an answer that was being given meanwhile: that one fails', async () => {
    await putDays();
    const history = await openHistory(store);
    const old = await history.choose({ atMs: finishOf(0) });
    const index = await history.index(old);
    const rows = (await history.source(old)).rows();
    const first = await rows.next();

    await pruneStore(store, since(2));

    expect(first.done).toBe(false);
    await expect(rest(rows)).rejects.toThrow('was pruned while it was read');
    await expect(index[Symbol.asyncDispose]()).rejects.toThrow(/was pruned while it was read.* may lack rows/);
    await using kept = await history.index(await history.choose({ atMs: finishOf(2) }));
    expect(rowsOf(kept)['user']).toHaveLength(1);
    await history[Symbol.asyncDispose]();
  });

  it('stays where another writer has the store', async () => {
    await putDays();
    const writer = await createStoreTarget(store, { projectId: 'P1', syncId: 's1' });

    await expect(pruneStore(store, since(2), { patienceMs: 0, wait: async () => undefined })).rejects.toThrow(
      'another sync or command is writing to it',
    );
    await expect(vacuumStore(store, { patienceMs: 0, wait: async () => undefined })).rejects.toThrow(
      /^cannot write .*: another command reads it or writes to it just now/,
    );
    await writer.discard();

    expect(await daysKept()).toHaveLength(5);
  });
});

describe('a store that is written anew', () => {
  it('is smaller, and holds what it held', async () => {
    const many = Array.from({ length: 400 }, (_, n) => user(`u${n}`, { name: `${n}`.repeat(40) }));
    await writeDay(fileOf(0), 0, { ...lists, users: [ada, ...many] });
    await writeDay(fileOf(1), 1, { ...lists, users: [ada] });
    await importDay(store, fileOf(0));
    await importDay(store, fileOf(1));
    await pruneStore(store, { keepMs: 1, nowMs: finishOf(2) });

    const { bytesBefore, bytesAfter } = await vacuumStore(store);

    expect((await stat(store)).size).toBe(bytesAfter);
    expect(bytesAfter).toBeLessThan(bytesBefore / 2);
    expect((await stat(store)).mode & 0o777).toBe(0o600);
    await using history = await openHistory(store);
    await using kept = await history.index(await history.choose({}));
    await using file = await createFileIndex(fileOf(1));
    expect(answersOf(kept)).toEqual(answersOf(file));
  });
});
