// Reads a large embedded project with the built program inside a small heap, and watches how much memory it takes.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const bin = join(import.meta.dirname, '..', 'bin', 'baton-descope.js');
const everyMs = 100;

interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  readonly peakMb: number;
  readonly seconds: number;
  readonly stderr: string;
}

/** The emulator in a process of its own: its memory is not ours. */
async function startProject(users: number): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): void }> {
  const child = spawn(process.execPath, [bin, 'emulator', '--port', '0', '--users', String(users)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const env: Record<string, string> = {};
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.on('exit', () => reject(new Error('the emulator ended')));
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      for (const [, name = '', value = ''] of text.matchAll(/^export (\w+)=(\S+)$/gm)) {
        env[name] = value;
      }
      if (text.includes('npx')) {
        resolve();
      }
    });
  });
  return { env, stop: () => void child.kill() };
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function sync(env: Readonly<Record<string, string>>, out: string, heapMb: number): Promise<Run> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, bin, 'sync', '--out', out], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  let peakMb = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timer = setInterval(() => void peakOf(child.pid ?? 0).then((mb) => (peakMb = Math.max(peakMb, mb))), everyMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  clearInterval(timer);
  return { code, signal, peakMb, seconds: (performance.now() - startedAt) / 1000, stderr };
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new Error(`a whole number is wanted, not ${text}`);
  }
  return value;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      users: { type: 'string', default: '100000' },
      limit: { type: 'string', default: '256' },
      heap: { type: 'string', default: '128' },
      squeezed: { type: 'string', default: '16' },
    },
  });
  const [users, limitMb, heapMb, squeezedMb] = [
    whole(values.users),
    whole(values.limit),
    whole(values.heap),
    whole(values.squeezed),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-memory-'));
  const project = await startProject(users);
  let failures = 0;
  const check = (isGood: boolean, what: string): void => {
    failures += Number(!isGood);
    console.log(`${isGood ? 'ok  ' : 'FAIL'} ${what}`);
  };
  try {
    for (const name of ['sync.json', 'sync.c1z']) {
      const out = join(folder, name);
      const { code, signal, peakMb, seconds } = await sync(project.env, out, heapMb);
      check(
        code === 0 && peakMb > 0 && peakMb <= limitMb,
        `${users.toLocaleString('en')} users into ${name}: exit ${code ?? signal ?? ''}, ${peakMb.toFixed(0)} MB ` +
          `resident at most (heap ${heapMb} MB, limit ${limitMb} MB), ${seconds.toFixed(1)} s`,
      );
      await writeFile(out, 'the old file');
      const squeezed = await sync(project.env, out, squeezedMb);
      const isUntouched = (await readFile(out, 'utf8')) === 'the old file';
      check(
        squeezed.code !== 0 && isUntouched,
        `squeezed to a heap of ${squeezedMb} MB: ended with ${squeezed.code ?? squeezed.signal ?? ''}, old file ` +
          (isUntouched ? 'as it was' : 'TOUCHED'),
      );
      await rm(out);
    }
    await sync(project.env, join(folder, 'sync.json'), heapMb);
    await sync(project.env, join(folder, 'sync.c1z'), heapMb);
    const names = await readdir(folder);
    check(names.length === 2, `what was left behind is swept: ${names.join(', ')}`);
  } finally {
    project.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
