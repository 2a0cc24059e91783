import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasColors, widthOf } from '../../src/cli/terminal.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
  await runCli(['sync', '--out', 'sync.json'], { env: envOf(emulator), cwd: folder.path });
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

const escape = '\u001B';
const linesOf = (screen: string): readonly string[] =>
  screen
    .replaceAll(new RegExp(String.raw`${escape}\[[\d;?]*[A-Za-z]`, 'g'), '')
    .split(/\r?\n/)
    .map((line) => line.split('\r').at(-1) ?? '');

describe.runIf(canLend)('a terminal', () => {
  it('is left as it was found by a watched fleet, which draws on a screen of its own', async () => {
    const projects = Array.from({ length: 30 }, (_none, place) => ({ id: `P${place}`, name: `company-${place}` }));
    const fleet = join(folder.path, 'fleet.yaml');
    await writeFile(fleet, JSON.stringify({ version: 1, defaults: { key: { env: 'K' } }, projects }), { mode: 0o600 });
    const { screen } = await onTerminal(['fleet', 'status', '--watch', '--file', fleet], {
      type: [{ on: /30 projects/, keys: '\u0003' }],
    });
    const [before = '', drawn = ''] = screen.split(`${escape}[H`);

    expect(before).toContain(`${escape}[?1049h`);
    expect(screen.trimEnd().endsWith(`${escape}[?1049l`)).toBe(true);
    expect(drawn.split('\r\n')).toHaveLength(24);
    expect(drawn).toMatch(/and 9 more: 9 never synced/);
  });

  it.each([
    [['--help'], 80],
    [['sync', '--help'], 80],
    [['serve', '--help'], 0],
    [['config', 'show'], 80],
    [['config', 'show'], 0],
    [['who-can', 'sync.json', 'invoices.approve'], 0],
    [['access', 'sync.json', 'Ada Lovelace'], 80],
    [['sync', '--out', 'again.json'], 0],
    [['demo'], 80],
    [['report', 'sync.json', '--out', 'a-page-with-a-rather-long-name-of-its-own.html'], 80],
    [['export', 'sync.json', '--out', 'sync.parquet'], 80],
    [['grant', '--role', 'Editr', '--in', 'Acme', '--to', 'ada.lovelace@acme.example'], 80],
    [
      [
        'grant',
        '--role',
        'Editor',
        '--in',
        'Initech',
        '--to',
        'ada.lovelace@acme.example',
        '--join-tenant',
        '--dry-run',
      ],
      0,
    ],
    [['emulator', '--port', '99999'], 80],
    [['access', 'sync.json', 'nobody.of.that.name@acme.example'], 80],
  ])('gets nothing wider than 80 columns: %j, on one that says it has %d', async (args, columns) => {
    const { screen } = await onTerminal(args, { columns, env: envOf(emulator), cwd: folder.path });

    expect(linesOf(screen).filter((line) => line.length > 80 && !/^Wrote |^ +\{|^The whole answer/.test(line))).toEqual(
      [],
    );
    expect(linesOf(screen).length).toBeGreaterThan(2);
  });

  it('that calls itself dumb gets plain lines', async () => {
    const { screen } = await onTerminal(['sync', '--out', 'again.json'], {
      env: { ...envOf(emulator), TERM: 'dumb' },
      cwd: folder.path,
    });

    expect(screen).toContain('Reading project');
    expect(screen).not.toContain(escape);
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
    [{ FORCE_COLOR: '0' }, false],
  ])('gets colour where it is wanted: %j', async (env, isColoured) => {
    const { screen } = await onTerminal(['who-can', 'sync.json', 'invoices.approve'], { env, cwd: folder.path });

    expect(screen.includes(`${escape}[1m`)).toBe(isColoured);
  });
});

describe('a pipe', () => {
  it('gets colour only where it is forced', async () => {
    const args = ['who-can', 'sync.json', 'invoices.approve'];

    expect((await runCli(args, { cwd: folder.path })).stdout).not.toContain(escape);
    expect((await runCli(args, { cwd: folder.path, env: { FORCE_COLOR: '1' } })).stdout).toContain(escape);
  });
});

describe('what is known of a screen', () => {
  it('is 80 columns where it does not tell, or what COLUMNS says', () => {
    expect([
      widthOf({ isTTY: true, columns: 0 }, {}),
      widthOf({ isTTY: true, columns: 0 }, { COLUMNS: '132' }),
      widthOf({ isTTY: false }, {}),
    ]).toEqual([80, 132, undefined]);
    expect(hasColors({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
  });
});

describe('the manual page', () => {
  const page = join(import.meta.dirname, '..', '..', 'man', 'baton-descope.1');

  it('is built from the commands, and every one of them stands in it', () => {
    const text = readFileSync(page, 'utf8');

    for (const name of ['sync', 'serve', 'who\\-can', 'config show', 'completion']) {
      expect(text).toContain(`.SS "${name}"`);
    }
    expect(text).toContain('\\-\\-project\\-id');
  });

  it.runIf(spawnSync('man', ['--version']).status === 0)('is one that man understands', () => {
    const { stderr } = spawnSync('man', ['--warnings', '-l', page], {
      env: { ...process.env, MANWIDTH: '80', MANPAGER: 'cat' },
    });

    expect(String(stderr)).toBe('');
  });
});
