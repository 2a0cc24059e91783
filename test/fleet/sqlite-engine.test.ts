import { rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { temporaryFolder } from '../support/cli.ts';
import {
  engineBehaviour,
  type TestEngine,
  testGroups as groups,
  testEventTimes as eventTimes,
  testTimes as times,
} from '../support/engine-behaviour.ts';
import { eventBehaviour } from '../support/event-behaviour.ts';
import { faultOf, messageOf } from '../support/thrown.ts';

async function startEngine(): Promise<TestEngine> {
  const folder = await temporaryFolder();
  let nowMs = 1_800_000_000_000;
  return {
    open: async () => openSqliteEngine(join(folder.path, 'fleet.db'), { groups, times, eventTimes, now: () => nowMs }),
    pass: async (ms) => void (nowMs += ms),
    now: () => nowMs,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe('the engine on SQLite', () => {
  engineBehaviour(startEngine);
  eventBehaviour(startEngine);

  it('makes a file that its owner alone can read', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'fleet.db');
    await openSqliteEngine(path, { groups })[Symbol.asyncDispose]();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes on in a new file where its own was taken away: what was under way is not published, and others see the runs', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'fleet.db');
    await using engine = openSqliteEngine(path, { groups });
    const run = { project: 'P1', slotMs: 1_000, tries: 4, group: undefined };
    await engine.put(run);
    const lease = await engine.take('one');
    for (const end of ['', '-wal', '-shm']) {
      rmSync(`${path}${end}`);
    }
    let isPlaced = false;
    const made = { startedMs: 1, finishedMs: 2, users: 3, grants: 4, requests: 5 };

    const isPublished = lease !== undefined && (await engine.publish(lease, made, () => void (isPlaced = true)));
    const put = await engine.put(run);
    await using other = openSqliteEngine(path, { groups });

    expect([isPublished, isPlaced, put]).toEqual([false, false, 'put']);
    expect(await other.take('two')).toMatchObject({ project: 'P1', attempt: 1 });
    expect(await engine.take('one')).toBe(undefined);
  });

  it('tells of a full disk, which ends its transaction, and goes on when there is room again', async () => {
    await using folder = await temporaryFolder();
    await using engine = openSqliteEngine(join(folder.path, 'fleet.db'), { groups });
    const run = { project: 'P1', slotMs: 1_000, tries: 4, group: undefined };
    const { exec } = DatabaseSync.prototype; // oxlint-disable-line typescript/unbound-method -- called with its own this
    const full = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      if (sql !== 'commit') {
        return exec.call(this, sql);
      }
      exec.call(this, 'rollback');
      throw Object.assign(new Error('disk I/O error'), { errcode: 4_874 });
    });
    const told: unknown = await engine.put(run).catch((thrown: unknown) => thrown);
    full.mockRestore();

    expect(faultOf(told)).toMatch(
      /^local-io: cannot use .*fleet\.db, where the runs of the fleet are kept: the disk is full$/,
    );
    expect(await engine.put(run)).toBe('put');
  });

  it('refuses a file that is something else, and one of a newer version', async () => {
    await using folder = await temporaryFolder();
    const [text, other, newer] = ['text.db', 'other.db', 'newer.db'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(text, 'no database, but a text that is long enough to be taken for one'.repeat(20));
    new DatabaseSync(other).exec('create table theirs (a)');
    await openSqliteEngine(newer, { groups })[Symbol.asyncDispose]();
    new DatabaseSync(newer).exec('pragma user_version = 99');

    expect(messageOf(() => openSqliteEngine(text, { groups }))).toMatch(
      /^cannot use .*text\.db, where the runs .*not a database/,
    );
    expect(messageOf(() => openSqliteEngine(other, { groups }))).toMatch(
      /^.*other\.db is a database of something else/,
    );
    expect(messageOf(() => openSqliteEngine(newer, { groups }))).toMatch(/^.*newer\.db was written by a newer version/);
    expect(messageOf(() => openSqliteEngine(join(folder.path, 'no', 'f.db'), { groups }))).toMatch(
      /^cannot use .*f\.db/,
    );
  });
});
