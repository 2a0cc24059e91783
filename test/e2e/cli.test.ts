import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { writeSync } from '../support/sync-files.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
let emulator: Emulator;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  emulator = await startEmulator({ managementKey: canary });
  env = envOf(emulator);
});

afterAll(async () => {
  await emulator.close();
});

interface SyncFile {
  readonly format: string;
  readonly version: number;
  readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
  readonly grants: readonly {
    readonly principal: { readonly id: { readonly resource: string } };
    readonly entitlement: { readonly id: string };
  }[];
  readonly summary: {
    readonly complete: boolean;
    readonly requests: Readonly<Record<string, number>>;
    readonly contentHash: string;
  };
}

async function readSync(path: string): Promise<SyncFile> {
  return JSON.parse(await readFile(path, 'utf8')) as SyncFile;
}

it('runs on the Node that the package brings along', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
});

describe('sync', () => {
  it('writes the whole project to a file that only its owner may read', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.json');
    const before = emulator.stats.total;

    const run = await runCli(['sync', '--out', out], { env });

    const file = await readSync(out);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`Wrote ${out}`);
    expect(file).toMatchObject({ format: 'baton-descope.sync', version: 1, summary: { complete: true } });
    expect(file.resources.filter(({ id }) => id.resourceType === 'user')).toHaveLength(1_200);
    expect(file.grants.map(({ principal, entitlement }) => `${entitlement.id} ${principal.id.resource}`)).toContain(
      'role_binding:acme/Editor:assigned U2AdaLovelace000000000000000',
    );
    expect(file.summary.requests['total']).toBe(16);
    expect(emulator.stats.total - before).toBe(16);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).toEqual(['sync.json']);
  });

  it('prints the summary as one line with --json, and nothing else on stdout', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.json');

    const { code, stdout } = await runCli(['sync', '--out', out, '--json'], { env });

    const [line = '', rest] = stdout.split('\n');
    const text = await readFile(out, 'utf8');
    const hashed = createHash('sha256')
      .update(text.slice(0, text.lastIndexOf(',"summary":')))
      .digest('hex');
    expect(code).toBe(0);
    expect(rest).toBe('');
    expect(JSON.parse(line)).toMatchObject({ complete: true, contentHash: `sha256:${hashed}` });
  });

  it('writes no escape codes into a pipe', async () => {
    await using folder = await temporaryFolder();

    const { stdout, stderr } = await runCli(['sync', '--out', join(folder.path, 'sync.json')], { env });

    expect(stdout + stderr).not.toContain('\u001B');
  });

  it('brings only held roles in tenants with --tenant-roles observed', async () => {
    await using folder = await temporaryFolder();
    const [all, observed] = [join(folder.path, 'all.json'), join(folder.path, 'observed.json')];

    await runCli(['sync', '--out', all], { env });
    await runCli(['sync', '--out', observed, '--tenant-roles', 'observed'], { env });

    const bindings = async (path: string): Promise<number> =>
      (await readSync(path)).resources.filter(({ id }) => id.resourceType === 'role_binding').length;
    expect(await bindings(observed)).toBeGreaterThan(0);
    expect(await bindings(observed)).toBeLessThan(await bindings(all));
  });

  it('takes the key from a file', async () => {
    await using folder = await temporaryFolder();
    const keyFile = join(folder.path, 'key');
    await writeFile(keyFile, `${canary}\n`);
    const { DESCOPE_MANAGEMENT_KEY: _, ...withoutKey } = env;

    const { code } = await runCli(['sync', '--out', join(folder.path, 'sync.json')], {
      env: { ...withoutKey, DESCOPE_MANAGEMENT_KEY_FILE: keyFile },
    });

    expect(code).toBe(0);
  });
});

describe('a sync that cannot be complete', () => {
  const faults = [
    ['a refused key', { kind: 'status', status: 401 }, 3, 'refused the management key'],
    ['a key that may not list roles', { kind: 'status', status: 403 }, 3, 'may not do this'],
    ['a redirect', { kind: 'redirect', status: 302, location: 'http://127.0.0.1:9/' }, 5, 'redirect'],
    ['a login page instead of an answer', { kind: 'body', body: 'html' }, 5, 'not whole JSON'],
    ['an answer without the list', { kind: 'body', body: 'object' }, 5, 'unknown shape'],
    ['an outage', { kind: 'status', status: 503 }, 4, 'not answering properly'],
  ] as const;

  it.each(faults)(
    '%s: ends with its exit code and one line, and leaves the old file as it was',
    async (_name, fault, code, message) => {
      await using folder = await temporaryFolder();
      const out = join(folder.path, 'sync.json');
      await writeFile(out, 'the old file');
      const rule = emulator.faults.add({
        match: { endpoint: 'GET /v1/mgmt/role/all' },
        times: Number.POSITIVE_INFINITY,
        fault,
      });

      const run = await runCli(['sync', '--out', out], { env });
      rule.remove();

      const lines = run.stderr.split('\n').filter((line) => line.startsWith('baton-descope:'));
      expect(run.code).toBe(code);
      expect(rule.fired).toBeGreaterThan(0);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(message);
      expect(run.stdout).toBe('');
      expect(await readFile(out, 'utf8')).toBe('the old file');
      expect(await readdir(folder.path)).toEqual(['sync.json']);
    },
  );

  it('users that are counted differently each time: exit 5 after three passes', async () => {
    await using folder = await temporaryFolder();
    let total = 1_200;
    const rule = emulator.faults.add({
      match: { endpoint: 'POST /v2/mgmt/user/search', nth: 7 },
      times: Number.POSITIVE_INFINITY,
      fault: {
        kind: 'mutate',
        change: (body) => {
          total += 1;
          return { ...(body as object), total };
        },
      },
    });

    const run = await runCli(['sync', '--out', join(folder.path, 'sync.json')], { env });
    rule.remove();

    expect(run.code).toBe(5);
    expect(run.stderr).toContain('could not be read consistently');
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('users that are deleted while they are listed: read on from there, and whoever stayed is in the file', async () => {
    await using folder = await temporaryFolder();
    const churning = await startEmulator({ managementKey: canary });
    const leavers = [7, 340, 611].map((place) => churning.state.userAt(place)?.userId ?? '');
    leavers.forEach((userId, place) =>
      churning.state.onRequest(6 + 2 * place, () => churning.state.deleteUser(userId)),
    );
    const out = join(folder.path, 'sync.json');

    const run = await runCli(['sync', '--out', out, '--json'], { env: envOf(churning) });
    const stayed = [...churning.state.users()].map(({ userId }) => userId);
    await churning.close();

    const file = await readSync(out);
    const listed = file.resources.filter(({ id }) => id.resourceType === 'user').map(({ id }) => id.resource);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ complete: true, consistency: { mode: 'stable', passes: 2 } });
    expect(stayed).toHaveLength(1_197);
    expect(stayed.filter((userId) => !listed.includes(userId))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: exit %i, no file', async (signal, code) => {
    await using folder = await temporaryFolder();
    const slow = await startEmulator({ latencyMs: 300, managementKey: canary });

    const run = await runCli(['sync', '--out', join(folder.path, 'sync.json')], {
      env: envOf(slow),
      signalOn: { text: 'Reading', signal },
    });
    await slow.close();

    expect(run.code).toBe(code);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('SIGTERM in the moment of the first requests: ends, though Descope never answers them', async () => {
    await using folder = await temporaryFolder();
    const silent = await startEmulator({ managementKey: canary });
    silent.faults.add({ times: Infinity, fault: { kind: 'hang', at: 'before-headers' } });

    const run = await runCli(['sync', '--out', join(folder.path, 'sync.json')], {
      env: envOf(silent),
      signalOn: { text: 'Reading', signal: 'SIGTERM' },
    });
    await silent.close();

    expect(run.code).toBe(143);
  });
});

describe('mistakes on the command line', () => {
  it.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['an unknown flag', ['sync', '--out', 'x.json', '--fast'], "unknown option '--fast'"],
    ['a number out of range', ['sync', '--out', 'x.json', '--max-parallel-fetches', '7'], 'from 1 to 6'],
    ['a word that is none of the choices', ['sync', '--out', 'x.json', '--tenant-roles', 'some'], 'all, observed'],
    ['plain http elsewhere', ['sync', '--out', 'x.json', '--base-url', 'http://api.example.com'], 'must use https'],
    ['a listening address without TLS', ['serve', '--listen', '0.0.0.0:9090'], 'without TLS'],
    ['half a listening address', ['serve', '--listen', '9090'], '127.0.0.1:9090'],
    ['a project id that is none', ['emulator', '--port', '0', '--project-id', 'acme:prod'], '64 characters at most'],
    ['an unknown switch', ['emulator', '--port', '0', '--switch', 'nope=1'], 'nope'],
  ])('%s: exit 2 and one line that helps, before anything is sent', async (_name, args, message) => {
    const before = emulator.stats.total;

    const run = await runCli(args, { env });

    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(emulator.stats.total).toBe(before);
  });

  it('no command where no project is set up: exit 2 and the help, and no file', async () => {
    await using folder = await temporaryFolder();

    const run = await runCli([], { env: {}, cwd: folder.path });

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('Usage');
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('tells every problem of the configuration at once', async () => {
    const run = await runCli(['sync', '--out', 'x.json', '--max-parallel-fetches', 'many', '--log-level', 'loud']);

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('DESCOPE_PROJECT_ID is not set');
    expect(run.stderr).toContain('--max-parallel-fetches');
    expect(run.stderr).toContain('--log-level');
  });

  it.each([[`--management-key=${canary}`], [`--descope-management-key`], ['--key'], [canary]])(
    'refuses a key on the command line, without repeating it (%#)',
    async (argument) => {
      const run = await runCli(['sync', '--out', 'x.json', argument], { env });

      expect(run.code).toBe(2);
      expect(run.stderr).toContain('must not be given on the command line');
      expect(run.stderr + run.stdout).not.toContain(canary);
    },
  );

  it('names a folder that is not there: exit 6', async () => {
    const run = await runCli(['sync', '--out', join('no', 'such', 'folder', 'sync.json')], { env });

    expect(run.code).toBe(6);
    expect(run.stderr).toContain('the folder does not exist');
  });

  it.each([
    ['--help'],
    ['sync', '--help'],
    ['serve', '--help'],
    ['emulator', '--help'],
    ['demo', '--help'],
    ['--version'],
  ])('%s %s is an answer: exit 0 on stdout', async (...args) => {
    const run = await runCli(args);

    expect(run.code).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(3);
    expect(run.stderr).toBe('');
  });
});

describe('the management key', () => {
  it('is in no output of any run above, not even in halves or base64', async () => {
    await using folder = await temporaryFolder();
    const needles = [
      canary,
      canary.slice(0, 20),
      canary.slice(20),
      Buffer.from(canary).toString('base64').slice(0, 40),
    ];
    const outputs: string[] = [];
    for (const status of [200, 401, 403, 429, 500] as const) {
      // a 429 of an hour is beyond what a sync waits for
      const out = join(folder.path, `sync-${status}.json`);
      const rule =
        status === 200
          ? undefined
          : emulator.faults.add({
              match: { endpoint: 'GET /v1/mgmt/tenant/all' },
              times: Number.POSITIVE_INFINITY,
              fault: { kind: 'status', status, headers: { 'retry-after': '3600' } },
            });
      const run = await runCli(['sync', '--out', out, '--log-level', 'debug'], { env });
      rule?.remove();
      outputs.push(run.stdout, run.stderr, await readFile(out, 'utf8').catch(() => ''));
    }

    const all = outputs.join('\n');
    expect(all.length).toBeGreaterThan(100_000);
    expect(needles.filter((needle) => all.includes(needle))).toEqual([]);
  });
});

describe('serve', () => {
  it('says where it listens, and ends with 0 on SIGTERM', async () => {
    const run = await runCli(['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'], {
      env,
      signalOn: { text: 'listening on', signal: 'SIGTERM' },
    });

    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^listening on 127\.0\.0\.1:\d+\n$/);
  });
});

describe('emulator', () => {
  it('prints what to export, and ends with 0 on SIGTERM', async () => {
    const run = await runCli(['emulator', '--port', '0', '--users', '10', '--project-id', 'P2AcmeDev'], {
      signalOn: { text: 'npx', signal: 'SIGTERM' },
    });

    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/export DESCOPE_BASE_URL=http:\/\/127\.0\.0\.1:\d+/);
    expect(run.stdout).toContain('export DESCOPE_PROJECT_ID=P2AcmeDev\n');
  });
});

describe('demo', () => {
  it('syncs an embedded project through gRPC and answers three questions from the file', async () => {
    await using folder = await temporaryFolder();

    const run = await runCli(['demo'], { cwd: folder.path });

    expect(run.code).toBe(0);
    expect(run.stdout).toContain('Who can invoices.approve, and where?');
    expect(run.stdout).toContain('Editor in Acme');
    expect(run.stdout).toMatch(/Users +1,200/);
    expect((await readSync(join(folder.path, 'demo-sync.json'))).summary.complete).toBe(true);
  });

  it('replaces its own file and nothing else: neither what stands in the folder nor what --out names', async () => {
    await using folder = await temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    await writeSync(at('sync.json'), { users: [] });
    await writeFile(at('notes.json'), '{}');
    const before = await Promise.all(['sync.json', 'notes.json'].map((name) => readFile(at(name), 'utf8')));

    const runs = [await runCli(['demo'], { cwd: folder.path }), await runCli(['demo'], { cwd: folder.path })];
    const refused = await Promise.all(
      ['sync.json', 'notes.json', 'demo.c1z'].map((name) => runCli(['demo', '--out', at(name)])),
    );

    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(refused.map(({ code }) => code)).toEqual([7, 2, 2]);
    expect(refused[0]?.stderr).toMatch(/of another project, .*--replace-other-project/);
    expect(refused[1]?.stderr).toContain('was not written by the demo and was left unchanged');
    expect(await Promise.all(['sync.json', 'notes.json'].map((name) => readFile(at(name), 'utf8')))).toEqual(before);
    expect((await readdir(folder.path)).toSorted()).toEqual(['demo-sync.json', 'notes.json', 'sync.json']);
  });
});
