import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, runCli, temporaryFolder } from '../support/cli.ts';
import { canLend, inTerminal, olderNode } from '../support/terminal.ts';

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
  return await runCli(['init', '--project-id', emulator.projectId, '--base-url', emulator.baseUrl, ...args], {
    env: { HOME: home },
    cwd: home,
    stdin,
  });
}

describe('init without a terminal', () => {
  it('checks the setup and writes settings and key into two files for the owner only, with which a sync then works', async () => {
    await using home = await temporaryFolder();
    const run = await initIn(home.path, []);

    const folder = join(home.path, '.config', 'baton-descope');
    const sync = await runCli(['sync', '--out', 'sync.json'], { env: { HOME: home.path }, cwd: home.path });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('ok    key              accepted');
    expect((await readdir(folder)).toSorted()).toEqual(['config.key', 'config.yaml']);
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toContain('management-key-file: "config.key"');
    expect(await readFile(join(folder, 'config.key'), 'utf8')).toBe(`${canary}\n`);
    expect([
      (await stat(folder)).mode & 0o777,
      (await stat(join(folder, 'config.key'))).mode & 0o777,
      (await stat(join(folder, 'config.yaml'))).mode & 0o777,
    ]).toEqual([0o700, 0o600, 0o600]);
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

  it('takes the types that --include names, and refuses one that there is not', async () => {
    await using home = await temporaryFolder();
    const unknown = await initIn(home.path, ['--config', 'baton.yaml', '--include', 'groups']);
    const run = await initIn(home.path, ['--config', 'baton.yaml', '--include', 'access_key,idp_group']);

    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('"groups"') as string });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^ok +groups +can be read, for idp_group$/m);
    expect(await readFile(join(home.path, 'baton.yaml'), 'utf8')).toContain('\ninclude: "access_key,idp_group"\n');
  });

  it('says what is missing', async () => {
    await using home = await temporaryFolder();
    const noKey = await initIn(home.path, [], '');

    expect(noKey).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin does not hold a management key') as string,
    });
    expect(await readdir(home.path)).toEqual([]);
  });
});

describe('the command that init prints', () => {
  /** Runs the printed command in a shell, as who pastes it does. */
  async function paste(folder: string, env: Readonly<Record<string, string>>, printed: string): Promise<number | null> {
    const command = /^Next: (.*)$/m.exec(printed)?.[1] ?? expect.fail('no command');
    const child = spawn('sh', ['-c', command], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } });
    return await new Promise((resolve) => child.on('close', resolve));
  }

  it.each(['a b', "it's", '$HOME;x', '"q"', 'plain'])(
    'can be pasted, whatever the folder is named: %s',
    async (name) => {
      await using home = await temporaryFolder();
      const folder = join(home.path, name);
      await mkdir(folder);
      const run = await initIn(home.path, ['--config', join(name, 'baton.yaml')]);

      expect(run.code).toBe(0);
      expect(await paste(home.path, { HOME: home.path }, run.stdout)).toBe(0);
    },
  );

  it('names the file where it would not be found, or not be obeyed, by itself', async () => {
    await using home = await temporaryFolder();
    await chmod(home.path, 0o777);
    const here = await initIn(home.path, ['--config', 'baton.yaml']);
    await chmod(home.path, 0o700);
    const atHome = await initIn(home.path, []);

    expect(here.stdout).toContain(`--config ${join(home.path, 'baton.yaml')}`);
    expect(here.stdout).toContain('can be changed by every user of this machine');
    expect(atHome.stdout).toContain(`--config ${join(home.path, '.config', 'baton-descope', 'config.yaml')}`); // ./baton.yaml would come first
  });

  it('writes the file that BATON_CONFIG names, which needs no flag', async () => {
    await using home = await temporaryFolder();
    const env = {
      HOME: home.path,
      BATON_CONFIG: join(home.path, 'named.yaml'),
      DESCOPE_PROJECT_ID: emulator.projectId,
      DESCOPE_BASE_URL: emulator.baseUrl,
    };
    const run = await runCli(['init'], { cwd: home.path, env, stdin: canary });

    expect(run.stdout).toMatch(/^Next: (?:npx \.|node \S+) sync --out sync\.json$/m);
    expect(await readFile(join(home.path, 'named.yaml'), 'utf8')).toContain(
      `base-url: ${JSON.stringify(emulator.baseUrl)}`,
    );
  });
});

/** Types each answer when its question shows, on a terminal of its own. */
function onTerminal(
  home: string,
  answers: readonly (readonly [question: string | RegExp, answer: string])[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  return new Promise((resolve, reject) => {
    const command = `'${process.execPath}' '${bin}' init --base-url ${emulator.baseUrl} --config baton.yaml`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: home,
      env: { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm' },
    });
    let screen = '';
    let unanswered = answers;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [next] = unanswered;
      if (next !== undefined && (typeof next[0] === 'string' ? screen.includes(next[0]) : next[0].test(screen))) {
        unanswered = unanswered.slice(1);
        child.stdin.write(next[1]);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}

/** Types into a shell with job control, each line when the text before it shows. */
async function inShell(
  home: string,
  node: string,
  steps: readonly (readonly [on: RegExp, keys: string])[],
): Promise<string> {
  const command = `'${node}' '${bin}' init --base-url ${emulator.baseUrl} --config baton.yaml`;
  const { screen } = await inTerminal(['bash', '--norc', '--noprofile', '-i'], {
    cwd: home,
    env: { HOME: home },
    type: [{ on: /[#$] $/, keys: `${command}\n` }, ...steps.map(([on, keys]) => ({ on, keys }))],
  });
  return screen;
}

describe.runIf(canLend && existsSync('/bin/bash'))('init in a shell', () => {
  it.each([process.execPath, ...(olderNode === undefined ? [] : [olderNode])])(
    'can be stopped with Ctrl-Z and taken up again, under %s',
    async (node) => {
      await using home = await temporaryFolder();
      const screen = await inShell(home.path, node, [
        [/Project id/, '\u001A'],
        [/Stopped[^]*[#$] $/, 'fg\n'],
        [/Stopped[^]*\? Project id/, `${emulator.projectId}\r`],
        [/Management key/, `${canary}\r`],
        [/Include \(/, '\r'],
        [/Next: [^]*[#$] $/, 'echo "code $?"; exit\n'],
      ]);

      expect(screen).toContain('code 0');
      expect(screen).not.toContain('canary');
    },
  );
});

describe.skipIf(!existsSync('/usr/bin/script'))('init on a terminal', () => {
  it('asks for the project and the key, and shows nothing of the key', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', `${canary}\r`],
      ['Include (', '\r'],
    ]);

    expect(code).toBe(0);
    expect(screen).not.toContain('canary');
    expect(await readFile(join(home.path, 'baton.key'), 'utf8')).toBe(`${canary}\n`);
  });

  it('checks the form of the id before it asks for the key', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', 'P2short\r'],
      ['28 or 32 characters', `${canary}\r`],
      ['must begin with "P"', `${emulator.projectId}\r`],
      ['Management key', `"${canary}"\r`],
      ['has quotes around the key', `${canary}\r`],
      ['Include (', '\r'],
    ]);

    expect(code).toBe(0);
    expect(screen.indexOf('28 or 32 characters')).toBeLessThan(screen.indexOf('Management key'));
    expect(await readFile(join(home.path, 'baton.key'), 'utf8')).toBe(`${canary}\n`);
  });

  it('asks again after a wrong key, with what to look at, and keeps the id on Enter', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id (Console', `${emulator.projectId}\r`],
      ['Management key', 'K2wrong\r'],
      ['Project id (Enter keeps it)', '\r'],
      [/Enter keeps it[^]*Management key/, `${canary}\r`],
      ['Include (', '\r'],
    ]);

    expect(code).toBe(0);
    expect(screen).toContain('Compare the project id with Console > Project');
    expect(await readFile(join(home.path, 'baton.key'), 'utf8')).toBe(`${canary}\n`);
  });

  it('offers the included types with what they cost, looks whether the key may read them, and writes them down', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', `${canary}\r`],
      ['Include (', 'groups\r'],
      [/names\s+"groups"/, 'idp_group\r'],
    ]);

    expect(code).toBe(0);
    expect(screen).toMatch(/idp_group +2 requests a tenant: up to \d+/);
    expect(screen).toMatch(/tenant reads +\d+ requests, 2 for each of/);
    expect(stripVTControlCharacters(screen).match(/ok {4}users /g)).toHaveLength(1);
    expect(await readFile(join(home.path, 'baton.yaml'), 'utf8')).toContain('\ninclude: "idp_group"\n');
  });

  it('asks again for types that the key may not read', async () => {
    await using home = await temporaryFolder();
    const rule = emulator.faults.add({
      match: { endpoint: 'POST /v1/mgmt/group/all' },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403 },
    });
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', `${canary}\r`],
      ['Include (', 'idp_group\r'],
      ['Include it anyway?', 'n\r'],
      [/anyway\?[^]*Include \(/, '\r'],
    ]);
    rule.remove();

    expect(code).toBe(0);
    expect(screen).toContain('right for POST /v1/mgmt/group/all');
    expect(await readFile(join(home.path, 'baton.yaml'), 'utf8')).not.toContain('include');
  });

  it('asks three times at most, and then whether to write it all the same', async () => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id (Console', `${emulator.projectId}\r`],
      ['Management key', 'K2wrong\r'],
      [/Enter keeps it/, '\r'],
      [/Enter keeps it[^]*Management key/, 'K2wrong\r'],
      [/(Try again[^]*){2}Enter keeps it/, '\r'],
      [/(Try again[^]*){2}Management key/, 'K2wrong\r'],
      ['Write it anyway?', 'n\r'],
    ]);

    expect(code).toBe(3);
    expect(screen).toContain('nothing was written');
    expect(await readdir(home.path)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('leaves nothing behind after %s', async (_name, keys) => {
    await using home = await temporaryFolder();
    const { code, screen } = await onTerminal(home.path, [
      ['Project id', `${emulator.projectId}\r`],
      ['Management key', keys],
    ]);

    expect(screen).not.toContain('Warning');
    expect(code).toBe(130);
    expect(screen).toContain('nothing was written');
    expect(await readdir(home.path)).toEqual([]);
  });
});
