import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { readLast } from '../../src/output/last.ts';
import { shareOf } from '../support/share.ts';
import { expectWhole, runCommandKilled, runKilled } from '../support/kills.ts';

/** The users that each whole sync of a store found. */
async function usersOf(store: string): Promise<readonly (number | undefined)[]> {
  await using history = await openHistory(store);
  return (await history.syncs()).map(({ sizes }) => sizes['user_row']);
}

describe('a sync into a store that is killed', () => {
  it('anywhere leaves the last whole sync, which answers and is proved, and the next run goes on', async () => {
    await using stack = new AsyncDisposableStack();
    const [folder, prepared] = [stack.use(await temporaryFolder()).path, stack.use(await temporaryFolder()).path];
    const before = stack.adopt(await startEmulator({ users: 148 }), (one) => one.close());
    const emulator = stack.adopt(await startEmulator({ users: 150 }), (one) => one.close());
    const [old, store, log] = [join(prepared, 'access.db'), join(folder, 'access.db'), join(prepared, 'operations')];
    expect((await runCli(['sync', '--out', old], { env: envOf(before) })).code).toBe(0);
    await copyFile(old, store);
    expect(await runKilled(emulator, store, { KILL_LOG: log })).toBe(false);
    expect(await usersOf(store)).toEqual([148, 150]);
    const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const committed = operations.indexOf('database commit 1');

    const decisive = new Set([committed, committed + 1, operations.length - 1].map((place) => operations[place]));
    const tried = new Set([...shareOf(operations, 3), ...decisive]);
    for (const operation of operations.filter((one) => tried.has(one))) {
      for (const isDuring of operation.startsWith('database commit') ? [false, true] : [false]) {
        await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))));
        await copyFile(old, store);

        expect({
          operation,
          isKilled: await runKilled(emulator, store, { KILL_AT: operation, ...(isDuring && { KILL_DURING: '1' }) }),
          users: await usersOf(store),
        }).toEqual({
          operation,
          isKilled: true,
          users: operations.indexOf(operation) < committed + (isDuring ? 0 : 1) ? [148] : [148, 150],
        });
        expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
      }
    }

    expect(operations.filter((operation) => operation.startsWith('database rows')).length).toBeGreaterThanOrEqual(1);
    expect(committed).toBeGreaterThan(3);
    expect((await runCli(['sync', '--out', store], { env: envOf(emulator) })).code).toBe(0);
    expect(await usersOf(store)).toEqual([148, 150, 150]);
    expect(await readdir(folder)).toEqual(['access.db']);
  }, 120_000);

  it('before there is a store leaves nothing that looks like one, and the next run sweeps what is left', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder()).path;
    const prepared = stack.use(await temporaryFolder()).path;
    const emulator = stack.adopt(await startEmulator({ users: 150 }), (one) => one.close());
    const [store, log] = [join(folder, 'access.db'), join(prepared, 'operations')];
    expect(await runKilled(emulator, join(prepared, 'access.db'), { KILL_LOG: log })).toBe(false);
    const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const last = operations.findLastIndex((operation) => operation.startsWith('database close'));

    for (const operation of [...shareOf(operations.slice(0, last), 3), ...operations.slice(last, last + 1)]) {
      expect({ operation, isKilled: await runKilled(emulator, store, { KILL_AT: operation }) }).toEqual({
        operation,
        isKilled: true,
      });
      expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
    }

    expect((await runCli(['sync', '--out', store], { env: envOf(emulator) })).code).toBe(0);
    expect(await usersOf(store)).toEqual([150]);
    expect(await readdir(folder)).toEqual(['access.db']);
  }, 120_000);

  it('between its store and its file leaves both whole, the store a sync ahead, and the next run goes on', async () => {
    await using stack = new AsyncDisposableStack();
    const [folder, prepared] = [stack.use(await temporaryFolder()).path, stack.use(await temporaryFolder()).path];
    const before = stack.adopt(await startEmulator({ users: 148 }), (one) => one.close());
    const emulator = stack.adopt(await startEmulator({ users: 150 }), (one) => one.close());
    const [file, store, log] = [join(folder, 'sync.json'), join(folder, 'access.db'), join(prepared, 'operations')];
    const args = ['sync', '--out', file, '--history', store];
    expect((await runCli(args, { env: envOf(before) })).code).toBe(0);
    const keep = async (from: string, to: string): Promise<void> => {
      await Promise.all((await readdir(to)).filter((name) => name !== 'operations').map((name) => rm(join(to, name))));
      await Promise.all(['sync.json', 'access.db'].map((name) => copyFile(join(from, name), join(to, name))));
    };
    await keep(folder, prepared);
    expect(await runCommandKilled(args, { ...envOf(emulator), KILL_LOG: log })).toBe(false);
    const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');
    const [committed, renamed] = [operations.indexOf('database commit 1'), operations.indexOf('rename 1')];
    expect(committed).toBeGreaterThan(0);
    expect(renamed).toBeGreaterThan(committed);

    for (const operation of operations.slice(committed, renamed + 2)) {
      await keep(prepared, folder);
      const isKilled = await runCommandKilled(args, { ...envOf(emulator), KILL_AT: operation });
      const place = operations.indexOf(operation);
      const { counts } = (await readLast(file)) ?? {};

      expect({ operation, isKilled, store: await usersOf(store), file: counts?.resources['user'] }).toEqual({
        operation,
        isKilled: true,
        store: place > committed ? [148, 150] : [148],
        file: place > renamed ? 150 : 148,
      });
      await expectWhole(file);
      expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    }

    expect((await runCli(args, { env: envOf(emulator) })).code).toBe(0);
    expect(await usersOf(store)).toEqual([148, 150, 150]);
    expect((await readdir(folder)).toSorted()).toEqual(['access.db', 'sync.json']);
  }, 120_000);
});
