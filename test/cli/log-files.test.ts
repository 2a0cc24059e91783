import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LogPlaces, openLogPlaces } from '../../src/cli/log-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-files-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

let onStderr = '';
beforeEach(() => {
  onStderr = '';
});
const at = (name: string): string => join(folder, name);
const open = (...paths: readonly string[]): LogPlaces =>
  openLogPlaces(paths, { write: (line) => void (onStderr += line) });

describe('the places of --log-path', () => {
  it('are appended to, and made with mode 0600 where there is none', async () => {
    await writeFile(at('old.log'), 'before\n', { mode: 0o644 });

    const { stream, isStderr } = open(at('old.log'), at('new.log'));
    stream.write('one\n');
    stream.write('two\n');

    expect(await readFile(at('old.log'), 'utf8')).toBe('before\none\ntwo\n');
    expect(await readFile(at('new.log'), 'utf8')).toBe('one\ntwo\n');
    expect((await stat(at('new.log'))).mode & 0o777).toBe(0o600);
    expect((await stat(at('old.log'))).mode & 0o777).toBe(0o644);
    expect({ isStderr, onStderr }).toEqual({ isStderr: false, onStderr: '' });
  });

  it('may be stderr besides, or alone, and each is written once', async () => {
    open('stderr', at('both.log'), at('both.log')).stream.write('line\n');

    expect(await readFile(at('both.log'), 'utf8')).toBe('line\n');
    expect(onStderr).toBe('line\n');
    expect(open('stderr').isStderr).toBe(true);
  });

  it.each([
    [['stdout'], 'config', 'cannot be stdout'],
    [['-'], 'config', 'cannot be stdout'],
    [['missing/x.log'], 'local-io', 'the folder does not exist'],
    [['.'], 'local-io', 'it is a folder'],
  ] as const)('are refused before anything is written: %j', (paths, kind, words) => {
    const placed = paths.map((path) => (path === 'stdout' || path === '-' ? path : at(path)));

    expect(() => open(at('unopened.log'), ...placed)).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(words) as string }),
    );
    expect(onStderr).toBe('');
  });

  it.runIf(existsSync('/dev/full'))('that take no more are left, and the lines go to stderr', async () => {
    const { stream } = open('/dev/full', at('whole.log'));
    stream.write('one\n');
    stream.write('two\n');

    expect(onStderr).toBe('one\ntwo\n');
    expect(await readFile(at('whole.log'), 'utf8')).toBe('one\ntwo\n');
  });
});
