import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/answers/open.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'baton-descope.js');
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 300 });
});
afterAll(() => emulator.close());

/** Runs a line of the shell, as a user would. */
async function shell(
  line: string,
  cwd: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = { ...envOf(emulator), PATH: process.env['PATH'] ?? '', BD: `${process.execPath} ${bin}` };
  try {
    return { code: 0, ...(await promisify(execFile)('bash', ['-c', line], { cwd, env, maxBuffer: 64 * 1024 * 1024 })) };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }; // what execFile rejects with
    return { code, stdout, stderr };
  }
}

describe('a sync without --out', () => {
  it('writes sync.json in the folder it is called in, and says so', async () => {
    await using folder = await temporaryFolder();

    const run = await runCli(['sync'], { env: envOf(emulator), cwd: folder.path });

    expect([run.code, await readdir(folder.path)]).toEqual([0, ['sync.json']]);
    expect(run.stdout).toMatch(/Wrote .*sync\.json \(--out names another file\)\n$/);
  });

  it('replaces its own file, and not one of somebody else', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'sync.json'), '{"mine":true}');

    const run = await runCli(['sync'], { env: envOf(emulator), cwd: folder.path });
    const named = await runCli(['sync', '--out', 'sync.json'], { env: envOf(emulator), cwd: folder.path });
    const again = await runCli(['sync'], { env: envOf(emulator), cwd: folder.path });

    expect([run.code, named.code, again.code]).toEqual([7, 0, 0]);
    expect(run.stderr).toContain('exists and is not a sync file; name another with --out');
  });
});

describe('--out -', () => {
  it.each(['-', '/dev/stdout'])(
    'as %s streams a whole sync as lines of JSON, and nothing else is on stdout',
    async (out) => {
      await using folder = await temporaryFolder();

      const { code, stdout, stderr } = await runCli(['sync', '--out', out], { env: envOf(emulator), cwd: folder.path });
      await writeFile(join(folder.path, 'copy.ndjson'), stdout);
      await using source = await openSource(join(folder.path, 'copy.ndjson'));
      let rows = 0;
      for await (const batch of source.rows()) {
        rows += batch.length; // to its end: the hash is of what was streamed
      }

      expect(rows).toBeGreaterThan(300);
      expect(code).toBe(0);
      expect(source.summary.counts?.resources['user']).toBe(300);
      expect(stderr).toMatch(/Users +300/);
      expect(await readdir(folder.path)).toEqual(['copy.ndjson']);
    },
  );

  it('of an export is the same file as one with a name', async () => {
    await using folder = await temporaryFolder();
    await runCli(['sync'], { env: envOf(emulator), cwd: folder.path });

    const streamed = await runCli(['export', 'sync.json', '--out', '-'], { cwd: folder.path });
    await runCli(['export', 'sync.json', '--out', 'sync.ndjson'], { cwd: folder.path });

    expect(streamed.stdout).toBe(await readFile(join(folder.path, 'sync.ndjson'), 'utf8'));
  });

  it('of a report is refused: a page is a file', async () => {
    const { code, stderr } = await runCli(['report', 'sync.json', '--out', '-']);

    expect([code, stderr]).toEqual([2, expect.stringContaining('name one, such as report.html')]);
  });

  it('stops in silence when its reader has seen enough', async () => {
    await using folder = await temporaryFolder();

    const { stdout, stderr } = await shell('$BD sync --out - | head -1; echo "${PIPESTATUS[0]}"', folder.path);

    expect(stdout.split('\n').slice(0, 2)).toEqual(['{"format":"baton-descope.sync","version":1}', '141']);
    expect(stderr).not.toMatch(/a bug|EPIPE/);
  });

  it.runIf(existsSync('/dev/full'))('says once that the disk is full: exit 6', async () => {
    await using folder = await temporaryFolder();

    const { code, stderr } = await shell('$BD sync --out - > /dev/full', folder.path);

    expect(code).toBe(6);
    expect(stderr.match(/the disk is full/g)).toHaveLength(1);
  });
});

describe('two syncs at once', () => {
  it.each(['json', 'c1z', 'csv', 'xlsx'])(
    'into one .%s leave one whole output, and nothing beside it',
    async (kind) => {
      await using folder = await temporaryFolder();
      const out = join(folder.path, `sync.${kind}`);

      const runs = await Promise.all([0, 1, 2].map(() => runCli(['sync', '--out', out], { env: envOf(emulator) })));

      expect(
        runs.map(({ code }) => code),
        runs.map(({ stderr }) => stderr).join(''),
      ).toEqual([0, 0, 0]);
      expect(await readdir(folder.path)).toEqual([`sync.${kind}`]);
    },
  );
});
