import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, runCli, temporaryFolder } from '../support/cli.ts';

const run = promisify(execFile);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let first: CliRun;
const at = (...names: readonly string[]): string => join(folder.path, 'a b', ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(at());
  await writeFile(at('sync.json'), 'mine');
  first = await runCli(['demo', '--open'], { cwd: at() });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('demo --open', () => {
  it(
    'makes two syncs with changes between them and the report in a folder of its own, and tells where where nothing ' +
      'can be opened',
    async () => {
      expect(first.code).toBe(0);
      expect((await readdir(at('baton-demo'))).toSorted()).toEqual(['after.json', 'before.json', 'report.html']);
      expect(await readFile(at('sync.json'), 'utf8')).toBe('mine');
      expect(first.stdout).toContain(`is to be opened in a browser:\n  ${at('baton-demo', 'report.html')}\n`);
      expect(await readFile(at('baton-demo', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    },
  );

  it('prints three commands that can be pasted: the first one tells the changes', async () => {
    const commands = (first.stdout.split('Next:\n')[1] ?? '').trimEnd().split('\n');
    const outcomes = await Promise.all(
      commands.map(
        async (command) =>
          await run('sh', ['-c', command], { cwd: at() }).catch(
            (thrown: { readonly stdout: string; readonly code: number }) => thrown,
          ),
      ),
    );

    expect(commands).toHaveLength(3);
    expect(outcomes.map((outcome) => ('code' in outcome ? outcome.code : 0))).toEqual([1, 0, 0]); // 1: something changed
    expect(outcomes[0]?.stdout).toContain('Ada Lovelace');
    expect(outcomes[0]?.stdout).toMatch(/Support Agent \(whole project\) +now allows Impersonate/);
    expect(outcomes[1]?.stdout).toContain('Who can invoices.approve in Acme?');
    expect(outcomes[2]?.stdout).toContain('Tenant Admin in Acme');
  });

  it('opens the report in the browser, and uses the folder of an earlier demo again', async () => {
    await mkdir(at('bin'));
    await writeFile(at('bin', 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > "${at('opened')}"\n`, { mode: 0o755 });

    const { code, stdout } = await runCli(['demo', '--open'], {
      cwd: at(),
      env: { DISPLAY: ':0', PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` },
    });

    expect(code).toBe(0);
    expect(stdout).toContain('is open in your browser:');
    expect(await readFile(at('opened'), 'utf8')).toBe(pathToFileURL(at('baton-demo', 'report.html')).href);
  });

  it('leaves a folder of others alone', async () => {
    await mkdir(at('other', 'baton-demo'), { recursive: true });
    await writeFile(at('other', 'baton-demo', 'after.json'), 'mine');

    const run2 = await runCli(['demo', '--open'], { cwd: at('other') });
    const refused = await runCli(['demo', '--open', '--out', 'baton-demo'], { cwd: at('other') });

    expect(run2.code).toBe(0);
    expect((await readdir(at('other'))).toSorted()).toEqual(['baton-demo', 'baton-demo-2']);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('contains files that are not from a demo'),
    });
    expect(await readFile(at('other', 'baton-demo', 'after.json'), 'utf8')).toBe('mine');
  });
});
