import { spawn } from 'node:child_process';
import { type GroupPermits, givePermits } from './parent-permits.ts';
import { ConnectorError, type ErrorKind, errorKinds } from '../errors.ts';

/** How a run of this program for one project ended. */
export interface ChildRun {
  readonly code: number;
  readonly stdout: string;
  /** What it said on stderr, a line each, as far as it was JSON. */
  readonly said: readonly Said[];
}

export interface Said {
  readonly level: string;
  readonly text: string;
  readonly kind: ErrorKind | undefined;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Given to the process over a channel, request by request; without them it asks for none. */
  readonly permits?: GroupPermits | undefined;
}

/** How long a process that was asked to end may take for it. */
const graceMs = 10_000;
const mostOutput = 8 * 1024 * 1024;

/**
 * Runs this program again for one project, in a process of its own: its memory is given back, its crash is its own, and
 * it can be ended. Standard input stays open for as long as we live: commands that begin with "_" end with it.
 */
export async function runChild(words: readonly string[], { env, signal, permits }: ChildOptions): Promise<ChildRun> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...words], {
    env,
    stdio: ['pipe', 'pipe', 'pipe', ...(permits === undefined ? [] : ['ipc' as const])],
  });
  const over = new AbortController();
  if (permits !== undefined) {
    givePermits(child, permits, AbortSignal.any([signal, over.signal]));
  }
  child.stdin?.on('error', () => undefined); // it need not read
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout = `${stdout}${text}`.slice(0, mostOutput)));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = `${stderr}${text}`.slice(-mostOutput)));
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  if (signal.aborted) {
    end();
  }
  signal.addEventListener('abort', end, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (ended, by) => resolve(ended ?? (by === null ? 70 : 128)));
    });
    return { code, stdout, said: stderr.split('\n').flatMap(saidIn) };
  } finally {
    clearTimeout(timer);
    over.abort();
    signal.removeEventListener('abort', end);
    child.stdin?.destroy();
  }
}

/** What went wrong in a run, as its own error. */
export function faultOf({ code, said }: ChildRun): ConnectorError {
  const errors = said.filter(({ level }) => level === 'error');
  const kind = errors.find((one) => one.kind !== undefined)?.kind ?? (code === 130 ? 'cancelled' : 'unavailable');
  const text = errors.map((one) => one.text.replace(/; `[^`]* doctor` examines the setup$/, '')).join('; ');
  return new ConnectorError(kind, text === '' ? `the process ended with ${code}, and said nothing` : text);
}

function saidIn(line: string): readonly Said[] {
  try {
    const { level, msg, kind } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return typeof msg === 'string'
      ? [{ level: String(level), text: msg, kind: errorKinds.find((known) => known === kind) }]
      : [];
  } catch {
    return [];
  }
}
