import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { type CliRun, runCli, temporaryFolder } from '../support/cli.ts';
import { writeDay } from '../support/history.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { user } from '../support/project-fixture.ts';

const why = noPostgres === undefined ? '' : `: skipped, ${noPostgres}`;

describe.skipIf(noPostgres !== undefined)(`ways to a server of PostgreSQL${why}`, () => {
  const stack = new AsyncDisposableStack();
  let folder = '';
  let plain: TestServer;
  let secured: TestServer;
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
    await runCli(args, { cwd: folder, env });
  /** The same database by another way. */
  const way = (store: string, change: (url: URL) => void): string => {
    const url = new URL(store);
    change(url);
    return url.href;
  };
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = stack.use(await temporaryFolder()).path;
    const [authority, stranger] = [await createAuthority('ours'), await createAuthority('another')];
    const [server, client] = [await authority.issue('server'), await authority.issue('keeper')];
    const texts = { ca: authority.cert, other: stranger.cert, cert: client.cert, key: client.key };
    for (const [name, text] of Object.entries(texts)) {
      await writeFile(file(`${name}.pem`), text, { mode: 0o600 });
    }
    plain = stack.use(await startPostgres());
    secured = stack.use(
      await startPostgres({ tls: { cert: server.cert, key: server.key, authority: authority.cert } }),
    );
    await writeDay(file('0.json'), 0, { users: [user('ada', { name: 'Ada' })] });
    await writeDay(file('1.json'), 1, { users: [] });
  });
  afterAll(async () => {
    await stack.disposeAsync();
  });

  it('takes TLS with the server proved by an authority, and a certificate of its own', async () => {
    const store = await secured.database();
    const under = (parameters: Readonly<Record<string, string>>, host = 'localhost'): string =>
      way(store, (url) => {
        url.hostname = host;
        Object.entries(parameters).forEach(([name, value]) => url.searchParams.set(name, value));
      });
    const own = { sslcert: file('cert.pem'), sslkey: file('key.pem') };
    const whole = { sslmode: 'verify-full', sslrootcert: file('ca.pem'), ...own };

    expect(await run(['history', 'import', '--into', under(whole), '0.json'])).toMatchObject({ code: 0 });
    expect((await run(['access', under(whole), 'ada', '--csv'])).code).toBe(0);
    const refused = [
      [under({ ...own, sslmode: 'verify-full' }), 4, 'its certificate is not trusted'],
      [under({ ...whole, sslrootcert: file('other.pem') }), 4, 'its certificate is not trusted'],
      [under(whole, '127.0.0.2'), 4, 'its certificate is not trusted'],
      [under({ sslmode: 'verify-full', sslrootcert: file('ca.pem') }), 6, 'the database refused the user'],
      [under({ ...whole, sslmode: 'disable' }), 6, 'the database refused the user'],
      [under({ ...whole, sslkey: file('missing.pem') }), 2, 'files of certificates that can be read'],
    ] as const;
    for (const [url, code, words] of refused) {
      const { code: found, stderr } = await run(['list', 'users', url]);
      expect({ url, found, stderr }).toEqual({ url, found: code, stderr: expect.stringContaining(words) });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain(secured.password);
    }
  });

  it('takes a socket, and the password from a file of passwords', async () => {
    const store = await plain.database();
    const socket = way(store, (url) => url.searchParams.set('host', plain.socketFolder));
    expect(await run(['history', 'import', '--into', socket, '0.json'])).toMatchObject({ code: 0 });
    expect((await run(['list', 'users', socket, '--csv'])).stdout).toContain('ada,Ada');

    await writeFile(file('passwords'), `127.0.0.1:${plain.port}:*:keeper:${plain.password}\n`, { mode: 0o600 });
    const bare = way(store, (url) => (url.password = ''));
    expect((await run(['list', 'users', bare, '--csv'], { PGPASSFILE: file('passwords') })).stdout).toContain(
      'ada,Ada',
    );
    expect((await run(['list', 'users', bare], { PGPASSFILE: file('none') })).stderr).toContain('set PGPASSWORD');
  });

  it('answers from a server that may only be read, and says in one line that it may not be written to', async () => {
    const store = await plain.database();
    expect(await run(['history', 'import', '--into', store, '0.json'])).toMatchObject({ code: 0 });
    const name = new URL(store).pathname.slice(1);
    await plain.admin(store, `alter database ${name} set default_transaction_read_only = on`);

    expect((await run(['access', store, 'ada'])).code).toBe(0);
    expect((await run(['history', 'verify', store])).code).toBe(0);
    for (const args of [
      ['history', 'import', '--into', store, '1.json'],
      ['history', 'forget', store, 'ada', '--yes'],
    ]) {
      const { code, stderr } = await run(args);
      expect({ args: args[1], code, stderr }).toEqual({
        args: args[1],
        code: 6,
        stderr: expect.stringContaining('the database is read-only: name the server that may be written to'),
      });
    }
    expect((await run(['history', 'list', store])).stdout).toContain('1 sync;');
  });
});
