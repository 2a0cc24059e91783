import { spawnSync } from 'node:child_process';
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

/** Does something with a file of a sync, which is made before anything is measured. */
function withFile(
  name: string,
  use: (file: string, folder: string, fixture: Fixture, conditions: Conditions) => Promise<Sample>,
): Contender {
  return async (fixture, conditions) => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
    const file = join(folder, name);
    try {
      await fixture.begin(conditions);
      await startNode([cliPath, 'sync', '--out', file, '--json'], settings(fixture)).ended();
      return [await use(file, folder, fixture, conditions)];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** A question to a file of a kind, all of whose answer is printed. */
function asked(extension: '.json' | '.c1z', command: 'who-can' | 'access', of: string): Contender {
  return withFile(`sync${extension}`, (file, _folder, fixture, conditions) =>
    measured(fixture, conditions, () => startNode([cliPath, command, file, of, '--json']).ended()),
  );
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
const goWriter: Contender = withFile('sync.c1z', async (file, folder, fixture) => {
  const [command = '', ...args] = pinned(1, [
    sdkWriter(),
    '-in',
    file,
    '-out',
    join(folder, 'written.c1z'),
    '-tmp',
    folder,
  ]);
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the Go SDK's writer ended with ${status}: ${stderr}`);
  }
  return sampleOf(JSON.parse(stdout) as Written, 0, await fixture.seen()); // it prints nothing else
});

/** The two writers; ours alone where there is no Go. */
export const writers: Readonly<Record<string, Contender>> = {
  'our writer': ourWriter,
  ...(hasGo && { 'Go SDK, sqlite': goWriter }),
};

function sampleOf({ seconds, cpuSeconds, bytes }: Written, rssMb: number, seen: Sample['seen']): Sample {
  return { wallS: seconds, startS: 0, cpuS: cpuSeconds, rssMb, loopDelayP99Ms: 0, loopDelayMaxMs: 0, seen, bytes };
}
