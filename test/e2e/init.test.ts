import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, runCli, temporaryFolder } from '../support/cli.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ managementKey: canary, users: 120 });
});

afterAll(async () => {
  await emulator.close();
});

/** `init` in a folder of its own, with the key on stdin. */
async function initIn(home: string, args: readonly string[], stdin = `${canary}\n`): Promise<CliRun> {
  return await runCli(['init', '--project-id', emulator.projectId, '--base-url', emulator.baseUrl, ...args], { env: { HOME: home }, cwd: home, stdin });
}

describe('init without a terminal', () => {
  it('checks the setup and writes settings and key into two files for the owner only, with which a sync then works', async () => {
    await using home = await temporaryFolder();
    const run = await initIn(home.path, []);

    const folder = join(home.path, '.config', 'baton-descope');
    const sync = await runCli(['sync', '--out', 'sync.json'], { env: { HOME: home.path }, cwd: home.path });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('ok    key            accepted');
    expect((await readdir(folder)).toSorted()).toEqual(['config.key', 'config.yaml']);
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toContain('management-key-file: "config.key"');
    expect(await readFile(join(folder, 'config.key'), 'utf8')).toBe(`${canary}\n`);
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, 'config.key'))).mode & 0o777, (await stat(join(folder, 'config.yaml'))).mode & 0o777]).toEqual([0o700, 0o600, 0o600]);
    expect(run.stdout + run.stderr).not.toContain('canary');
    expect(sync.code).toBe(0);
  });

  it('writes nothing when the key is refused, unless it is told not to look', async () => {
    await using home = await temporaryFolder();
    const refused = await initIn(home.path, ['--config', 'baton.yaml'], 'K2another\n');
    const left = await readdir(home.path);
    const before = emulator.stats.total;
    const unasked = await initIn(home.path, ['--config', 'baton.yaml', '--skip-doctor'], 'K2another\n');

    expect(refused.code).toBe(3);
    expect(left).toEqual([]);
    expect(unasked.code).toBe(0);
    expect(emulator.stats.total).toBe(before);
    expect((await readdir(home.path)).toSorted()).toEqual(['baton.key', 'baton.yaml']);
  });

  it('overwrites with --force only', async () => {
    await using home = await temporaryFolder();
    const name = 'baton.key';
    await writeFile(join(home.path, name), 'mine');
    const refused = await initIn(home.path, ['--config', 'baton.yaml']);
    const kept = await readFile(join(home.path, name), 'utf8');
    const forced = await initIn(home.path, ['--config', 'baton.yaml', '--force']);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--force');
    expect(kept).toBe('mine');
    expect(forced.code).toBe(0);
    expect(await readFile(join(home.path, name), 'utf8')).not.toBe('mine');
    expect((await readdir(home.path)).toSorted()).toEqual(['baton.key', 'baton.yaml']);
  });

  it('leaves nothing where only one of the two files could be written', async () => {
    await using home = await temporaryFolder();
    await mkdir(join(home.path, 'baton.yaml'));
    const run = await initIn(home.path, ['--config', 'baton.yaml', '--force']);

    expect(run.code).toBe(6);
    expect(await readdir(home.path)).toEqual(['baton.yaml']);
  });

  it('says what is missing', async () => {
    await using home = await temporaryFolder();
    const noKey = await initIn(home.path, [], '');

    expect(noKey).toMatchObject({ code: 2, stderr: expect.stringContaining('stdin does not hold a management key') as string });
    expect(await readdir(home.path)).toEqual([]);
  });
});

/** Types each answer when its question shows, on a terminal of its own. */
function onTerminal(home: string, answers: readonly (readonly [question: string, answer: string])[]): Promise<{ readonly code: number | null; readonly screen: string }> {
  return new Promise((resolve, reject) => {
    const command = `'${process.execPath}' '${bin}' init --base-url ${emulator.baseUrl} --config baton.yaml`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: home, env: { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm' } });
    let screen = '';
    let unanswered = answers;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [next] = unanswered;
      if (next !== undefined && screen.includes(next[0])) {
        unanswered = unanswered.slice(1);
        child.stdin.write(next[1]);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}

describe.skipIf(!existsSync('/usr/bin/script'))('init on a terminal', () => {
  it('asks for the project and the key, and shows nothing of the key', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', `${canary}\r`],
    ]);

    expect(code).toBe(0);
    expect(screen).not.toContain('canary');
    expect(await readFile(join(home.path, 'baton.key'), 'utf8')).toBe(`${canary}\n`);
  });

  it('leaves nothing behind after Ctrl-C', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', '\u0003'],
    ]);

    expect(code).toBe(130);
    expect(screen).toContain('nothing was written');
    expect(await readdir(home.path)).toEqual([]);
  });
});
