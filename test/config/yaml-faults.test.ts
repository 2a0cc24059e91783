import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';

/** What `sync --config` says of a file, without the path of its folder. */
async function saidOf(
  content: string | Buffer,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'c.yaml'), content);
  await writeFile(join(folder.path, 'key'), 'K2file');
  const { code, stderr } = await runCli(['sync', '--out', 'x.json', '--config', 'c.yaml'], { cwd: folder.path, env });
  return { code, lines: stderr.replaceAll(`${folder.path}/`, '').trim().split('\n') };
}

const setUp = 'project-id: P2abc\nmanagement-key-file: key\n';

describe('a config file that is no good YAML', () => {
  it.each([
    [
      'an unquoted cron pattern',
      `${setUp}sync-cron: * * * * *\n`,
      'c.yaml:3 sync-cron needs quotes, since YAML reads a "*" at the start of a value as a reference: sync-cron: "* * * * *"',
    ],
    ['the same with a step', 'sync-cron: */5 * * * *\nproject-id: P2abc\n', 'c.yaml:1 sync-cron needs quotes'],
    ['a reference to nothing', `${setUp}out: *x\n`, 'c.yaml:3 out needs quotes'],
    ['a value that begins with @', 'out: @x\n', 'c.yaml:1 out needs quotes, since "@"'],
    ['a value that begins with %', 'out: %x\n', 'c.yaml:1 out needs quotes, since "%"'],
    ['an open bracket', 'out: [a\n', 'c.yaml:1 out needs quotes, since "["'],
    [
      'an open quote',
      'project-id: "P2abc\nstrict: true\n',
      'c.yaml:1 project-id has a quote that is opened and not closed',
    ],
    ['something after a quote', 'out: "a" b\n', 'c.yaml:1 out has something after the closing quote'],
    ['a colon in a value', 'out: a: b\n', 'c.yaml:1 out needs quotes, since it has a colon'],
    ['a tab before a setting', 'strict: true\n\tproject-id: P2abc\n', 'c.yaml:2 is indented with a tab'],
    ['a tab below a setting', 'strict:\n\ttrue\n', 'c.yaml:2 is indented with a tab'],
    ['an indented setting', 'strict: true\n  project-id: P2abc\n', 'indented'],
    ['a setting twice', 'strict: true\nproject-id: P2abc\nstrict: true\n', 'c.yaml:3 strict is given twice'],
    ['no blank after the colon', 'strict: true\nproject-id:P2abc\n', 'c.yaml:2 needs a blank after the colon'],
    [
      'no blank after the only colon',
      'project-id:P2abc\n',
      'c.yaml:1 must be a list of settings, one "name: value" on each line, with a blank after the colon',
    ],
    ['no colon', 'project-id P2abc\n', 'c.yaml:1 must be a list of settings'],
    ['a second document', 'strict: true\n---\nproject-id: P2abc\n', 'c.yaml:2 begins a second document'],
    ['JSON with a comma too many', '{"strict": true,, "project-id": "P2abc"}\n', 'c.yaml:1'],
    [
      'JSON that is cut off',
      '{"strict": true, "project-id": "P2abc"\n',
      'c.yaml:1 ends before a bracket or brace is closed',
    ],
    ['a backslash in double quotes', 'out: "C:\\q"\n', 'c.yaml:1 out has a backslash in double quotes'],
    [
      'a value that ends with a colon',
      'listen: ::\n',
      'c.yaml:1 listen needs quotes, since it has a colon at the end of its value',
    ],
    [
      'a colon, and another at the end',
      'listen: a:b:\n',
      'c.yaml:1 listen needs quotes, since it has a colon at the end of its value',
    ],
  ])('is told in one line with the remedy, and nothing else is called missing: %s', async (_name, text, expected) => {
    const { code, lines } = await saidOf(text);

    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, string | Buffer, string]>([
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${setUp}`, 'utf16le'), 'c.yaml is UTF-16'],
    ['UTF-16, the other way round', Buffer.from(`\uFEFF${setUp}`, 'utf16le').swap16(), 'c.yaml is UTF-16'],
    ['UTF-16 without a mark', Buffer.from(setUp, 'utf16le'), 'c.yaml is UTF-16'],
    ['Latin-1', Buffer.from('out: \u00E4\n', 'latin1'), 'c.yaml is not UTF-8 text'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 'c.yaml is not UTF-8 text'],
  ])('is told in one line when it is %s', async (_name, bytes, expected) => {
    const { code, lines } = await saidOf(bytes);

    expect(code).toBe(2);
    expect(lines).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    [
      'a list for a text',
      'project-id: [P2abc]\nmanagement-key-file: [key]\n',
      ['c.yaml:1 project-id must have one text', 'c.yaml:2 management-key-file must have one text'],
    ],
    [
      'a list over lines',
      'project-id:\n  - P2abc\nmanagement-key-file:\n  - key\n',
      ['c.yaml:1 project-id must have one text', 'c.yaml:3 management-key-file must have one text'],
    ],
    [
      'no values',
      'project-id:\nmanagement-key-file: null\n',
      ['c.yaml:1 project-id is empty: give a value, or leave it out', 'c.yaml:2 management-key-file is empty'],
    ],
    [
      'misspelt names',
      'proyect-id: P2abc\nmanagment-key-file: key\n',
      ['did you mean project-id?', 'did you mean management-key-file?'],
    ],
  ])('is not said to lack what it tries to say: %s', async (_name, text, expected) => {
    const { lines } = await saidOf(text);

    expect(lines).toEqual(expected.map((part) => expect.stringContaining(part) as string));
  });

  it('leaves what is missing besides to be told', async () => {
    const { lines } = await saidOf('proyect-id: P2abc\n');

    expect(lines).toEqual([
      expect.stringContaining('did you mean project-id?'),
      expect.stringContaining('DESCOPE_MANAGEMENT_KEY is not set'),
    ]);
  });
});

describe('a config file from another system', () => {
  it.each([
    ['with a byte order mark', `\uFEFFproject-id: P2abc\n`],
    ['with CRLF', 'project-id: P2abc\r\nstrict: true\r\n'],
    ['with tabs between name and value', 'project-id:\tP2abc\n'],
    ['without an end of its last line', 'project-id: P2abc'],
  ])('is taken as it is: %s', async (_name, text) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'c.yaml'), text);
    const { code, stdout } = await runCli(['config', 'show', '--json', '--config', 'c.yaml'], {
      cwd: folder.path,
      env: { DESCOPE_MANAGEMENT_KEY: 'K2env' },
    });

    expect(code).toBe(0);
    expect(stdout).toContain('{"name":"project-id","value":"P2abc"');
  });

  it('keeps a number as it is spelt', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'c.yaml'), 'out: 12345678901234567890123\nkeep: 0x10\n');
    const { stdout } = await runCli(['config', 'show', '--json', '--config', 'c.yaml'], { cwd: folder.path });

    expect(stdout).toContain('/12345678901234567890123"');
    expect(stdout).toContain('keep must be a whole number');
  });
});

it('a config file that is a pipe, which can be read once only, is taken', async () => {
  await using folder = await temporaryFolder();
  const pipe = join(folder.path, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const [run] = await Promise.all([
    runCli(['-f', 'x.json', '-p', '--grant-entitlement', 'x', '--grant-principal', 'y', '--config', pipe], {
      cwd: folder.path,
    }),
    writeFile(pipe, 'project-id: P2abc\nnope-nope: 1\n'),
  ]);

  expect(run.stderr).toContain('pipe:2 nope-nope is not a setting');
});
