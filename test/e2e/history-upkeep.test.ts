import { spawnSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { verifyStore } from '../../src/history/verify.ts';
import { envOf, quickStart, runCli, type CliRun, temporaryFolder } from '../support/cli.ts';
import { dayMs, finishOf, importDay, writeDay } from '../support/history.ts';
import { runCommandKilled } from '../support/kills.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
/** Who is there on a day: the first day's two hundred have left by the second one. */
const usersOn = (day: number): ReturnType<typeof user>[] =>
  Array.from({ length: day === 0 ? 200 : 20 }, (_, n) =>
    user(`u${day}-${n}`, {
      name: `Person ${n} of day ${day} ${'x'.repeat(100)}`,
      userTenants: [inTenant('acme', 'Editor')],
    }),
  );

let folder = '';
let prepared = '';
let store = '';
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path;
  prepared = stack.use(await temporaryFolder()).path;
  store = join(folder, 'access.db');
  for (const day of [0, 1, 2]) {
    const file = join(prepared, `${day}.json`);
    await writeDay(file, day, { ...lists, users: usersOn(day) });
    await importDay(join(prepared, 'old.db'), file);
  }
});
afterAll(async () => await stack.disposeAsync());
beforeEach(async () => {
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name), { recursive: true })));
  await copyFile(join(prepared, 'old.db'), store);
});

const run = async (...args: readonly string[]): Promise<CliRun> => await runCli(args, { cwd: folder });
/** A time that begins between the second day and the third. */
const keep = (): string => `${Math.ceil((Date.now() - finishOf(1)) / dayMs) - 1}d`;

async function daysIn(path: string): Promise<readonly number[]> {
  await using history = await openHistory(path);
  return (await history.syncs()).map(({ finishedMs }) => (finishedMs - finishOf(0)) / dayMs);
}

describe('history prune', () => {
  it('tells what would go, changes nothing unless it is confirmed, and then tells what went', async () => {
    const dry = await run('history', 'prune', 'access.db', '--keep', keep(), '--dry-run');
    const refused = await run('history', 'prune', 'access.db', '--keep', keep());
    expect(await daysIn(store)).toEqual([0, 1, 2]);
    const done = await run('history', 'prune', 'access.db', '--keep', keep(), '--yes');

    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 sync up to 2026-01-05T06:00:00\.000Z would go,\s+with 600 rows that had ended/),
    });
    expect(refused).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('1 sync up to 2026-01-05T06:00:00.000Z will go'),
      stderr: expect.stringMatching(/nobody is at a terminal to confirm it:\s+nothing was changed; add --yes/),
    });
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('2026-01-05T06:00:00.000Z went') });
    expect(await daysIn(store)).toEqual([1, 2]);
    expect(await readdir(folder)).toEqual(['access.db']);
    expect((await run('history', 'list', 'access.db')).stdout).toMatch(
      /: 1 sync of P2fake up to 2026-01-05\S+ pruned,\s+600 rows/,
    );
    expect((await run('history', 'verify', 'access.db')).code).toBe(0);
    expect((await run('who-can', 'access.db', 'write', '--at', '2026-01-05')).stderr).toContain(
      'its first sync finished at 2026-01-06',
    );
    expect(JSON.parse((await run('history', 'prune', 'access.db', '--keep', keep(), '--json')).stdout)).toEqual({
      store: 'access.db',
      isDryRun: false,
      projects: [],
    });
  });

  it.each([
    { args: ['history', 'prune', 'access.db'], code: 2, text: '--keep' },
    { args: ['history', 'prune', 'access.db', '--keep', '400'], code: 2, text: 'it must be a duration such as 400d' },
    { args: ['history', 'prune', 'access.db', '--keep', '0d'], code: 2, text: 'it must be a duration such as 400d' },
    { args: ['history', 'prune', 'missing.db', '--keep', '1d', '--yes'], code: 6, text: 'there is no such file' },
    { args: ['history', 'prune', '0.json', '--keep', '1d', '--yes'], code: 2, text: '0.json is no store' },
    { args: ['history', 'vacuum', 'missing.db'], code: 6, text: 'there is no such file' },
    { args: ['history', 'vacuum', '0.json'], code: 2, text: '0.json is no store' },
    { args: ['sync', '--history-keep', '1d'], code: 2, text: '--history-keep is for a store' },
    { args: ['sync', '--history', 'x.db', '--history-keep', 'long'], code: 2, text: 'must be a duration such as 400d' },
    { args: ['serve', '--history-keep', '1d'], code: 2, text: '--history-keep is for a store' },
  ])('refuses $args before anything is done', async ({ args, code, text }) => {
    const emulator = await startEmulator({ users: 3 });
    const before = await readFile(store);

    const found = await runCli(args, { cwd: folder, env: envOf(emulator) });
    await emulator.close();

    expect(found).toMatchObject({ code, stderr: expect.stringContaining(text) });
    expect(await readFile(store)).toEqual(before);
    expect(await readdir(folder)).toEqual(['access.db']);
  });

  it('goes with each sync, by --history and by --out', async () => {
    await using emulators = new AsyncDisposableStack();
    const emulator = emulators.adopt(await startEmulator({ users: 3 }), (one) => one.close());
    for (const args of [
      ['--out', 'live.db'],
      ['--out', 'sync.json', '--history', 'beside.db'],
    ]) {
      const sync = async (): Promise<CliRun> =>
        await runCli(['sync', ...args, '--history-keep', '1s'], { cwd: folder, env: envOf(emulator) });
      expect((await sync()).code).toBe(0);
      expect((await sync()).code).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // the end of a sync is a time of the real clock
      expect((await sync()).code).toBe(0);
      expect(await daysIn(join(folder, args.at(-1) ?? ''))).toHaveLength(2);
    }
  });
});

describe('history vacuum', () => {
  it('makes the file smaller, and leaves nothing in it of what was taken out', async () => {
    await run('history', 'prune', 'access.db', '--keep', keep(), '--yes');
    const before = (await stat(store)).size;

    expect(await run('history', 'vacuum', 'access.db')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^access\.db: \d\.\d MB before, \d\.\d MB now\n$/),
    });

    expect((await stat(store)).size).toBeLessThan(before * 0.75);
    expect((await readFile(join(prepared, 'old.db'))).includes('of day 0')).toBe(true);
    expect((await readFile(store)).includes('of day 0')).toBe(false);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    expect(await readdir(folder)).toEqual(['access.db']);
  });
});

describe('a store that is looked after', () => {
  it.each([
    ['vacuum', 40],
    ['prune', 20],
  ])('stays as it was where the disk is full: %s', async (command, kibibytes) => {
    const args = command === 'prune' ? ['--keep', keep(), '--yes'] : [];

    const { status, stderr } = spawnSync(
      'bash',
      ['--norc', '-c', `ulimit -f ${kibibytes}; "$@"`, 'bash', process.execPath, ...quickStart, bin].concat([
        'history',
        command,
        store,
        ...args,
      ]),
      { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
    );

    expect({ status, stderr }).toEqual({ status: 6, stderr: expect.stringMatching(/cannot write [^\n]*access\.db: /) });
    expect(await daysIn(store)).toEqual([0, 1, 2]);
    expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
    expect((await run('history', command, 'access.db', ...args)).code).toBe(0); // and tidies up what is left beside it
    expect(await readdir(folder)).toEqual(['access.db']);
  });

  it.each(['prune', 'vacuum'])('is whole when %s is killed anywhere, and the next run goes on', async (command) => {
    const args = ['history', command, store, ...(command === 'prune' ? ['--keep', keep(), '--yes'] : [])];
    const log = join(prepared, `operations-${command}`);
    expect(await runCommandKilled(args, { KILL_LOG: log })).toBe(false);
    const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(operations).toContain(command === 'prune' ? 'database commit 1' : 'database vacuum 1');
    const done = operations.findIndex((operation) => /database (?:commit|vacuum) 1/.test(operation));

    for (const [place, operation] of operations.entries()) {
      for (const isDuring of /commit|vacuum/.test(operation) ? [false, true] : [false]) {
        await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))));
        await copyFile(join(prepared, 'old.db'), store);

        const isKilled = await runCommandKilled(args, { KILL_AT: operation, ...(isDuring && { KILL_DURING: '1' }) });

        const isDone = place > done || (place === done && isDuring);
        expect({ operation, isDuring, isKilled, days: await daysIn(store) }).toEqual({
          operation,
          isDuring,
          isKilled: true,
          days: command === 'prune' && isDone ? [1, 2] : [0, 1, 2],
        });
        expect(await verifyStore(store)).toMatchObject({ changed: [], faults: [] });
      }
    }

    expect((await run(...args)).code).toBe(0);
    expect(await daysIn(store)).toEqual(command === 'prune' ? [1, 2] : [0, 1, 2]);
    expect(await readdir(folder)).toEqual(['access.db']);
  });
});
