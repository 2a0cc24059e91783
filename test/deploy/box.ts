import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type ImageFacts, root } from './dockerfile.ts';

/**
 * The image's file tree, made without a container engine, and a box to run it in: the same user by number, everything
 * read-only but one folder, no capability, no way to new privileges, a process tree of its own in which ours is number
 * 1. What an engine adds besides (its seccomp filter, cgroup limits, a network of its own) is not here.
 */
export interface Box {
  /** The writable folder, as seen from outside. */
  readonly data: string;
  readonly image: string;
  /** Starts a command line in the box. `pid` is that of process 1 in the box, as seen from outside. */
  readonly run: (command: readonly string[], env?: Readonly<Record<string, string>>) => BoxRun;
  /** Ends whatever still runs in it, and takes its files away. */
  readonly remove: () => void;
}

export interface BoxRun {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** True when this machine can make such a box; otherwise why not. */
export function canMakeBoxes(): true | string {
  if (process.platform !== 'linux') return 'not Linux';
  if (spawnSync('bwrap', ['--version']).error !== undefined)
    return 'no bubblewrap (Debian: apt-get install bubblewrap)';
  const { status, stderr } = spawnSync(
    'bwrap',
    ['--ro-bind', '/', '/', '--unshare-user', '--unshare-pid', '--proc', '/proc', '--', '/bin/true'],
    { encoding: 'utf8' },
  );
  return status === 0 ? true : `bubblewrap may not make namespaces here (${stderr.trim()})`;
}

/** Carries out the Dockerfile's build lines below a folder of their own, and puts the final stage's files together. */
export function makeBox(facts: ImageFacts): Box {
  const base = mkdtempSync(join(tmpdir(), 'baton-descope-box-'));
  const [build, image, data] = ['build', 'image', 'data'].map((name) => join(base, name)) as [string, string, string];
  mkdirSync(build);
  for (const { word, rest } of facts.build) {
    if (word === 'COPY') copyInto(build, rest);
    else if (rest.includes('npm ')) runLine(build, rest); // the other lines make folders at the root of a machine, which here is not ours
  }
  for (const path of ['app', 'data', 'nodejs/bin', 'proc', 'dev']) mkdirSync(join(image, path), { recursive: true });
  copyFileSync(process.execPath, join(image, facts.entrypoint[0]));
  chmodSync(join(image, facts.entrypoint[0]), 0o755);
  for (const library of librariesOf(process.execPath)) {
    mkdirSync(join(image, dirname(library)), { recursive: true });
    copyFileSync(library, join(image, library));
  }
  for (const file of ['package.json', 'LICENSE', 'NOTICE', 'bin'])
    cpSync(join(root, file), join(image, 'app', file), { recursive: true });
  for (const folder of ['node_modules', 'dist'])
    cpSync(join(build, folder), join(image, 'app', folder), { recursive: true, verbatimSymlinks: true });
  rmSync(build, { recursive: true });
  chmodSync(base, 0o755);
  mkdirSync(data, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(data, facts.user.uid, facts.user.gid);
  const runs: BoxRun[] = [];
  return {
    data,
    image,
    run: (command, env = {}) => {
      const run = runInBox(facts, image, data, command, env);
      runs.push(run);
      return run;
    },
    remove: () => {
      for (const { child } of runs) child.kill('SIGKILL'); // process 1 of the box dies with it
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function copyInto(folder: string, rest: string): void {
  const paths = rest.split(' ');
  const target = paths.pop() ?? '.';
  for (const path of paths) {
    cpSync(
      join(root, path),
      paths.length > 1 || target.endsWith('/') ? join(folder, target, basename(path)) : join(folder, target),
      { recursive: true },
    );
  }
}

function runLine(cwd: string, line: string): void {
  const { status, stderr, stdout } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${line} ended with ${status}:\n${stdout}${stderr}`);
}

function librariesOf(binary: string): string[] {
  return [...spawnSync('ldd', [binary], { encoding: 'utf8' }).stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(
    ([, path]) => path ?? [],
  );
}

function runInBox(
  { user, env: imageEnv }: ImageFacts,
  image: string,
  data: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): BoxRun {
  const isRoot = process.getuid?.() === 0;
  const settings = Object.entries({ ...imageEnv, ...env }).flatMap(([name, value]) => ['--setenv', name, value]);
  const restrictions = [
    '--unshare-all',
    '--share-net',
    '--as-pid-1',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    '--uid',
    String(user.uid),
    '--gid',
    String(user.gid),
  ];
  const files = [
    '--ro-bind',
    image,
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--bind',
    data,
    '/data',
    '--remount-ro',
    '/dev',
    '--chdir',
    '/data',
    '--clearenv',
    ...settings,
  ];
  const child = spawn(
    'bwrap',
    [...restrictions, ...files, '--info-fd', '3', '--', ...command],
    // Where we are root, the box begins as the image's user on this machine, too, so that the files' owner is the real
    // one.
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], ...(isRoot && { uid: user.uid, gid: user.gid }) },
  );
  let output = '';
  let info = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += String(text)));
  child.stdio[3]?.on('data', (text: Buffer) => (info += String(text)));
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? -1 : 128)));
  });
  return {
    child,
    ended,
    output: () => output,
    kill: (signal) => {
      const pid = Number(/"child-pid":\s*(\d+)/.exec(info)?.[1]);
      process.kill(pid, signal);
    },
  };
}
