import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, measured, type Sample, settings } from './contenders.ts';
import type { Conditions } from './fixture.ts';
import { hasGo, sdkWriter } from './go.ts';
import { cliPath, type Fixture, pinned, startNode } from './processes.ts';

/** What a program tells that measures itself. */
interface Written {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly bytes: number;
}

type Extension = '.json' | '.c1z';

/** Files that were made for a scenario, by its conditions and the kind of file; they go away with this process. */
const made = new WeakMap<Conditions, Map<Extension, Promise<string>>>();

async function fileOf(extension: Extension, fixture: Fixture, conditions: Conditions): Promise<string> {
  const files = made.get(conditions) ?? new Map<Extension, Promise<string>>();
  made.set(conditions, files);
  const file = files.get(extension) ?? makeFile(extension, fixture, conditions);
  files.set(extension, file);
  return await file;
}

async function makeFile(extension: Extension, fixture: Fixture, conditions: Conditions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, `sync${extension}`);
  await fixture.begin(conditions);
  await startNode([cliPath, 'sync', '--out', file, '--json'], settings(fixture)).ended();
  return file;
}

/** A question to a file of a kind, all of whose answer is printed. */
function asked(extension: Extension, command: 'who-can' | 'access', of: string): Contender {
  return async (fixture, conditions) => {
    const file = await fileOf(extension, fixture, conditions);
    return [await measured(fixture, conditions, () => startNode([cliPath, command, file, of, '--json']).ended())];
  };
}

/** The same questions to both kinds of file. */
export const questions: Readonly<Record<string, Contender>> = {
  'who-can, json': asked('.json', 'who-can', 'invoices.approve'),
  'who-can, c1z': asked('.c1z', 'who-can', 'invoices.approve'),
  'access, json': asked('.json', 'access', 'person.7@company-7.example'),
  'access, c1z': asked('.c1z', 'access', 'person.7@company-7.example'),
};

/** Our writer of `.c1z` by itself: the rows are in memory before it is measured. */
const ourWriter: Contender = async (fixture, conditions) => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  try {
    await fixture.begin(conditions);
    const script = fileURLToPath(new URL('write-c1z.ts', import.meta.url));
    const { stdout, measured: process } = await startNode([script, fixture.address, join(folder, 'sync.c1z')]).ended();
    return [sampleOf(JSON.parse(stdout) as Written, process.rssMb, await fixture.seen())]; // it prints nothing else
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The Go SDK's writer, with the same rows in memory. */
const goWriter: Contender = async (fixture, conditions) => {
  const file = await fileOf('.c1z', fixture, conditions);
  const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
  try {
    const args = ['-in', file, '-out', join(folder, 'written.c1z'), '-tmp', folder];
    const [command = '', ...rest] = pinned(1, [sdkWriter(), ...args]);
    const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`the Go SDK's writer ended with ${status}: ${stderr}`);
    }
    return [sampleOf(JSON.parse(stdout) as Written, 0, await fixture.seen())]; // it prints nothing else
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The two writers; ours alone where there is no Go. */
export const writers: Readonly<Record<string, Contender>> = {
  'our writer': ourWriter,
  ...(hasGo && { 'Go SDK, sqlite': goWriter }),
};

function sampleOf({ seconds, cpuSeconds, bytes }: Written, rssMb: number, seen: Sample['seen']): Sample {
  return { wallS: seconds, startS: 0, cpuS: cpuSeconds, rssMb, loopDelayP99Ms: 0, loopDelayMaxMs: 0, seen, bytes };
}
