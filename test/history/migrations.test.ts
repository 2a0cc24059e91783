import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { applicationId, steps } from '../../src/history/schema.ts';
import { pruneStore } from '../../src/history/upkeep.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { temporaryFolder } from '../support/cli.ts';
import { answersOf, finishOf, importDay, writeDay } from '../support/history.ts';
import { user } from '../support/project-fixture.ts';

const released = steps.length;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store = '';
const fileOf = (day: number): string => join(folder.path, `${day}.json`);
beforeEach(async () => {
  folder = await temporaryFolder();
  store = join(folder.path, 'access.db');
  for (const [day, names] of [['Ada'], ['Ada', 'Bob'], ['Bob']].entries()) {
    await writeDay(fileOf(day), day, { users: names.map((name) => user(name, { name })) });
  }
});
afterEach(async () => {
  nextVersion(undefined);
  await folder[Symbol.asyncDispose]();
});

/** A program that is a version ahead, with one more step; without one, the program as it is. */
function nextVersion(step: string | undefined): void {
  Object.assign(steps, { length: released }, step === undefined ? {} : { [released]: step });
}

function layoutOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const version = Number(database.prepare('pragma user_version').get()?.['user_version']);
  database.close();
  return version;
}

describe('a store of an earlier version', () => {
  it.each(steps.map((_, version) => version + 1))('takes syncs, with layout %i as it was released', async (version) => {
    const database = new DatabaseSync(store);
    database.exec(`pragma application_id = ${applicationId}`);
    steps.slice(0, version).forEach((sql) => database.exec(sql));
    database.exec(`pragma user_version = ${version}`);
    database.close();

    await importDay(store, fileOf(0));
    await importDay(store, fileOf(1));

    expect(layoutOf(store)).toBe(released);
    await using history = await openHistory(store);
    await using index = await history.index(await history.choose({}));
    await using file = await createFileIndex(fileOf(1));
    expect(answersOf(index)).toEqual(answersOf(file));
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 2 } });
  });

  it('answers as it is, and is brought up to date by the next change, with all that it holds', async () => {
    await importDay(store, fileOf(0));
    await importDay(store, fileOf(1));
    nextVersion("create table later (a text); insert into later values ('made')");
    await using before = await openHistory(store);
    expect(await before.syncs()).toHaveLength(2);
    await before[Symbol.asyncDispose]();
    expect(layoutOf(store)).toBe(released);

    await importDay(store, fileOf(2));

    expect(layoutOf(store)).toBe(released + 1);
    const database = new DatabaseSync(store, { readOnly: true });
    expect(database.prepare('select a from later').all()).toEqual([{ a: 'made' }]);
    database.close();
    await using history = await openHistory(store);
    for (const day of [0, 1, 2]) {
      await using index = await history.index(await history.choose({ atMs: finishOf(day) }));
      await using file = await createFileIndex(fileOf(day));
      expect(answersOf(index)).toEqual(answersOf(file));
    }
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 3 } });
    await pruneStore(store, { keepMs: 1, nowMs: finishOf(3) }); // which finds nothing left to do
    expect(layoutOf(store)).toBe(released + 1);
  });

  it('stays as it was where a step fails', async () => {
    await importDay(store, fileOf(0));
    await copyFile(store, join(folder.path, 'before.db'));
    nextVersion('create table later (a text); insert into nowhere values (1)');

    await expect(importDay(store, fileOf(1))).rejects.toThrow('nowhere');

    nextVersion(undefined);
    expect(layoutOf(store)).toBe(released);
    const database = new DatabaseSync(store, { readOnly: true });
    expect(database.prepare("select count(*) n from sqlite_schema where name = 'later'").get()).toEqual({ n: 0 });
    database.close();
    expect((await readFile(store)).length).toBe((await readFile(join(folder.path, 'before.db'))).length);
    await importDay(store, fileOf(1));
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [], syncs: { length: 2 } });
  });
});
