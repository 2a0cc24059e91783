import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import { namesakesIn } from '../../src/answers/namesakes.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { beginChange } from '../../src/history/store-file.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { permission, role, user } from '../support/project-fixture.ts';
import { turnsDuring } from '../support/turns.ts';

const names = ['Ada', 'ADA', 'Åsa', 'åsa', 'Straße', 'STRASSE', 'Bob  Ng', 'bob ng', ' Cy', 'Cy', 'Di', ''];
/** More than are sorted at once, by names that come in no order and several times. */
const users = Array.from({ length: 6_000 }, (_, place) =>
  user(`U${(place * 7_919) % 6_000}`, {
    name: names[place % names.length] === '' ? '' : `${names[place % names.length]} ${(place * 31) % 2_401}`,
    loginIds: [`p${place}@x.test`],
    roleNames: ['Editor'],
  }),
);

function schemaOf(path: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('select type, name, sql from sqlite_schema order by name').all();
  } finally {
    database.close();
  }
}

describe('a store of many users', () => {
  it(
    'tells them in the order of a file, finds them as a file does, and knows who share a name',
    { timeout: 120_000 },
    async () => {
      await using folder = await temporaryFolder();
      const [file, store] = [join(folder.path, 'sync.json'), join(folder.path, 'access.db')];
      await writeDay(file, 0, {
        users,
        roles: [role('Editor', { permissionNames: ['write'] })],
        permissions: [permission('write')],
      });
      await importDay(store, file);
      await using read = await createFileIndex(file);
      await using history = await openHistory(store);
      await using stored = await history.index(await history.choose({}));

      const told = (index: typeof read): readonly string[] =>
        [...whoCan(index, 'write').paths()].map(({ userId }) => userId);
      expect(told(stored)).toHaveLength(6_000);
      expect(told(stored)).toEqual(told(read));
      expect(stored.isByName).toBe(true);

      const found = (index: typeof read, asked: string): string => {
        try {
          return accessOf(index, asked).user.id;
        } catch (thrown) {
          return thrown instanceof Error ? thrown.message.replaceAll(index.path, 'it') : '';
        }
      };
      const sample = users.filter((_, place) => place % 199 === 0);
      const named = sample.map(({ name }) => name).concat(sample.map(({ loginIds: [login = ''] }) => login));
      const asked = [...named, ...named.map((text) => text.toUpperCase())];
      expect(asked.map((text) => found(stored, text))).toEqual(asked.map((text) => found(read, text)));

      const [ofStore, ofFile] = [namesakesIn(stored.database), namesakesIn(read.database)];
      const shared = users.map(({ name }) => ofFile.isUserShared(name));
      expect(users.map(({ name }) => ofStore.isUserShared(name))).toEqual(shared);
      expect(new Set(shared)).toEqual(new Set([true, false]));
    },
  );

  it('has room in its indexes for a change here and there,', { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'access.db');
    const of = (day: number): readonly ReturnType<typeof user>[] =>
      Array.from({ length: 3_000 }, (_, place) => {
        const isOther = day > 0 && place % 300 === 150;
        return user(`U${place}`.padEnd(70, 'x'), {
          name: `Person ${place}`.padEnd(70, '.'),
          loginIds: [`person.${place}@`.padEnd(70, 'x')],
          roleNames: [isOther ? 'Viewer' : 'Editor'],
          status: isOther ? 'disabled' : 'enabled',
        });
      });
    const lists = { roles: [role('Editor'), role('Viewer')] };
    await writeDay(store, 0, { ...lists, users: of(0) });
    const first = (await stat(store)).size;

    await writeDay(store, 1, { ...lists, users: of(1) });
    expect((await stat(store)).size).toBeLessThanOrEqual(first * 1.005);
    await using history = await openHistory(store);
    expect((await history.syncs()).map(({ added, ended }) => [added, ended])).toEqual([
      [expect.any(Number), 0],
      [20, 20],
    ]);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
  });

  it(
    'is the same where its indexes are made in a thread, in which nobody waits for them',
    { timeout: 120_000 },
    async () => {
      await using folder = await temporaryFolder();
      const place = (name: string): string => join(folder.path, name);
      const [file, here, aside] = [place('sync.json'), place('here.db'), place('aside.db')];
      await writeDay(file, 0, { users, roles: [role('Editor')] });
      await importDay(here, file);

      const started = vi.fn();
      process.on('worker', started);
      onTestFinished(() => void process.off('worker', started));
      await importDay(join(folder.path, 'short.db'), file, { isAnswering: true });
      expect(started).not.toHaveBeenCalled();
      await importDay(aside, file, { isAnswering: true, threadFrom: 6_000 });
      expect(started).toHaveBeenCalledOnce();

      expect(schemaOf(aside)).toEqual(schemaOf(here));
      expect(await verifyStore(aside)).toMatchObject({ changed: [], faults: [], syncs: { length: 1 } });
      expect((await stat(aside)).size).toBe((await stat(here)).size);
      expect((await readdir(folder.path)).toSorted()).toEqual(['aside.db', 'here.db', 'short.db', 'sync.json']);
    },
  );

  it('gives others their turn while a thread makes its indexes', { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder();
    const change = await beginChange(join(folder.path, 'access.db'), { mayCreate: true });
    const logins = Array.from({ length: 100_000 }, (_, n) => `person.${n}@company.example`);
    change.database
      .prepare('insert into login_row (v, login) select key, value from json_each(?)')
      .run(JSON.stringify(logins));

    expect(await turnsDuring(change.makeIndexes({ isAside: true }))).toBeGreaterThan(100);

    expect(change.database.prepare('select count(*) n from login_row').get()).toEqual({ n: 100_000 });
    await change.rollback();
    expect(await readdir(folder.path)).toEqual([]);
  });
});
