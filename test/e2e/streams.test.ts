import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { whatFor } from '../../src/cli/what-for.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, quickEnv, quickStart, runCli, temporaryFolder } from '../support/cli.ts';
import { decideAll } from '../support/reviews.ts';
import { shareOf } from '../support/share.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
const program = createProgram({
  env: {},
  signal: new AbortController().signal,
  print: () => undefined,
  write: () => undefined,
  endWith: () => undefined,
});

/**
 * What to call each command with, so that it does what it is for. A command that is not here has to be added. They run
 * side by side: one that changes a store has a copy of its own, {store}.
 */
const calls: Readonly<Record<string, readonly string[]>> = {
  init: ['--project-id', 'P2EmulatorProject00000000000', '--config', 'made.yaml', '--skip-doctor', '--force'],
  doctor: [],
  sync: ['--out', 'again.json', '--json'],
  grant: ['--entitlement', 'role:Editor:assigned', '--principal', '{user}', '--dry-run', '--audit-log', 'audit.jsonl'],
  revoke: ['--entitlement', 'role:Editor:assigned', '--principal', '{user}', '--dry-run', '--audit-log', 'audit.jsonl'],
  'who-can': ['sync.json', 'invoices.approve'],
  access: ['sync.json', '{user}'],
  'blast-radius': ['sync.json', '{user}', '--rows', 'all'],
  path: ['sync.json', '{user}', 'invoices.approve'],
  list: ['users', 'sync.json'],
  check: ['sync.json', '--fail-on', 'none'],
  diff: ['sync.json', 'sync.json'],
  report: ['sync.json', '--out', 'report.html'],
  export: ['sync.json', '--out', 'tables.csv'],
  'review new': ['sync.json', '--scope', 'all', '--reviewer', 'rita@acme.example', '--out', '{new}.html'],
  'review status': ['decisions.json'],
  'review apply': ['decisions.json', '--dry-run', '--audit-log', 'audit.jsonl'],
  'review export': ['decisions.json', '--out', '{new}.xlsx'],
  'health-check': ['--health-check-port', '1'],
  capabilities: [],
  config: [],
  'config show': [],
  demo: ['--out', 'demo.json'],
  completion: ['bash'],
  'account create': ['--login-id', 'zoe@acme.example', '--dry-run', '--audit-log', 'audit.jsonl'],
  'account invite': [
    '--login-id',
    'zoe@acme.example',
    '--email',
    'zoe@acme.example',
    '--dry-run',
    '--audit-log',
    'audit.jsonl',
  ],
  'account delete': ['{user}', '--dry-run', '--audit-log', 'audit.jsonl'],
  'key create': ['{user}', '--dry-run', '--audit-log', 'audit.jsonl'],
  'key rotate': ['Nightly export', '--dry-run', '--audit-log', 'audit.jsonl'],
  'key delete': ['Nightly export', '--dry-run', '--audit-log', 'audit.jsonl'],
  'action list': [],
  'action run': ['disable_user', '--arg', 'user_id={user}', '--dry-run', '--audit-log', 'audit.jsonl'],
  'events tail': ['--feed', 'change', '--json'],
  timeline: ['access.db', '{user}'],
  sql: ['access.db', 'select count(*) from users'],
  'history import': ['sync.json', '--into', '{new}.db'],
  'history list': ['access.db'],
  'history show': ['access.db'],
  'history verify': ['access.db'],
  'history prune': ['access.db', '--keep', '400d', '--dry-run'],
  'history vacuum': ['{store}'],
  'history forget': ['access.db', '{user}', '--dry-run'],
  'fleet show': [],
  'fleet render kubernetes': ['--image', 'registry.example/baton-descope:0.1.0'],
  'fleet doctor': [],
  'fleet latest': ['acme', '--out', '{new}.json'],
  'fleet status': [],
  'fleet who-can': ['invoices.approve'],
  'fleet access': ['{email}'],
  'fleet diff': ['--since', '1d'],
  'fleet check': ['--fail-on', 'none'],
  'fleet report': ['--out', '{new}'],
  'fleet sync': ['acme', '--engine', 'sqlite:{new}.db'],
  'fleet pause': ['acme', '--engine', 'sqlite:{new}.db'],
  'fleet resume': ['acme', '--engine', 'sqlite:{new}.db'],
  'fleet retry': ['acme', '--engine', 'sqlite:{new}.db'],
  'emulator login': ['{user}', '--tenant', 'initech', '--groups', 'Finance'],
  '--help': [],
  'sync --help': [],
};
/** They run until they are stopped: see below. */
const lasting = new Set(['serve', 'emulator', 'service', 'fleet run', 'fleet worker']);
/** They do nothing without one of their own commands. */
const groups = new Set(['account', 'key', 'action', 'events', 'fleet', 'fleet render', 'history', 'review']);

function commandsOf(command: Command, before = ''): readonly string[] {
  return command.commands.flatMap((child) =>
    child.name().startsWith('_') ? [] : [`${before}${child.name()}`, ...commandsOf(child, `${before}${child.name()} `)],
  );
}

function commandNamed(path: string): Command {
  return path
    .split(' ')
    .reduce((parent, name) => parent.commands.find((child) => child.name() === name) ?? parent, program);
}

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let user = '';
let email = '';
beforeAll(async () => {
  emulator = await startEmulator({ users: 20 });
  folder = await temporaryFolder();
  await runCli(['sync', '--out', 'sync.json', '--history', 'access.db'], { env: envOf(emulator), cwd: folder.path });
  const scope = ['--scope', 'tenant:acme', '--reviewer', 'rita@acme.example'];
  await runCli(['review', 'new', 'sync.json', ...scope, '--out', 'review.html'], { cwd: folder.path });
  await decideAll(join(folder.path, 'review.html'), join(folder.path, 'decisions.json'), ({ entitlement }) =>
    entitlement.startsWith('role_binding') ? { decision: 'revoke', reason: 'left' } : { decision: 'keep' },
  );
  await writeFile(
    join(folder.path, 'fleet.yaml'),
    JSON.stringify({
      version: 1,
      defaults: { key: { env: 'DESCOPE_MANAGEMENT_KEY' }, 'base-url': emulator.baseUrl },
      projects: [{ id: emulator.projectId, name: 'acme' }],
    }),
    { mode: 0o600 },
  );
  await mkdir(join(folder.path, 'syncs', 'acme'), { recursive: true });
  await copyFile(join(folder.path, 'sync.json'), join(folder.path, 'syncs', 'acme', 'latest.json'));
  await copyFile(join(folder.path, 'sync.json'), join(folder.path, 'syncs', 'acme', 'sync-20260101T000000.000Z.json'));
  email = [...emulator.state.users()].find((one) => one.email !== '')?.email ?? '';
  const { resources } = JSON.parse(await readFile(join(folder.path, 'sync.json'), 'utf8')) as {
    readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
  };
  user = resources.find(({ id }) => id.resourceType === 'user')?.id.resource ?? '';
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

/** Runs a command through a shell, which does with its streams what a shell does. */
async function run(name: string, streams: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const store = `${randomUUID()}.db`;
  const words = [...name.split(' '), ...(calls[name] ?? [])];
  if (words.includes('{store}')) {
    await copyFile(join(folder.path, 'access.db'), join(folder.path, store));
  }
  const args = words.map((word) =>
    word.replace('{user}', user).replace('{email}', email).replace('{new}', randomUUID()).replace('{store}', store),
  );
  const child = spawn(
    'bash',
    ['--norc', '-c', `"$@" ${streams}; exit \${PIPESTATUS[0]}`, 'bash', process.execPath, ...quickStart, bin, ...args],
    { env: { ...quickEnv, ...envOf(emulator) }, cwd: folder.path, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  child.stdin.end('key-of-the-project');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.resume();
  return await new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

const all = [...commandsOf(program).filter((name) => !lasting.has(name) && !groups.has(name)), '--help', 'sync --help'];
/** What stderr is written to is one thing for all of them. */
const withoutStderr = new Set(shareOf(all, 3));
/** What each does with whole streams. */
const wholeCode: Readonly<Record<string, number>> = { 'health-check': 1 };

describe('every command', () => {
  it('is tried here, with flags that let it do its work', () => {
    expect(all.filter((name) => calls[name] === undefined)).toEqual([]);
  });

  describe.concurrent.each(all)('%s', (name) => {
    const purpose = name.includes('--help') ? 'prints' : whatFor(commandNamed(name));
    const isPrinting = purpose === 'prints';
    const code = wholeCode[name] ?? 0;

    it('ends as `cat` does, or goes on to its end, when nobody reads what it prints', async () => {
      const { code: ended, stderr } = await run(name, '| exec true');

      expect(stderr).not.toMatch(/a bug|EPIPE/);
      expect(isPrinting ? [0, 141] : [code]).toContain(ended); // 0 when it was done before the reader went away
    });

    it.each(
      name === 'diff' || name === 'sync'
        ? ['2> >(exit 0)', '2>&-', '2>/dev/full', '>&- 2>&-', '2> >(exit 0) > >(exit 0)']
        : withoutStderr.has(name)
          ? ['2> >(exit 0)']
          : [],
    )('does what it is for whatever becomes of stderr: %s', async (streams) => {
      const { code: ended } = await run(name, streams);

      expect([code, ...(isPrinting && streams.endsWith(' > >(exit 0)') ? [141] : [])]).toContain(ended);
    });

    it.runIf(existsSync('/dev/full'))('says so when the disk under stdout is full', async () => {
      const { code: ended, stderr } = await run(name, '> /dev/full');

      expect(stderr).not.toMatch(/a bug|ENOSPC|at .*\.js:/);
      if (purpose !== 'changes' && code === 0) {
        expect(stderr).toContain('cannot write to standard output: the disk is full');
        expect(ended).toBe(6);
      }
    });
  });
});

describe('a change whose result nobody reads', () => {
  const changing = ['grant', 'account create', 'key delete', 'action run'];
  it.each(changing.flatMap((name) => ['> /dev/full', '> >(exec 0<&-; sleep 0.2)'].map((how) => [name, how] as const)))(
    'is told on stderr, with the code of what was done: %s %s',
    async (name, streams) => {
      const { code, stderr } = await run(name, streams);

      expect(code).toBe(0);
      expect(stderr).toMatch(/Nothing was sent|POST/);
    },
  );
});

describe('a sync whose stderr goes away', () => {
  it('goes on, and writes its file', async () => {
    const { code } = await run('sync', '2> >(exit 0) | cat');

    expect(code).toBe(0);
    expect(JSON.parse(await readFile(join(folder.path, 'again.json'), 'utf8'))).toMatchObject({
      summary: { complete: true },
    });
  });
});

describe('a result on a disk that takes only a part of it', () => {
  it('is no success', async () => {
    const { code, stderr } = await limited();

    expect(stderr).toContain('cannot write to standard output: the file size limit is reached');
    expect(code).toBe(6);
  });

  async function limited(): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const child = spawn(
      'bash',
      ['--norc', '-c', 'ulimit -f 1; "$@" > part', 'bash', process.execPath, bin, 'completion', 'bash'],
      { cwd: folder.path },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return await new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stderr }));
    });
  }
});

describe('a service whose greeting nobody reads', () => {
  it.each([
    ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'],
    ['emulator', '--port', '0'],
  ])('goes on: %s', async (...args) => {
    const child = spawn(process.execPath, [...quickStart, bin, ...args], { env: { ...quickEnv, ...envOf(emulator) } });
    child.stdout.destroy();
    let stderr = '';
    const told = new Promise<void>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        if (/listening on|export DESCOPE/.test(stderr)) {
          resolve();
        }
      });
    });
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });

    await told;
    child.kill('SIGTERM');

    expect(await ended).toBe(0);
  });
});
