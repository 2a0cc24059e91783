import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../src/emulator/emulator.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

/**
 * With these the program need not start itself anew, and with compiled code kept starts faster: there are hundreds of
 * starts.
 */
export const quickStart: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=60'];
export const quickEnv = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(tmpdir(), 'baton-descope-test-compile-cache'),
};

/** How a run of the built command line ended. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sends this signal as soon as the output holds the text. */
  readonly signalOn?: { readonly text: string; readonly signal: NodeJS.Signals };
  readonly cwd?: string;
  /** What it reads from stdin; without it stdin is an open pipe that says nothing. */
  readonly stdin?: string;
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Without the flags that spare a second start. */
  readonly isPlain?: boolean;
}

/** Runs the built command line as its own process, with next to nothing of our environment. */
export function runCli(
  args: readonly string[],
  { env = {}, signalOn, cwd, stdin, nodeFlags = [], isPlain = false }: CliOptions = {},
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(isPlain ? [] : quickStart), ...nodeFlags, bin, ...args], {
      env: { ...quickEnv, ...env },
      ...(cwd !== undefined && { cwd }),
    });
    if (stdin !== undefined) {
      child.stdin.end(stdin);
    }
    let stdout = '';
    let stderr = '';
    let isSignalled = false;
    const look = (): void => {
      if (signalOn !== undefined && !isSignalled && (stdout + stderr).includes(signalOn.text)) {
        isSignalled = true;
        child.kill(signalOn.signal);
      }
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      look();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      look();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Makes the deadlines of the built program, except that of a connection, and its waits pass fifty times faster. */
export const quickClock: readonly string[] = ['--import', new URL('quick-clock.ts', import.meta.url).href];

/** Makes its waits pass faster, and no deadline: a busy machine cannot make one pass. */
export const quickWaits: readonly string[] = ['--import', new URL('quick-clock.ts?waits', import.meta.url).href];

/** The environment that points the command line at an embedded project. */
export function envOf({ baseUrl, projectId, managementKey }: Emulator): Readonly<Record<string, string>> {
  return { DESCOPE_BASE_URL: baseUrl, DESCOPE_PROJECT_ID: projectId, DESCOPE_MANAGEMENT_KEY: managementKey };
}

/** A folder of its own, gone when the test is over. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'baton-descope-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A run of the built command line that goes on. */
export interface RunningCli extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** What the pattern matches in all that was written so far, as soon as it does; fails when the run ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal, and does not wait for anything. */
  send(signal: NodeJS.Signals): void;
  /** Asks it to end, and tells how it did. */
  stop(signal?: NodeJS.Signals): Promise<CliRun>;
}

/** Starts the built command line as `runCli` does. It is killed when the test is over. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const child = spawn(process.execPath, [...quickStart, bin, ...args], { env: { ...quickEnv, ...env } });
  let [stdout, stderr] = ['', ''];
  const listeners = new Set<() => void>();
  const tell = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  const ended = new Promise<CliRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout + stderr);
          if (match !== null) {
            listeners.delete(look);
            resolve(match);
          }
        };
        listeners.add(look);
        look();
        ended.then(
          ({ code }) => reject(new Error(`it ended with ${code} before ${String(pattern)}: ${stdout}${stderr}`)),
          (thrown: unknown) => reject(thrown as Error), // spawn fails with errors only
        );
      }),
    send: (signal) => void child.kill(signal),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return await ended;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
