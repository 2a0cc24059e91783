import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';

let full: Emulator;
let shrunk: Emulator;
let other: Emulator;
let prepared: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  full = await startEmulator({ users: 300 });
  shrunk = await startEmulator({ users: 120 });
  other = await startEmulator({ users: 120, projectId: 'P2OtherProject00000000000000' });
  prepared = await temporaryFolder();
  await sync(full, join(prepared.path, 'sync.json'));
});

afterAll(async () => {
  await prepared[Symbol.asyncDispose]();
  await Promise.all([full, shrunk, other].map((emulator) => emulator.close()));
});

const sync = (emulator: Emulator, out: string, ...flags: readonly string[]): Promise<CliRun> => runCli(['sync', '--out', out, ...flags], { env: envOf(emulator) });
const told = ({ stderr }: CliRun): string[] => stderr.split('\n').filter((line) => line.startsWith('baton-descope:'));

/** Puts a complete file of 300 users into a folder. */
async function lastFile(folder: string): Promise<string> {
  const out = join(folder, 'sync.json');
  await copyFile(join(prepared.path, 'sync.json'), out);
  return out;
}

describe('a sync that finds far fewer than the file holds', () => {
  it('is held: exit 7, one line that says what shrank, the file byte for byte as it was and nothing beside it', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);
    const before = await readFile(out);

    const run = await sync(shrunk, out);

    expect(run.code).toBe(7);
    expect(told(run)).toEqual([expect.stringMatching(/users went from 300 to 120, .*--accept-shrink$/)]);
    expect(run.stdout).toBe('');
    expect((await readFile(out)).equals(before)).toBe(true);
    expect(await readdir(folder.path)).toEqual(['sync.json']);
  });

  it('goes on with --accept-shrink, and says so; the next one is compared with the smaller file', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);

    const accepted = await sync(shrunk, out, '--accept-shrink');
    const next = await sync(shrunk, out);

    expect([accepted.code, next.code]).toEqual([0, 0]);
    expect(accepted.stdout).toContain('note: users went from 300 to 120');
    expect(next.stdout).not.toContain('went from');
  });

  it('is never held at 100 percent, by flag or by environment', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);
    const held = await sync(shrunk, out, '--max-shrink', '59');

    const flagged = await sync(shrunk, out, '--max-shrink', '100');
    await lastFile(folder.path);
    const told = await runCli(['sync', '--out', out], { env: { ...envOf(shrunk), BATON_DESCOPE_MAX_SHRINK: '100' } });

    expect([held.code, flagged.code, told.code]).toEqual([7, 0, 0]);
  });

  it('is not compared with another project, and says so, beside the one line of --json', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);

    const run = await sync(other, out, '--json');

    expect(run.code).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(told(run)).toEqual([expect.stringContaining(`of another project, "${full.projectId}"`)]);
  });

  it('is not compared with another policy, which the summary tells', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);

    const run = await sync(shrunk, out, '--tenant-roles', 'observed');

    expect(run.code).toBe(0);
    expect(run.stdout).toContain('made with --tenant-roles all');
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ summary: { tenantRoles: 'observed' } });
  });

  it('is held as a .c1z file, too: exit 7, the file byte for byte as it was and nothing beside it; --accept-shrink goes on', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.c1z');
    await sync(full, out);
    const before = await readFile(out);

    const held = await sync(shrunk, out);
    const after = await readFile(out);
    const accepted = await sync(shrunk, out, '--accept-shrink');
    const next = await sync(full, out);

    expect([held.code, accepted.code, next.code]).toEqual([7, 0, 0]);
    expect(told(held)).toEqual([expect.stringMatching(/users went from 300 to 120, grants from .*--accept-shrink$/)]);
    expect(held.stdout).toBe('');
    expect(after.equals(before)).toBe(true);
    expect(accepted.stdout).toContain('note: users went from 300 to 120');
    expect(await readdir(folder.path)).toEqual(['sync.c1z']);
  });

  it('as a .c1z file is not compared with another project either, and says so', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'sync.c1z');
    await sync(full, out);

    const run = await sync(other, out);

    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`of another project, "${full.projectId}"`);
  });

  it('is no reason to take a percentage beyond 100: exit 2', async () => {
    const run = await sync(full, 'sync.json', '--max-shrink', '101');

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('from 0 to 100');
  });
});
