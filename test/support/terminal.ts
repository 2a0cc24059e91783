import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const helper = fileURLToPath(new URL('terminal.py', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));

/** Whether this machine can lend a terminal. */
export const canLend: boolean = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

/** A Node that is older than ours needs, as `npx` may find it; undefined where there is none. */
export const olderNode: string | undefined = ['/usr/bin/node', '/usr/local/bin/node'].find((path) =>
  /^v2[0-3]\./.test(String(spawnSync(path, ['--version']).stdout ?? '')),
);

export interface TerminalOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Types these keys once the screen shows the text. */
  readonly type?: readonly { readonly on: RegExp; readonly keys: string }[];
  readonly node?: string;
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
}

/** Runs the built command line on a terminal, and returns all that it wrote to the screen. */
export function onTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const { node = process.execPath, nodeFlags = [] } = options;
  return inTerminal([node, ...nodeFlags, bin, ...args], options);
}

/** The same for any other program. */
export function inTerminal(
  command: readonly string[],
  { rows = 24, columns = 80, env = {}, cwd, type = [] }: TerminalOptions = {},
): Promise<{ readonly code: number | null; readonly screen: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [helper, String(rows), String(columns), ...command], {
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
      ...(cwd !== undefined && { cwd }),
    });
    const waiting = [...type];
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      while (waiting[0]?.on.test(screen) === true) {
        child.stdin.write(waiting.shift()?.keys ?? '');
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}
