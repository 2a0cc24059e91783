import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import { envOf, runCli, type CliRun, temporaryFolder } from '../support/cli.ts';
import { finishOf, writeDay } from '../support/history.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const ada = user('ada', { name: 'Ada', loginIds: ['ada@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('bob', { name: 'Bob', loginIds: ['bob@acme.example'], userTenants: [inTenant('acme', 'Editor')] });

describe('a store, from the command line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  const run = async (...args: readonly string[]): Promise<CliRun> =>
    await runCli(args, { cwd: folder.path, env: envOf(emulator) });
  const rowsOf = async (...args: readonly string[]): Promise<readonly { readonly user: string }[]> =>
    (JSON.parse((await run(...args, '--json')).stdout) as { readonly rows: readonly { readonly user: string }[] }).rows;

  beforeAll(async () => {
    folder = await temporaryFolder();
    emulator = await startEmulator({ users: 30 });
    for (const [day, users] of [[ada], [ada, bob], [bob]].entries()) {
      await writeDay(join(folder.path, `${day}.json`), day, { ...lists, users });
    }
    const { code, stdout } = await run('history', 'import', '--into', 'access.db', '2.json', '0.json', '1.json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Put 3 syncs into .*access\.db\n$/) });
  });
  afterAll(async () => {
    await emulator.close();
    await folder[Symbol.asyncDispose]();
  });

  it('answers who could do something on a day, and says between which syncs that is known', async () => {
    const held = async (...flags: readonly string[]): Promise<readonly string[]> =>
      (await rowsOf('who-can', 'access.db', 'write', ...flags)).map(({ user: name }) => name);

    expect(await held('--at', '2026-01-05')).toEqual(['Ada']);
    expect(await held('--at', '2026-01-06T06:00:00Z')).toEqual(['Ada', 'Bob']);
    expect(await held('--at', '2026-01-07T05:59')).toEqual(['Ada', 'Bob']);
    expect(await held()).toEqual(['Bob']);
    expect((await run('who-can', 'access.db', 'write', '--at', '2026-01-05')).stdout).toContain(
      'note: as the sync found it that read from 2026-01-05T06:00:00.000Z to 2026-01-05T06:00:00.000Z; the next one ' +
        'read from 2026-01-06T06:00:00.000Z: what came and went between the two is not known',
    );
    expect((await run('access', 'access.db', 'ada')).stderr).toContain('there is no user "ada" in');
    expect(await rowsOf('access', 'access.db', 'ada', '--at', '2026-01-06')).toHaveLength(2);
    expect((await run('list', 'users', 'access.db', '--at', '2026-01-05', '--csv')).stdout).toContain('ada,Ada');
  });

  it('tells what changed between two days, and since a file', async () => {
    const all = await run('diff', 'access.db', '--from', '2026-01-05', '--to', '2026-01-07');
    const [files, mixed] = [await run('diff', '0.json', '2.json'), await run('diff', '0.json', 'access.db')];
    const changes = (told: string): readonly string[] =>
      told
        .split('\n')
        .filter((line) => !line.startsWith('From') && !line.startsWith('  to') && !line.startsWith('note'));

    expect(all.code).toBe(1);
    expect(changes(all.stdout)).toEqual(changes(files.stdout));
    expect(changes(mixed.stdout)).toEqual(changes(files.stdout));
    expect((await run('diff', 'access.db', '--from', '2026-01-07')).code).toBe(0);
  });

  it('tells nothing of a time to come, and does not take the later for the earlier', async () => {
    const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
    for (const at of [inAYear, inAYear.slice(0, 10)]) {
      expect(await run('who-can', 'access.db', 'write', '--at', at)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/must not be in the future \(it is \d{4}-.*\): leave it out for the newest sync/),
      });
    }
    expect((await run('who-can', 'access.db', 'write', '--at', new Date().toISOString().slice(0, 10))).code).toBe(0);
    expect(await run('diff', 'access.db', '--from', '2026-01-07', '--to', '2026-01-05')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--from is later than --to'),
    });
    expect((await run('diff', '2.json', '0.json')).stdout).toContain('the first one is newer than the second');
    expect((await run('diff', '0.json', '2.json')).stdout).not.toContain('newer than');
  });

  it('tells what somebody gained and lost, also of who is gone, and between which times', async () => {
    const events = async (name: string): Promise<readonly string[]> =>
      (
        JSON.parse((await run('timeline', 'access.db', name, '--json')).stdout) as {
          readonly events: readonly { change: string; area: string; notBefore?: string; notAfter: string }[];
        }
      ).events.map(({ change, area, notBefore = '', notAfter }) =>
        [change, area, notBefore.slice(0, 10), notAfter.slice(0, 10)].join(' '),
      );

    expect(await events('bob@acme.example')).toEqual([
      'gained access 2026-01-05 2026-01-06',
      'gained access 2026-01-05 2026-01-06',
      'appeared people 2026-01-05 2026-01-06',
    ]);
    expect(await events('ada@acme.example')).toEqual([
      'first access  2026-01-05',
      'first access  2026-01-05',
      'first people  2026-01-05',
      'lost access 2026-01-06 2026-01-07',
      'lost access 2026-01-06 2026-01-07',
      'gone people 2026-01-06 2026-01-07',
    ]);
    expect(await events('Acme')).toContain('lost access 2026-01-06 2026-01-07');
    expect((await run('timeline', 'access.db', 'Editor')).stdout).toMatch(
      /2026-01-05T06:00:00Z \.\. 2026-01-06T06:00:00Z {2}gained {2}Bob -> Editor in Acme\n/,
    );
  });

  it('answers queries of SQL that read the views, and nothing else', async () => {
    const query = async (text: string, ...flags: readonly string[]): Promise<CliRun> =>
      await run('sql', 'access.db', text, ...flags);

    expect((await query('select user_id from users', '--at', '2026-01-06', '--csv')).stdout).toBe(
      'user_id\r\nada\r\nbob\r\n',
    );
    expect((await query('select count(*) n from changes', '--json')).stdout).toContain('{"n":');
    expect((await run('sql', '0.json', 'select role, permission from effective_access order by 2')).stdout).toMatch(
      /Editor {2}write\n/,
    );
    for (const [text, why] of [
      ["attach '0.json' as x", 'a query may read the views, and do nothing else'],
      ['delete from user_row', 'a query may read the views, and do nothing else'],
      ['pragma journal_mode = wal', 'a query may read the views, and do nothing else'],
      ['select 1; delete from user_row', 'give one query'],
      ['select * from nowhere', 'no such table: nowhere'],
      ['selec', 'syntax error'],
      ['', 'there is no query'],
      [' ; -- select 1', 'there is no query'],
      ['select name from users where user_id = ?', 'leaves the value of ? open'],
      ['select name from users where user_id = :id', 'leaves the value of :id open'],
    ] as const) {
      expect(await query(text)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
    }
    expect((await query('select \':a?\' as "b?", [user_id] from users -- ?')).code).toBe(0);
    expect((await query('select 1', '--at', '2026-01-05')).stderr).toContain('note: as the sync found it that read');
    expect((await run('sql', '0.json', 'select * from changes')).stderr).toContain('are of a store');
    expect((await run('history', 'verify', 'access.db')).code).toBe(0);
  });

  it('gives a day back as a file, as tables and as a page', async () => {
    for (const out of ['day.json', 'day.c1z', 'day.csv', 'day.xlsx']) {
      expect((await run('export', 'access.db', '--at', '2026-01-06', '--out', out)).code).toBe(0);
    }
    expect((await run('report', 'access.db', '--at', '2026-01-06', '--out', 'day.html')).code).toBe(0);

    expect((await run('diff', '1.json', 'day.json')).stdout).toContain('Nothing changed');
    expect((await run('diff', '1.json', 'day.c1z')).stdout).toContain('Nothing changed');
    expect(await readFile(join(folder.path, 'day.csv', 'users.csv'), 'utf8')).toContain('ada@acme.example');
    expect((await stat(join(folder.path, 'day.html'))).size).toBeGreaterThan(100_000);
  });

  it('lists its syncs, shows one, and proves all', async () => {
    const list = JSON.parse((await run('history', 'list', 'access.db', '--json')).stdout) as {
      readonly syncs: readonly { readonly finishedAt: string; readonly users: number }[];
    };
    expect(list.syncs.map(({ finishedAt, users }) => [finishedAt, users])).toEqual(
      [1, 2, 1].map((users, day) => [new Date(finishOf(day)).toISOString(), users]),
    );
    expect((await run('history', 'list', 'access.db')).stdout).toContain('2026-01-06T06:00:00.000Z  2 users');
    expect(JSON.parse((await run('history', 'show', 'access.db', '--at', '2026-01-05')).stdout)).toMatchObject({
      complete: true,
      counts: { resources: { user: 1 } },
      contentHash: expect.stringMatching(/^rows:[0-9a-f]{64}$/),
    });
    expect((await run('history', 'verify', 'access.db')).stdout).toBe(
      '3 syncs: the rows of each are those that went in, and the file is whole.\n',
    );
  });

  it('is written by sync, which compares itself with the last sync in it', async () => {
    const sync = async (...flags: readonly string[]): Promise<CliRun> =>
      await run('sync', '--out', 'live.db', ...flags);
    expect(await sync()).toMatchObject({ code: 0, stdout: expect.stringContaining('live.db') });
    expect((await sync()).code).toBe(0);
    const few = await startEmulator({ users: 5 });
    const held = await runCli(['sync', '--out', 'live.db'], { cwd: folder.path, env: envOf(few) });
    expect({ code: held.code, text: held.stderr }).toEqual({
      code: 7,
      text: expect.stringMatching(/held back, the store stays as it was: users went from 30 to 5/),
    });
    const accepted = await runCli(['sync', '--out', 'live.db', '--accept-shrink'], {
      cwd: folder.path,
      env: envOf(few),
    });
    await few.close();

    expect(accepted.code).toBe(0);
    expect((await run('history', 'list', 'live.db')).stdout).toContain('3 syncs');
    expect((await stat(join(folder.path, 'live.db'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder.path)).filter((name) => name.includes('live.db'))).toEqual(['live.db']);
  });

  it('takes each sync besides the file that is written, or neither takes it', async () => {
    const both = ['sync', '--out', 'beside.json', '--history', 'beside.db'];
    expect((await run(...both)).code).toBe(0);
    const before = await readFile(join(folder.path, 'beside.json'), 'utf8');
    expect((await run('diff', 'beside.json', 'beside.db')).stdout).toContain('Nothing changed');
    const writer = await createStoreTarget(join(folder.path, 'beside.db'), { projectId: 'P1', syncId: 's1' });
    const refused = await run(...both);
    await writer.discard();

    expect({ code: refused.code, text: refused.stderr }).toEqual({
      code: 7,
      text: expect.stringMatching(/waiting for another sync[^]*another sync or command is writing to it/),
    });
    expect(await readFile(join(folder.path, 'beside.json'), 'utf8')).toBe(before);
    expect((await run('history', 'list', 'beside.db')).stdout).toContain('1 sync;');
  });

  it('takes scheduled syncs', async () => {
    const { code } = await runCli(
      ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off', '--sync-every', '1h', '--out', 'kept'].concat([
        '--history',
        'kept.db',
        '--log-format',
        'json',
      ]),
      { cwd: folder.path, env: envOf(emulator), signalOn: { text: 'sync complete', signal: 'SIGTERM' } },
    );

    expect(code).toBe(0);
    expect((await run('diff', join('kept', 'latest.json'), 'kept.db')).stdout).toContain('Nothing changed');
  });

  it.each([
    { args: ['sync', '--history', 'new.json'], code: 2, text: '--history new.json is no store' },
    { args: ['sync', '--out', 'new.db', '--history', 'new.db'], code: 2, text: 'name the same store' },
    { args: ['serve', '--history', 'new.db'], code: 2, text: '--history is for scheduled syncs' },
    { args: ['who-can', '0.json', 'write', '--at', '2026-01-05'], code: 2, text: '--at is for a store, and ' },
    { args: ['who-can', 'access.db', 'write', '--at', '2026-02-30'], code: 2, text: 'it must be a day' },
    { args: ['who-can', 'access.db', 'write', '--at', '2025-12-31'], code: 1, text: 'its first sync finished at' },
    {
      args: ['who-can', 'access.db', 'write', '--project', 'P2None'],
      code: 1,
      text: 'holds nothing of project P2None',
    },
    { args: ['diff', 'access.db'], code: 2, text: 'say since when' },
    { args: ['diff', '0.json'], code: 2, text: 'diff needs two files' },
    { args: ['diff', '0.json', '1.json', '--from', '2026-01-05'], code: 2, text: '--from is for a store' },
    { args: ['export', '0.json', '--out', 'new.db'], code: 2, text: 'history import --into new.db FILE' },
    {
      args: ['history', 'import', '--into', 'new.json', '0.json'],
      code: 2,
      text: 'is no store: end its name with .db',
    },
    { args: ['history', 'import', '--into', 'new.db', 'missing.json'], code: 6, text: 'there is no such file' },
    { args: ['history', 'list', 'missing.db'], code: 6, text: 'there is no such file' },
    { args: ['history', 'list', '0.json'], code: 2, text: 'it is no database' },
    { args: ['sync', '--out', 'none.db'], code: 2, text: 'the file is empty, and no store' },
  ])('refuses $args before anything is done', async ({ args, code, text }) => {
    await writeFile(join(folder.path, 'none.db'), '');

    expect(await run(...args)).toMatchObject({ code, stderr: expect.stringContaining(text) });
    expect(await readdir(folder.path)).not.toContain('new.db');
  });
});
