import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '@bufbuild/protobuf';
import type { SyncRows, TypeRow } from './rows.ts';

/** Somebody who asks for a secret, with keys that the SDK made: the request says `config`, and `private` opens the answer. */
export interface SdkReader {
  readonly kind: string;
  readonly config: JsonValue;
  readonly private: string;
}

/** The command line as it is executed. */
export const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

/** A process of the built command line that stays until it is stopped. */
export interface Running {
  /** What it said when it was ready. */
  readonly greeting: string;
  readonly stderr: () => string;
  /** Ends it as a platform does (SIGTERM), or as a power cut does (SIGKILL). */
  readonly stop: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/** Starts the command line and waits until its output matches. */
export async function start(args: readonly string[], env: Environment, isReady: RegExp): Promise<Running> {
  const child = launch(process.execPath, [bin, ...args], env);
  const { stdout, stderr } = gather(child);
  const ended = once(child, 'close');
  while (!isReady.test(stdout())) {
    const happened = await Promise.race([once(child.stdout, 'data').then(() => 'data'), ended.then(() => 'ended')]);
    if (happened === 'ended') {
      throw new Error(`"${args.join(' ')}" ended before it was ready: ${stderr()}`);
    }
  }
  return {
    greeting: stdout(),
    stderr,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}

/** Runs the command line to its end and gives its output; throws when it fails. */
export async function runToEnd(args: readonly string[], env: Environment): Promise<string> {
  const child = launch(process.execPath, [bin, ...args], env);
  const { stdout, stderr } = gather(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`"${args.join(' ')}" ended with ${code}: ${stderr()}`);
  }
  return stdout();
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs any program to its end in a folder, however it ends. */
export async function runIn(cwd: string, program: string, args: readonly string[], env: Environment): Promise<Ended> {
  const child = spawn(program, args, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
  const { stdout, stderr } = gather(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** What a grant passes on, as a store has it. */
export interface Expansion {
  readonly grant: string;
  readonly entitlement: string;
  readonly principalType: string;
  readonly principal: string;
  readonly annotation: {
    readonly entitlementIds?: readonly string[];
    readonly shallow?: boolean;
    readonly resourceTypeIds?: readonly string[];
  };
}

/** What the Go client tells of a run; see client/main.go. */
export interface EventLine extends Readonly<Record<string, JsonValue>> {
  readonly id: string;
  readonly occurredAt: string;
}

export interface Report {
  readonly seconds: number;
  readonly error?: string;
  readonly code?: string;
  readonly calls: Readonly<Record<string, number>>;
  readonly replies: Readonly<Record<string, readonly string[]>>;
  readonly logs: readonly {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, string>>;
  }[];
  readonly rows?: SyncRows & {
    readonly resourceTypes: readonly TypeRow[];
    readonly engine: string;
    readonly syncType: string;
    readonly expansions: readonly Expansion[];
  };
  /** What a connector says of itself. */
  readonly described?: {
    readonly resourceTypes: readonly TypeRow[];
    readonly metadata: { readonly capabilities: Readonly<Record<string, unknown>> };
  };
  readonly services?: readonly string[];
  readonly readers?: readonly SdkReader[];
  readonly unsealed?: readonly string[];
  /** The event feeds, and the lines that the SDK's own task printed. */
  readonly feeds?: readonly { readonly id: string; readonly types: readonly string[] }[];
  readonly events?: readonly EventLine[];
  /** What a single call was answered. */
  readonly answer?: unknown;
  /** The names of actions, behind those of their types. */
  readonly actions?: readonly string[];
  /** How the connector ended that was started as a child for this. */
  readonly child?: string;
  readonly health?: Readonly<Record<string, string>>;
}

/**
 * Runs the Go client, whose stores unpack themselves below `folder`. `onHeld` is waited for at the call that `-hold`
 * names.
 */
export async function runClient(
  binary: string,
  args: readonly string[],
  folder: string,
  onHeld?: () => Promise<void>,
  env: Environment = {},
): Promise<Report> {
  const child = launch(binary, args, { ...env, TMPDIR: folder });
  const { stdout, stderr } = gather(child);
  const ended = once(child, 'close') as Promise<[number | null]>;
  if (onHeld !== undefined) {
    while (!stdout().startsWith('held\n')) {
      await Promise.race([
        once(child.stdout, 'data'),
        ended.then(() =>
          Promise.reject(new Error(`the client never came to the call that it was to hold: ${stdout()}`)),
        ),
      ]);
    }
    await onHeld();
    child.stdin.write('go on\n');
  }
  const [code] = await ended;
  if (code !== 0) {
    throw new Error(`the client ended with ${code}: ${stderr().trim()}`);
  }
  return JSON.parse(stdout().replace(/^held\n/, '')) as Report;
}

/** Nothing of our environment but the path: settings and proxies of whoever runs this must not change the outcome. */
function launch(file: string, args: readonly string[], env: Environment) {
  return spawn(file, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
}

function gather({ stdout, stderr }: ChildProcess): { readonly stdout: () => string; readonly stderr: () => string } {
  const text = { stdout: '', stderr: '' };
  stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  return { stdout: () => text.stdout, stderr: () => text.stderr };
}
