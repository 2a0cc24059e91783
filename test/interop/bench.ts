import { ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority } from '../support/certificates.ts';
import type { Binaries } from './dialling/dial.ts';
import {
  bin,
  type Ended,
  type Environment,
  type Report,
  runClient,
  runIn,
  type Running,
  runToEnd,
  start,
} from './processes.ts';
import { countsOf, differences, type Facts, factsOfStore, factsOfSyncFile, type SyncRows } from './rows.ts';

/** What every scenario works with: the embedded project, what our own sync says of it, and the Go client. */
export interface Bench {
  readonly rows: SyncRows;
  readonly expected: Facts;
  readonly tls: {
    readonly server: readonly string[];
    readonly client: readonly string[];
    readonly anonymous: readonly string[];
    readonly stranger: readonly string[];
  };
  /** A new path in the bench's folder. */
  readonly path: (name: string) => string;
  /** Starts `serve`, on a free port if the options do not name another. */
  readonly serve: (options?: readonly string[]) => Promise<Served>;
  readonly client: (args: readonly string[], onHeld?: () => Promise<void>) => Promise<Report>;
  /** The same as a parent of the ecosystem, which starts our executable itself, with these flags. */
  readonly parent: (flags: readonly string[], args: readonly string[]) => Promise<Report>;
  /** Runs our command line in a folder, however it ends. */
  readonly run: (args: readonly string[], cwd: string) => Promise<Ended>;
  /** The same with a small connector of the Go SDK, which keeps its state in the folder. */
  readonly demo: (args: readonly string[], cwd: string) => Promise<Ended>;
  /** The double of the platform, and the Go programs that dial it. */
  readonly binaries: Binaries;
  /** Runs our own `sync --out` into a file. */
  readonly sync: (file: string) => Promise<string>;
  /** Runs the `baton` command line of the SDK; what it prints as JSON. */
  readonly baton: (args: readonly string[]) => Promise<unknown>;
  /** The address of the Management API. */
  readonly baseUrl: string;
  /** A user's record as the Management API gives it. */
  readonly loadUser: (userId: string) => Promise<UserRecord>;
  readonly loadKey: (keyId: string) => Promise<KeyRecord>;
  /** Every user, tenant, role and access key of the project, as the Management API gives them. */
  readonly project: () => Promise<ProjectRecords>;
}

export interface Scenario {
  readonly name: string;
  /** Says what was seen; throws when it is not what it should be. */
  readonly run: (bench: Bench) => Promise<string>;
  /** It mostly waits, and touches nothing that others do: it may run beside those that follow and say so, too. */
  readonly isBeside?: boolean;
}

export interface Served extends Running {
  readonly address: string;
}

export interface UserRecord {
  readonly status: string;
  /** Whether there is one. */
  readonly password?: boolean;
  readonly ssoAppIds: readonly string[];
  readonly roleNames: readonly string[];
  readonly userTenants: readonly { readonly tenantId: string; readonly roleNames: readonly string[] }[];
}

/** The records of a project, each under its type and id. */
export type ProjectRecords = ReadonlyMap<string, unknown>;

export interface KeyRecord {
  readonly roleNames: readonly string[];
  readonly keyTenants: UserRecord['userTenants'];
}

export async function openBench(
  folder: string,
  binaries: Binaries & { readonly client: string; readonly baton: string },
  users: string | undefined,
): Promise<Bench & { close(): Promise<void> }> {
  const { client, baton, demo } = binaries;
  const emulator = await start(
    ['emulator', '--port', '0', ...(users === undefined ? [] : ['--users', users])],
    {},
    /MANAGEMENT_KEY=.*\n/,
  );
  const env: Environment = Object.fromEntries(
    [...emulator.greeting.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const syncFile = join(folder, 'sync.json');
  await runToEnd(['sync', '--out', syncFile], env);
  const rows = JSON.parse(await readFile(syncFile, 'utf8')) as SyncRows;
  let files = 0;
  const path = (name: string): string => join(folder, `${(files += 1)}-${name}`);

  const ask = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${env['DESCOPE_BASE_URL']}${path}`, {
      headers: {
        authorization: `Bearer ${env['DESCOPE_PROJECT_ID']}:${env['DESCOPE_MANAGEMENT_KEY']}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    ok(response.ok, `${path} answered ${response.status}`);
    return (await response.json()) as Answer;
  };
  const load = <Answer>(what: string): Promise<Answer> => ask(`/v1/mgmt/${what}`);

  return {
    baseUrl: env['DESCOPE_BASE_URL'] ?? '',
    rows,
    expected: factsOfSyncFile(rows),
    tls: await certificates(folder),
    path,
    serve: async (options = []) => {
      const running = await start(
        ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off', ...options],
        env,
        /listening on .*\n/,
      );
      return { ...running, address: /listening on (\S+)/.exec(running.greeting)?.[1] ?? '' };
    },
    client: (args, onHeld) => runClient(client, args, folder, onHeld),
    parent: (flags, args) =>
      runClient(client, ['-child', bin, '-child-args', JSON.stringify(flags), ...args], folder, undefined, env),
    run: (args, cwd) => runIn(cwd, process.execPath, [bin, ...args], env),
    demo: (args, cwd) => runIn(cwd, demo, args, { BATON_STATE: join(cwd, 'members') }),
    binaries,
    sync: (file) => runToEnd(['sync', '--out', file], env),
    baton: async (args) =>
      JSON.parse(
        (await promisify(execFile)(baton, [...args, '-o', 'json'], { maxBuffer: 1024 * 1024 * 1024 })).stdout,
      ) as unknown,
    loadUser: async (userId) => (await load<{ user: UserRecord }>(`user?userId=${encodeURIComponent(userId)}`)).user,
    loadKey: async (keyId) => (await load<{ key: KeyRecord }>(`accesskey?id=${encodeURIComponent(keyId)}`)).key,
    project: () => recordsOf(ask),
    close: () => emulator.stop(),
  };
}

async function recordsOf(ask: <Answer>(path: string, body?: object) => Promise<Answer>): Promise<ProjectRecords> {
  type Rows = readonly Readonly<Record<string, unknown>>[];
  const users: Rows[number][] = [];
  let total = Number.POSITIVE_INFINITY;
  for (let page = 0; users.length < total; page += 1) {
    const paging = { limit: 100, page, withTestUser: true };
    const answer = await ask<{ users: Rows; total: number }>('/v2/mgmt/user/search', paging);
    ok(answer.users.length > 0, `page ${page} of the users is empty, before all ${answer.total} were read`);
    users.push(...answer.users);
    total = answer.total;
  }
  const [{ tenants }, { roles }, { keys }] = await Promise.all([
    ask<{ tenants: Rows }>('/v1/mgmt/tenant/all'),
    ask<{ roles: Rows }>('/v1/mgmt/role/all'),
    ask<{ keys: Rows }>('/v1/mgmt/accesskey/search', {}),
  ]);
  return new Map<string, unknown>([
    ...users.map((row) => [`user ${String(row['userId'])}`, row] as const),
    ...tenants.map((row) => [`tenant ${String(row['id'])}`, row] as const),
    ...roles.map((row) => [`role ${String(row['tenantId'])} ${String(row['name'])}`, row] as const),
    ...keys.map((row) => [`access_key ${String(row['id'])}`, row] as const),
  ]);
}

export async function withServer<T>(
  bench: Bench,
  options: readonly string[],
  use: (served: Served) => Promise<T>,
): Promise<T> {
  const served = await bench.serve(options);
  try {
    return await use(served);
  } finally {
    await served.stop();
  }
}

async function certificates(folder: string): Promise<Bench['tls']> {
  const [ours, theirs] = await Promise.all([createAuthority('ours'), createAuthority('theirs')]);
  const [server, client, stranger] = await Promise.all([
    ours.issue('server'),
    ours.issue('client'),
    theirs.issue('client'),
  ]);
  const put = async (name: string, pem: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, pem, { mode: 0o600 });
    return file;
  };
  const ca = await put('ca.pem', ours.cert);
  const pair = async (name: string, { cert, key }: typeof client): Promise<string[]> => [
    '-tls-cert',
    await put(`${name}.pem`, cert),
    '-tls-key',
    await put(`${name}.key`, key),
  ];
  return {
    server: [
      '--tls-cert',
      await put('server.pem', server.cert),
      '--tls-key',
      await put('server.key', server.key),
      '--tls-client-ca',
      ca,
    ],
    client: ['-tls-ca', ca, ...(await pair('client', client))],
    anonymous: ['-tls-ca', ca],
    stranger: ['-tls-ca', ca, ...(await pair('stranger', stranger))],
  };
}

/**
 * SQLite stores cannot be looked into by the SDK's own checks, and it says so; there is nothing that we could change.
 */
const engineNotes = /^ingest invariants: store engine lacks the inspection surface/;

/** Throws when the run failed, or when the SDK warned of anything else than `expected`. */
export function checkClean({ error, logs }: Report, expected?: RegExp): void {
  ok(error === undefined, `the SDK failed: ${error}`);
  const unexpected = logs.filter(({ message }) => !engineNotes.test(message) && expected?.test(message) !== true);
  ok(unexpected.length === 0, `the SDK warned: ${JSON.stringify(unexpected.slice(0, 3))}`);
}

/** A finished sync must be clean and hold what our own sync holds, to the row. */
export function checkSync(report: Report, expected: Facts, warnings?: RegExp): string {
  checkClean(report, warnings);
  ok(report.rows !== undefined, 'no rows in the report');
  const actual = factsOfStore(report.rows);
  const found = differences(expected, actual);
  ok(found.length === 0, found.join('\n    '));
  return countsOf(actual);
}

export function callsOf({ calls }: Report, ...methods: readonly string[]): string {
  return methods.map((method) => `${calls[method] ?? 0} ${method}`).join(', ');
}
