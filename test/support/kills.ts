import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { readLast } from '../../src/output/last.ts';
import { envOf, quickStart, runCli, temporaryFolder } from './cli.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
const killAt = fileURLToPath(new URL('kill-at.ts', import.meta.url));
const usersBefore = 148;
const usersAfter = 150;

/** A target with a whole file of an earlier sync, and a project that has two users more by now. */
export interface KillBench extends AsyncDisposable {
  /**
   * What an undisturbed sync does to files, in order, such as `write 3`: how many writes there are may differ a little.
   */
  readonly operations: readonly string[];
  /** Ends a sync with SIGKILL just before, or during, one of its operations. */
  kill(operation: string, isDuring?: boolean): Promise<KillOutcome>;
  /** A sync that nobody kills: its exit code, and what lies in the folder when it is over. */
  finish(): Promise<{
    readonly code: number | null;
    readonly names: readonly string[];
    readonly target: 'old' | 'new';
  }>;
}

export interface KillOutcome {
  readonly isKilled: boolean;
  readonly target: 'old' | 'new';
  readonly leftovers: readonly string[];
}

export async function killBench(name: 'sync.json' | 'sync.c1z'): Promise<KillBench> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  const prepared = stack.use(await temporaryFolder()).path;
  const before = await startEmulator({ users: usersBefore });
  const emulator = await startEmulator({ users: usersAfter });
  stack.defer(() => Promise.all([before.close(), emulator.close()]).then(() => undefined));
  const target = join(folder, name);
  const oldPath = join(prepared, name);
  expect((await runCli(['sync', '--out', oldPath], { env: envOf(before) })).code).toBe(0);
  const old = await readFile(oldPath);

  /** Fails for anything but the old file, byte for byte, or a whole new one. */
  async function whatStands(): Promise<'old' | 'new'> {
    if ((await readFile(target)).equals(old)) {
      return 'old';
    }
    expect(await readLast(target)).toMatchObject({
      projectId: emulator.projectId,
      counts: { resources: { user: usersAfter } },
    });
    if (name === 'sync.json') {
      await expectWhole(target);
    }
    return 'new';
  }

  const log = join(prepared, 'operations');
  await copyFile(oldPath, target);
  expect(await runKilled(emulator, target, { KILL_LOG: log })).toBe(false);
  const operations = (await readFile(log, 'utf8')).trimEnd().split('\n');

  return {
    operations,
    kill: async (operation, isDuring = false) => {
      await copyFile(oldPath, target);
      const isKilled = await runKilled(emulator, target, { KILL_AT: operation, ...(isDuring && { KILL_DURING: '1' }) });
      return { isKilled, target: await whatStands(), leftovers: await besides(folder, target) };
    },
    finish: async () => {
      const { code } = await runCli(['sync', '--out', target], { env: envOf(emulator) });
      return { code, names: await readdir(folder), target: await whatStands() };
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
      await stack.disposeAsync();
    },
  };
}

async function besides(folder: string, target: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name !== basename(target));
}

/** True when SIGKILL ended a sync into this target (see `kill-at.ts`); fails when anything else went wrong with it. */
export async function runKilled(
  emulator: Emulator,
  out: string,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  return await runCommandKilled(['sync', '--out', out], { ...envOf(emulator), ...env });
}

/** The same for any command. */
export async function runCommandKilled(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const child = spawn(process.execPath, [...quickStart, '--import', killAt, bin, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'ignore',
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 || signal === 'SIGKILL'
        ? resolve(signal === 'SIGKILL')
        : reject(new Error(`${args[0] ?? ''} ended with ${code ?? signal ?? ''}`)),
    );
  });
}

/** Fails for half a sync file, and for a mix of two. */
export async function expectWhole(out: string): Promise<void> {
  const text = await readFile(out, 'utf8');
  const { summary } = JSON.parse(text) as { readonly summary: { readonly contentHash: string } };
  expect(summary.contentHash).toBe(
    `sha256:${createHash('sha256')
      .update(text.slice(0, text.lastIndexOf(',"summary":')))
      .digest('hex')}`,
  );
}
