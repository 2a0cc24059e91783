import { copyFile, cp, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
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

const sync = (emulator: Emulator, out: string, ...flags: readonly string[]): Promise<CliRun> =>
  runCli(['sync', '--out', out, ...flags], { env: envOf(emulator) });
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

  it('is no reason to take a percentage beyond 100: exit 2', async () => {
    const run = await sync(full, 'sync.json', '--max-shrink', '101');

    expect(run.code).toBe(2);
    expect(run.stderr).toContain('from 0 to 100');
  });
});

describe('a file of another project', () => {
  const kinds = ['json', 'ndjson', 'c1z', 'csv', 'xlsx', 'html'];
  let written = '';
  beforeAll(async () => {
    written = await mkdtemp(join(prepared.path, 'kinds-'));
    for (const kind of kinds) {
      await runCli([
        kind === 'html' ? 'report' : 'export',
        join(prepared.path, 'sync.json'),
        '--out',
        join(written, `sync.${kind}`),
      ]);
    }
    await sync(other, join(written, 'other.json'));
  });
  const bytesOf = async (path: string): Promise<string> =>
    (await stat(path)).isDirectory() ? readFile(join(path, 'about.json'), 'utf8') : readFile(path, 'latin1');

  it.each(kinds)(
    'is not replaced as .%s, by sync, export or report: exit 7 with the way to go on, and nothing is sent',
    async (kind) => {
      await using folder = await temporaryFolder();
      const out = join(folder.path, `sync.${kind}`);
      await cp(join(written, `sync.${kind}`), out, { recursive: true });
      const before = await bytesOf(out);
      const requests = other.stats.total;

      const run =
        kind === 'html' ? await runCli(['report', join(written, 'other.json'), '--out', out]) : await sync(other, out);
      const exported = await runCli([kind === 'html' ? 'report' : 'export', join(written, 'other.json'), '--out', out]);

      expect([run.code, exported.code]).toEqual([7, 7]);
      for (const { stdout, stderr } of [run, exported]) {
        expect(stderr).toMatch(
          new RegExp(
            `^baton-descope: held back, .*another project, "${full.projectId}".*--replace-other-project$`,
            'm',
          ),
        );
        expect(stdout).toBe('');
      }
      expect(other.stats.total).toBe(requests);
      expect(await bytesOf(out)).toBe(before);
      expect(await readdir(folder.path)).toEqual([`sync.${kind}`]);
    },
  );

  it.each(kinds)('is replaced as .%s with --replace-other-project, which is told', async (kind) => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, `sync.${kind}`);
    await cp(join(written, `sync.${kind}`), out, { recursive: true });

    const run = await runCli([
      kind === 'html' ? 'report' : 'export',
      join(written, 'other.json'),
      '--out',
      out,
      '--replace-other-project',
    ]);
    const again = await runCli([kind === 'html' ? 'report' : 'export', join(written, 'other.json'), '--out', out]);

    expect([run.code, again.code]).toEqual([0, 0]);
    expect(run.stdout + run.stderr).toContain(`of another project, "${full.projectId}"; it is replaced`);
  });

  it('is known when another tool has laid it out anew', async () => {
    await using folder = await temporaryFolder();
    const out = await lastFile(folder.path);
    await writeFile(out, JSON.stringify(JSON.parse(await readFile(out, 'utf8')), undefined, 2));

    expect((await sync(other, out)).code).toBe(7);
    expect((await sync(full, out)).code).toBe(0);
  });

  it('keeps serve from syncing into its folder, before anything is served', async () => {
    await using folder = await temporaryFolder();
    await copyFile(join(prepared.path, 'sync.json'), join(folder.path, 'latest.json'));

    const run = await runCli(['serve', '--listen', '127.0.0.1:0', '--sync-every', '1h', '--out', folder.path], {
      env: envOf(other),
    });

    expect(run.code).toBe(7);
    expect(run.stderr).toMatch(
      /another project, .*(?:npx \.|node \S+) sync --out .*latest\.json --replace-other-project/,
    );
  });
});

describe('the project of a sync', () => {
  it('is kept from a .c1z file through a .json file: a comparison and the guard know it', async () => {
    await using folder = await temporaryFolder();
    const [packed, out] = [join(folder.path, 'sync.c1z'), join(folder.path, 'sync.json')];
    await sync(full, packed);
    await runCli(['export', packed, '--out', out]);

    const diff = await runCli(['diff', packed, out]);
    const held = await sync(shrunk, out);
    const foreign = await sync(other, out);

    expect(diff.stdout).not.toContain('two projects');
    expect([diff.code, held.code, foreign.code]).toEqual([0, 7, 7]);
    expect(told(held)).toEqual([expect.stringContaining('users went from 300 to 120')]);
  });
});
