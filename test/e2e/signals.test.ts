import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, quickEnv, quickStart, runCli, temporaryFolder } from '../support/cli.ts';
import { canLend, olderNode, onTerminal } from '../support/terminal.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

/** Slow enough to be interrupted in the middle. */
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 2_000, latencyMs: 700 });
});
afterAll(async () => {
  await emulator.close();
});

interface Running {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  /** When all that hold its stdout have ended, which a process id does not tell where nobody looks after the dead. */
  readonly ended: Promise<number | null>;
  readonly until: (text: string) => Promise<void>;
}

function start(node: string, nodeFlags: readonly string[], args: readonly string[], cwd?: string): Running {
  const child = spawn(node, [...nodeFlags, bin, ...args], {
    env: { ...quickEnv, ...envOf(emulator) },
    ...(cwd !== undefined && { cwd }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    child,
    stderr: () => stderr,
    ended: new Promise((resolve) => {
      child.on('close', resolve);
    }),
    until: (text) => expect.poll(() => stdout + stderr, { interval: 10 }).toContain(text),
  };
}

/** Ways to be started: as it is, anew with the flags of the heap, and by an older Node. */
const starts: readonly (readonly [string, string, readonly string[]])[] = [
  ['under Node 24 with its flags', process.execPath, quickStart],
  ['under Node 24', process.execPath, []],
  ...(olderNode === undefined ? [] : [['by an older Node', olderNode, []] as const]),
];

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;
const serveArgs = ['serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'];

describe.each(starts)('a process started %s', (_name, node, flags) => {
  it.each(Object.entries(codes).filter(([signal]) => flags === quickStart || signal === 'SIGHUP'))(
    'ends a sync at %s: code %d, one line, no file',
    async (signal, code) => {
      await using folder = await temporaryFolder();
      const { child, ended, stderr } = start(node, flags, ['sync', '--out', 'sync.json'], folder.path);
      await expect.poll(async () => await readdir(folder.path), { interval: 10 }).toHaveLength(1);

      child.kill(signal as NodeJS.Signals);

      expect(await ended).toBe(code);
      expect(stderr()).toContain(`baton-descope: stopped by ${signal} before it was done\n`);
      expect(await readdir(folder.path)).toEqual([]);
    },
  );

  it.each(['SIGHUP', 'SIGQUIT'])('ends serve at %s with 0', async (signal) => {
    const { child, ended, until } = start(node, flags, serveArgs);
    await until('listening on');

    child.kill(signal as NodeJS.Signals);

    expect(await ended).toBe(0);
  });

  it('is not harmed, and shows nothing to a debugger, by any other signal', async () => {
    const { child, ended, stderr, until } = start(node, flags, serveArgs);
    await until('listening on');

    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGPIPE', 'SIGCONT'] as const) {
      child.kill(signal);
    }
    for (const pid of childrenOf(child.pid)) {
      process.kill(pid, 'SIGUSR1');
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const isAlive = child.exitCode === null;
    child.kill('SIGTERM');

    expect(isAlive).toBe(true);
    expect(await ended).toBe(0);
    expect(stderr()).not.toMatch(/[Dd]ebugger/);
  });

  it('leaves nobody behind when it is killed', async () => {
    const { child, ended, until } = start(node, flags, serveArgs);
    await until('listening on');
    const killedAt = performance.now();

    child.kill('SIGKILL');
    await ended;

    expect(performance.now() - killedAt).toBeLessThan(5_000);
  });
});

describe('Ctrl-C on a terminal', () => {
  it.runIf(canLend).each(starts)(
    'is one request, %s: the sync takes its unfinished file away',
    async (_name, node, flags) => {
      await using folder = await temporaryFolder();

      const { code, screen } = await onTerminal(['sync', '--out', 'sync.json'], {
        node,
        nodeFlags: flags,
        env: envOf(emulator),
        cwd: folder.path,
        type: [{ on: /users: \d/, keys: '\u0003' }],
      });

      expect(code).toBe(130);
      expect(screen).toContain('stopped by SIGINT');
      expect(screen.lastIndexOf('\u001B[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001B[?25l'));
      expect(await readdir(folder.path)).toEqual([]);
    },
  );
});

describe('an unfinished file of a sync that was killed', () => {
  it('is gone after the next one, and that of one that lives stays', async () => {
    await using folder = await temporaryFolder();
    const killed = start(process.execPath, quickStart, ['sync', '--out', 'sync.json'], folder.path);
    await expect.poll(async () => await readdir(folder.path)).toHaveLength(1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [left = ''] = await readdir(folder.path);
    const living = start(process.execPath, quickStart, ['sync', '--out', 'sync.json'], folder.path);
    await expect.poll(async () => (await readdir(folder.path)).filter((name) => name !== left)).toHaveLength(1);
    const own = (await readdir(folder.path)).find((name) => name !== left);

    const other = await startEmulator({ users: 5 });
    const next = await runCli(['sync', '--out', 'sync.json', '--accept-shrink'], {
      env: envOf(other),
      cwd: folder.path,
    });
    await other.close();

    expect(next.code).toBe(0);
    expect((await readdir(folder.path)).toSorted()).toEqual([own, 'sync.json']);
    living.child.kill('SIGTERM');
    await living.ended;
    expect(await readdir(folder.path)).toEqual(['sync.json']);
  });
});

/** The processes that this one started, as Linux tells it. */
function childrenOf(pid: number | undefined): readonly number[] {
  try {
    return readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
  } catch {
    return [];
  }
}
