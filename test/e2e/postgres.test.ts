import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { finishOf, writeDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';

const lists = {
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
};
const ada = user('ada', { name: 'Ada', loginIds: ['ada@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const bob = user('bob', { name: 'Bob', loginIds: ['bob@acme.example'], userTenants: [inTenant('acme', 'Editor')] });
const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`a store in PostgreSQL, from the command line${why}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let server: TestServer;
  let store = '';
  let name = '';
  const run = async (...args: readonly string[]): Promise<CliRun> => await runWith({}, ...args);
  const runWith = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliRun> => {
    const ran = await runCli(args, { cwd: folder.path, env: { ...envOf(emulator), ...env } });
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(server.password);
    return ran;
  };
  const nameOf = (url: string): string => `postgres://127.0.0.1:${server.port}${new URL(url).pathname}`;
  /** The same place with other parts. */
  const other = (change: (url: URL) => void): string => {
    const url = new URL(store);
    change(url);
    return url.href;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    emulator = await startEmulator({ users: 30 });
    server = await startPostgres();
    store = await server.database();
    name = nameOf(store);
    for (const [day, users] of [[ada], [ada, bob], [bob]].entries()) {
      await writeDay(join(folder.path, `${day}.json`), day, { ...lists, users });
    }
    const { code, stdout } = await run('history', 'import', '--into', store, '2.json', '0.json', '1.json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Put 3 syncs into ${name}\n` });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await emulator.close();
    await folder[Symbol.asyncDispose]();
  });

  it('answers every question of any day as a file of that day does', async () => {
    for (const [day, at] of ['2026-01-05', '2026-01-06'].entries()) {
      for (const question of [
        ['who-can', 'write'],
        ['access', 'ada'],
        ['list', 'users'],
      ] as const) {
        const [command, ...asked] = question;
        const words = command === 'list' ? [command, ...asked] : [command];
        const after = command === 'list' ? [] : asked;
        const ofFile = await run(...words, `${day}.json`, ...after, '--csv');
        const ofStore = await run(...words, store, ...after, '--csv', '--at', at);
        expect({ question, day, code: ofStore.code, stdout: ofStore.stdout }).toEqual({
          question,
          day,
          code: ofFile.code,
          stdout: ofFile.stdout,
        });
      }
    }
  });

  it('tells the past, gives a day back as a file and a page, and compares with files', async () => {
    const timeline = await run('timeline', store, 'bob', '--csv');
    expect(timeline.stdout).toContain('2026-01-05T06:00:00.000Z,2026-01-06T06:00:00.000Z,gained,access,user,bob,Bob');
    expect((await run('diff', store, '--from', '2026-01-05', '--to', '2026-01-07', '--csv')).stdout).toEqual(
      (await run('diff', '0.json', '2.json', '--csv')).stdout,
    );
    expect((await run('export', store, '--at', '2026-01-05', '--out', 'first.json')).code).toBe(0);
    expect((await run('diff', '0.json', 'first.json')).code).toBe(0);
    expect((await run('report', store, '--since', '0.json', '--out', 'page.html')).code).toBe(0);
    expect(await readFile(join(folder.path, 'page.html'), 'utf8')).not.toContain(server.password);
    expect((await run('history', 'verify', store)).stdout).toBe(
      '3 syncs: the rows of each are those that went in, and the store is whole.\n',
    );
    expect((await run('history', 'list', store)).stdout).toContain('3 syncs; + and - count rows');
    expect(JSON.parse((await run('history', 'show', store)).stdout)).toMatchObject({
      finishedAt: new Date(finishOf(2)).toISOString(),
    });
  });

  it('takes syncs by --out and by --history, and nothing of the way there is left here', async () => {
    const [direct, beside] = [await server.database(), await server.database()];
    expect((await run('sync', '--out', direct)).stdout).toContain(`Wrote ${nameOf(direct)}\n`);
    const { code } = await run('sync', '--out', 'sync.json', '--history', beside);
    expect(code).toBe(0);
    for (const one of [direct, beside]) {
      expect((await run('diff', 'sync.json', one)).code).toBe(0);
    }
    expect(await readdir(folder.path)).not.toContain('postgres:');
    expect(
      (await readdir(tmpdir())).filter((entry) => entry.startsWith('baton-descope') && entry.includes('.d.tmp')),
    ).toEqual([]);
  });

  it('shows a URL of a setting without its password', async () => {
    const { stdout } = await runWith({ BATON_DESCOPE_HISTORY: store }, 'config', 'show');
    expect(stdout).toContain(name);
  });

  it('answers SQL in the server, and lets a query do nothing else', async () => {
    const sql = async (query: string, ...flags: readonly string[]): Promise<CliRun> =>
      await run('sql', store, query, ...flags);

    expect((await sql('select principal, tenant from memberships order by 1', '--csv')).stdout).toBe(
      'principal,tenant\r\nBob,Acme\r\n',
    );
    expect((await sql('select principal from memberships', '--csv', '--at', '2026-01-05')).stdout).toBe(
      'principal\r\nAda\r\n',
    );
    expect(
      JSON.parse(
        (await sql("select 12345678901234567890 big, true yes, null nothing, 1.5 part, '\\x0a'::bytea bytes", '--json'))
          .stdout,
      ),
    ).toMatchObject({
      rows: [{ big: '12345678901234567890', yes: 1, nothing: null, part: 1.5, bytes: '0a' }],
    });
    for (const query of [
      'drop table baton_descope.sync',
      'with gone as (delete from baton_descope.sync returning n) select n from gone',
      "select nextval('baton_descope.sync_number')",
      'create temp table a (b integer)',
      'commit',
      'select * from nothing_of_the_kind',
      "select set_config('transaction_read_only', 'off', false); drop table baton_descope.sync",
    ]) {
      const { code, stderr } = await sql(query);
      expect({ query, code, stderr }).toEqual({
        query,
        code: 2,
        stderr: expect.stringMatching(/^baton-descope: [^\n]+\n$/),
      });
    }
    expect((await run('history', 'list', store)).stdout).toContain('3 syncs');
    const chief = other((url) => (url.username = 'chief'));
    expect((await run('sql', chief, 'select 1')).stderr).toContain('its user may reach the files of the server');
  });

  it('answers a user who may read the views and nothing else', async () => {
    await server.admin(
      store,
      `create role auditor login password '${server.password}';
       grant usage on schema baton_descope to auditor;
       grant select on baton_descope.memberships, baton_descope.users to auditor`,
    );
    const asAuditor = await server.ask(
      other((url) => (url.username = 'auditor')),
      'select principal from baton_descope.memberships',
    );
    expect(asAuditor).toEqual([{ principal: 'Bob' }]);
    await expect(
      server.ask(
        other((url) => (url.username = 'auditor')),
        'select * from baton_descope.user_row',
      ),
    ).rejects.toThrow('permission denied');
  });

  it('is told in one line what stands in the way, with the code that its page names', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const silentPort = typeof address === 'object' && address !== null ? address.port : 0;
    await server.admin(store, `create role guest login password '${server.password}'`);
    const cases = [
      [other((url) => (url.password = 'wrong')), 6, 'the database refused the user or the password'],
      [other((url) => (url.pathname = '/missing')), 6, 'the server has no such database'],
      [other((url) => (url.port = '1')), 4, 'nothing listens there'],
      [other((url) => (url.port = String(silentPort))), 4, 'it does not answer'],
      [other((url) => url.searchParams.set('sslmode', 'require')), 4, 'the server does not speak TLS'],
      [other((url) => (url.username = 'guest')), 6, 'may not do that'],
      [other((url) => (url.hostname = 'no-such-host.invalid')), 4, 'no such host'],
      [`postgres://keeper:${server.password}@127.0.0.1:${server.port}x/store1`, 2, 'it is no URL of a database'],
    ] as const;
    for (const [url, code, words] of cases) {
      for (const args of [
        ['list', 'users', url],
        ['sync', '--out', url],
      ]) {
        const ran = await run(...args);
        expect({ words, args: args[0], code: ran.code, stderr: ran.stderr }).toEqual({
          words,
          args: args[0],
          code,
          stderr: expect.stringContaining(words),
        });
        expect(ran.stderr.split('\n').filter((line) => /^ +at /.test(line))).toEqual([]);
      }
    }
    silent.close();
  });

  it('takes the password from PGPASSWORD', async () => {
    const bare = other((url) => (url.password = ''));
    expect((await run('list', 'users', bare)).stderr).toContain('set PGPASSWORD');
    expect((await runWith({ PGPASSWORD: server.password }, 'list', 'users', bare)).code).toBe(0);
  });

  it('forgets a person, tells it without the password, and leaves what is proved', async () => {
    const store2 = await server.database();
    await run('history', 'import', '--into', store2, '0.json', '1.json', '2.json');
    const forget = ['history', 'forget', store2, 'ada@acme.example'] as const;

    const dry = await run(...forget, '--dry-run');
    const done = await run(...forget, '--yes', '--audit-log', 'audit.jsonl');
    const again = await run('history', 'forget', store2, 'ada', '--yes');
    const verified = await run('history', 'verify', store2);

    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('Of user ada, seen from 2026-01-05') });
    expect(done.code).toBe(0);
    expect(done.stdout.replaceAll(/\s+/g, ' ')).toContain('Neither are the write-ahead log of the server');
    expect(again.stderr).toContain(`user:ada is forgotten in ${nameOf(store2)} already`);
    expect(verified.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /the store is whole\. .*: user:ada of \S+ forgotten in 1 row/,
    );
    const lines = (await readFile(join(folder.path, 'audit.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      ['intended', 'forgotten'].map((outcome) => ({ resource: 'user:ada', store: nameOf(store2), outcome })),
    );
    expect(lines.join('')).not.toContain(server.password);
    expect(await server.ask(store2, "select texts from baton_descope.user_row where id = 'ada'")).toEqual([
      { texts: [expect.stringMatching(/^forgotten-[0-9a-f]{12}$/), 'ada'] },
    ]);
  });

  it('has its tables written anew by their owner, and says who that is to others', async () => {
    expect((await run('history', 'vacuum', store)).stdout).toMatch(
      new RegExp(`^${name}: \\d+\\.\\d MB before, \\d+\\.\\d MB now\\n$`),
    );
    await server.admin(
      store,
      `create role writer login password '${server.password}'; grant usage on schema baton_descope to writer;
       grant select on all tables in schema baton_descope to writer`,
    );
    const asWriter = other((url) => (url.username = 'writer'));
    expect(await run('history', 'vacuum', asWriter)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining("its tables are another user's"),
    });
    const reader = new Client({ connectionString: store });
    await reader.connect();
    await reader.query('begin; select 1 from baton_descope.user_row');
    const held = await run('history', 'vacuum', store);
    await reader.end();
    expect(held).toMatchObject({ code: 7, stderr: expect.stringContaining('another command holds it') });
  });

  it('completes names, and nothing after a second without an answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const nowhere = other((url) => (url.port = port));
    const names = async (url: string): Promise<CliRun> => await run('_names', 'users', '--', 'bo', 'access', url, 'bo');

    await eventually(async () => {
      // again where a busy machine needs more than the second
      expect(await names(store)).toMatchObject({ code: 0, stdout: 'bob@acme.example\tBob\n', stderr: '' });
    });
    const startedAt = performance.now();
    expect(await names(nowhere)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(performance.now() - startedAt).toBeLessThan(9_000); // a connection alone is waited for ten seconds
    silent.close();
  });

  it('answers over HTTP, with the password of the environment', async () => {
    const bare = other((url) => (url.password = ''));
    const words = ['serve', '--listen', '127.0.0.1:0', '--health-check-port', '0', '--history', bare, '--api'];
    await using serve = startCli(words, { ...envOf(emulator), PGPASSWORD: server.password });
    const [, base = ''] = await serve.until(/health and metrics on (.*)\n/);

    const answer = await fetch(`${base}/v1/access?principal=bob`);

    expect([answer.status, await answer.json()]).toMatchObject([200, { user: { id: 'bob' } }]);
    expect(serve.stderr()).not.toContain(server.password);
  });

  it('shows the last whole sync after a writer was killed amid its transaction, and takes the next one', async () => {
    const killed = await server.database();
    expect((await run('history', 'import', '--into', killed, '0.json')).code).toBe(0);
    const before = (await run('history', 'list', killed, '--json')).stdout;
    const holder = new Client({ connectionString: killed });
    await holder.connect();
    await holder.query('begin; lock table baton_descope.grant_row in exclusive mode'); // read, but not written to
    const child = spawn(process.execPath, [bin, 'history', 'import', '--into', killed, '1.json'], {
      cwd: folder.path,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await until(
      async () =>
        (
          await server.admin(
            killed,
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'baton-descope'",
          )
        ).length > 0,
    );
    child.kill('SIGKILL');
    await ended;
    await holder.end();

    expect((await run('history', 'list', killed, '--json')).stdout).toBe(before);
    expect((await run('history', 'import', '--into', killed, '1.json', '2.json')).code).toBe(0);
    expect((await run('history', 'verify', killed)).stdout).toMatch(/^3 syncs/);
  });

  it('is as it was where the server gives up amid a sync, and the error says so', async () => {
    const lost = await server.database();
    const import1 = ['history', 'import', '--into', lost] as const;
    expect((await run(...import1, '0.json')).code).toBe(0);
    const holder = new Client({ connectionString: lost });
    await holder.connect();
    await holder.query('begin; lock table baton_descope.grant_row in exclusive mode');
    const running = run(...import1, '1.json');
    await until(
      async () =>
        (
          await server.admin(
            lost,
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'baton-descope'",
          )
        ).length > 0,
    );
    const { code, stderr } = await running;
    await holder.end();

    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringMatching(/^baton-descope: cannot write postgres:\/\/[^ ]+: the [^\n]+\n$/),
    });
    expect((await run('history', 'list', lost)).stdout).toContain('1 sync;');
  });
});

const bin = join(import.meta.dirname, '..', '..', 'bin', 'baton-descope.js');

/** Asks again and again until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
