import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);
const versionsFolder = '/usr/lib/postgresql';

/** Where the server's programs are; undefined where there is none. */
const programs = ((): string | undefined => {
  const versions = existsSync(versionsFolder) ? readdirSync(versionsFolder) : [];
  return versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(versionsFolder, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
})();

/** Why tests of PostgreSQL are left out here; undefined where they run. */
export const noPostgres: string | undefined =
  programs === undefined ? `no PostgreSQL below ${versionsFolder}` : undefined;

export interface TestServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Of the owner of the databases, who is no superuser. */
  readonly password: string;
  /** Where its socket is. */
  readonly socketFolder: string;
  /** Ends the server, and keeps what it holds. */
  down(): Promise<void>;
  /** Starts it again, at the same port. */
  up(): Promise<void>;
  /** Makes an empty database, and returns its URL with the owner's name and password. */
  database(): Promise<string>;
  /** Asks as the user of a URL. */
  ask(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Asks as the superuser, in a database by its URL. */
  admin(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The server does not start as root: Debian's package brings a user for it. */
async function owner(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const ids = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
  return { uid: ids[0] ?? 0, gid: ids[1] ?? 0 };
}

/** A port that nobody has just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface TestServerOptions {
  /** Connections over the network are under TLS, and show a certificate of this authority. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly authority: string } | undefined;
  /** Names a port that seems to be free. */
  readonly portOf?: () => Promise<number>;
}

/** Starts a server of its own, which is gone at the end with all that it held. */
export async function startPostgres({ tls, portOf = freePort }: TestServerOptions = {}): Promise<TestServer> {
  if (programs === undefined) {
    throw new Error(noPostgres);
  }
  const bin = programs;
  const user = await owner();
  const folder = await mkdtemp(join(tmpdir(), 'baton-pg-'));
  const password = `k${Math.random().toString(36).slice(2)}`;
  const [data, passwordFile] = [join(folder, 'data'), join(folder, 'password')];
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await Promise.all([folder, data, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  }
  await chmod(folder, 0o755);
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'chief', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '-N'],
    { ...user, cwd: folder },
  );
  const tlsFiles = tls && {
    cert: join(data, 'server.crt'),
    key: join(data, 'server.key'),
    authority: join(data, 'root.crt'),
  };
  if (tls !== undefined && tlsFiles !== undefined) {
    await writeFile(
      join(data, 'pg_hba.conf'),
      'local all all scram-sha-256\nhostssl all all all scram-sha-256 clientcert=verify-ca\n',
    );
    for (const name of ['cert', 'key', 'authority'] as const) {
      await writeFile(tlsFiles[name], tls[name], { mode: 0o600 });
      await chown(tlsFiles[name], user?.uid ?? -1, user?.gid ?? -1);
    }
  }
  const begin = (at: number): ChildProcess =>
    spawn(
      join(bin, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(at),
        '-c',
        `listen_addresses=127.0.0.1${tls === undefined ? '' : ',127.0.0.2'}`, // its certificate names the first one alone
        '-c',
        `unix_socket_directories=${folder}`,
        '-c',
        'fsync=off',
        ...(tlsFiles === undefined
          ? []
          : ['on', tlsFiles.cert, tlsFiles.key, tlsFiles.authority].flatMap((value, at) => [
              '-c',
              `${['ssl', 'ssl_cert_file', 'ssl_key_file', 'ssl_ca_file'][at]}=${value}`,
            ])),
      ],
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
  let now = await begun(begin, portOf);
  const { port } = now;
  const urlOf = (name: string, as: string): string => `postgres://${as}:${password}@127.0.0.1:${port}/${name}`;
  const ask = async (url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const client = new Client({ connectionString: tls === undefined ? url : `${url}?host=${folder}` });
    await client.connect();
    try {
      return (await client.query<Readonly<Record<string, unknown>>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const down = async (): Promise<void> => {
    now.server.kill('SIGQUIT');
    await now.ended;
  };
  const stop = async (): Promise<void> => {
    await down();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(() => ask(urlOf('postgres', 'chief'), `create role keeper login createdb password '${password}'`));
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  let databases = 0;
  return {
    host: '127.0.0.1',
    port,
    password,
    socketFolder: folder,
    down,
    up: async () => {
      now = await begun(begin, async () => port);
      await untilReady(() => ask(urlOf('postgres', 'keeper'), 'select 1'));
    },
    database: async () => {
      databases += 1;
      await ask(urlOf('postgres', 'keeper'), `create database store${databases}`);
      return urlOf(`store${databases}`, 'keeper');
    },
    ask,
    admin: async (url, sql) => await ask(urlOf(new URL(url).pathname.slice(1), 'chief'), sql),
    [Symbol.asyncDispose]: stop,
  };
}

const taken = 'Address already in use';

interface Begun {
  readonly server: ChildProcess;
  readonly port: number;
  readonly ended: Promise<unknown>;
}

/** Begins a server at a free port, and at another one where somebody else takes it before the server does. */
async function begun(begin: (port: number) => ChildProcess, portOf: () => Promise<number>): Promise<Begun> {
  for (let tries = 5; ; tries -= 1) {
    const port = await portOf();
    const server = begin(port);
    const ended = once(server, 'exit');
    let told = '';
    const listens = new Promise<boolean>((resolve) => {
      server.stderr?.setEncoding('utf8').on('data', (text: string) => {
        told = `${told}${text}`.slice(-4_000);
        if (told.includes('listening on Unix socket')) {
          resolve(!told.includes(taken)); // it has the ports by then, or goes on without one of them
        }
      });
      void ended.then(() => resolve(false));
    });
    if (await listens) {
      return { server, port, ended };
    }
    server.kill('SIGQUIT');
    await ended;
    if (tries === 0 || !told.includes(taken)) {
      throw new Error(`PostgreSQL did not start: ${told}`);
    }
  }
}

/** Asks again until the server has come up; half a minute at most. */
async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 300; ; tries -= 1) {
    try {
      await ask();
      return;
    } catch (thrown) {
      if (
        tries === 0 ||
        !(
          thrown instanceof Error &&
          'code' in thrown &&
          ['ECONNREFUSED', 'ENOENT', '57P03'].includes(String(thrown.code))
        )
      ) {
        throw thrown;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
