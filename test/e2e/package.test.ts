import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeFolders } from '../../scripts/build/runtime-modules.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { version } from '../../src/version.ts';
import { root } from '../docs/pages.ts';
import { envOf } from '../support/cli.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'baton-descope-package-'));
const tarball = join(folder, `baton-descope-${version}.tgz`);
/** The Node that runs the tests comes first on the path, as on a machine that has Node 24. */
const path = `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`;
const npm = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync('npm', args, { cwd: root, encoding: 'utf8', env: { ...process.env, PATH: path } });

beforeAll(() => {
  const { status, stderr } = npm('pack', '--ignore-scripts', '--pack-destination', folder); // it is built already
  expect(status, String(stderr)).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an installed program must do. */
async function tryOut(program: string): Promise<void> {
  const emulator = await startEmulator({ users: 150 });
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  const run = async (...args: readonly string[]): Promise<string> =>
    (await execute(program, args, { cwd, encoding: 'utf8', env: { PATH: path, ...envOf(emulator) } })).stdout;

  expect(await run('--version')).toBe(`${version}\n`);
  expect(await run('demo')).toContain('Who can invoices.approve, and where?');
  expect(await run('sync', '--out', 'sync.json')).toMatch(/Users +150/);
  expect(await run('report', 'sync.json', '--out', 'report.html')).toContain('report.html');
  expect(readdirSync(cwd).toSorted()).toEqual(['demo-sync.json', 'report.html', 'sync.json']);
  await emulator.close();
}

describe('the package', () => {
  it('runs with the packages alone that the bundle does not carry, as in the image', async () => {
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    const app = join(folder, 'package');
    for (const place of runtimeFolders(root)) {
      mkdirSync(join(app, relative(root, place), '..'), { recursive: true });
      cpSync(place, join(app, relative(root, place)), { recursive: true });
    }
    mkdirSync(join(folder, 'bin'));
    symlinkSync(join(app, 'bin', 'baton-descope.js'), join(folder, 'bin', 'baton-descope'));

    await tryOut(join(folder, 'bin', 'baton-descope'));
  });

  it('installs globally from its tarball, and runs', { timeout: 180_000 }, async ({ skip }) => {
    const prefix = join(folder, 'global');
    const { status, stderr } = npm(
      'install',
      '--global',
      '--prefix',
      prefix,
      '--prefer-offline',
      '--fetch-retries',
      '0',
      '--no-audit',
      '--no-fund',
      tarball,
    );
    // The one test that may ask a registry: an installation takes newer packages than our lock file knows.
    skip(
      status !== 0 && /ENOTCACHED|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(String(stderr)),
      'no registry can be reached, and npm has not kept all packages',
    );

    expect(status, String(stderr)).toBe(0);
    expect(readdirSync(join(prefix, 'share', 'man', 'man1'))).toEqual(['baton-descope.1']);
    await tryOut(join(prefix, 'bin', 'baton-descope'));
  });

  it('has what a page of it leads to, and nothing of the tests or of a build', () => {
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((name) => name.replace('package/', ''));

    expect(names).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'bin/baton-descope.js',
        'dist/cli/main.js',
        'man/baton-descope.1',
        'docs/getting-started.md',
      ]),
    );
    expect(names.filter((name) => /^(test|src|scripts|node_modules|site)\//.test(name))).toEqual([]);
  });
});
