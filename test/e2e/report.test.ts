import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { smallProject } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const file = (name: string): string => join(folder.path, name);
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeSync(file('small.json'), smallProject());
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

describe('baton-descope report', () => {
  it('writes one private page that may run its own script and nothing else', async () => {
    const { code, stdout } = await runCli(['report', file('small.json'), '--out', file('r.html')]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/r\.html: 4 users, 2 tenants, 0\.\d MB/);
    expect((await stat(file('r.html'))).mode & 0o777).toBe(0o600);
    const html = await readFile(file('r.html'), 'utf8');
    expect(html.slice(0, 1000)).toContain("default-src 'none'; script-src 'sha256-");
    expect(html.slice(0, 1000)).not.toContain('unsafe');
    expect(/<(?:link|iframe|img|base)\b|<script[^>]* src/.test(html.replace(/<script>.*<\/script>/s, ''))).toBe(false);
    expect(html.length).toBeLessThan(1_000_000);
  });

  it.each([
    ['a file that is not there', ['missing.json'], 6, /there is no such file/],
    ['a file that is none of ours', ['other.json'], 2, /other\.json/],
    ['a page in place of the file', ['small.json', '--out', 'small.json'], 2, /name another one/],
    [
      'a page in place of another sync',
      ['small.json', '--out', 'small.JSON'],
      2,
      /a report is a page: end its name with \.html/,
    ],
    ['a page called a spreadsheet', ['small.json', '--out', 'r.xlsx'], 2, /end its name with \.html/],
    ['a folder that is not there', ['small.json', '--out', 'none/r.html'], 6, /the folder does not exist/],
  ])('refuses %s, and leaves what stood there', async (_, args, exit, why) => {
    await writeFile(file('other.json'), '{"format":"other"}');
    await writeFile(file('kept.html'), 'kept');
    const paths = args.map((arg) => (arg.startsWith('--') ? arg : file(arg)));

    const { code, stderr } = await runCli([
      'report',
      ...paths,
      ...(args.includes('--out') ? [] : ['--out', file('kept.html')]),
    ]);

    expect(code).toBe(exit);
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain('    at ');
    expect(await readFile(file('kept.html'), 'utf8')).toBe('kept');
  });
});
