import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../src/emulator/emulator.ts';

const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

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
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** Runs the built command line as its own process, with nothing of our environment but the PATH. */
export function runCli(args: readonly string[], { env = {}, signalOn, cwd, nodeFlags = [] }: CliOptions = {}): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeFlags, bin, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env }, ...(cwd !== undefined && { cwd }) });
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

/** Makes the deadlines of the built program pass fifty times faster. */
export const quickClock: readonly string[] = ['--import', fileURLToPath(new URL('quick-clock.ts', import.meta.url))];

/** The environment that points the command line at an embedded project. */
export function envOf({ baseUrl, projectId, managementKey }: Emulator): Readonly<Record<string, string>> {
  return { DESCOPE_BASE_URL: baseUrl, DESCOPE_PROJECT_ID: projectId, DESCOPE_MANAGEMENT_KEY: managementKey };
}

/** A folder of its own, gone when the test is over. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'baton-descope-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
