import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAtomicFile } from '../../src/output/atomic-file.ts';
import { checkTarget } from '../../src/output/place.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.json');

describe('an atomic file', () => {
  it('stands at its target only when it is committed', async () => {
    const file = await createAtomicFile(target());
    await file.write('x'.repeat(200_000));
    const before = await readdir(folder);

    await file.commit();

    expect(before).toEqual([
      expect.stringMatching(new RegExp(`^\\.sync\\.json\\.[0-9a-f]{8}-${process.pid}-[0-9a-f]{12}\\.tmp$`)),
    ]);
    expect(await readdir(folder)).toEqual(['sync.json']);
    expect(await readFile(target(), 'utf8')).toBe('x'.repeat(200_000));
  });

  it('may be read by its owner only, whatever the umask, and from its first byte on', async () => {
    const umask = process.umask(0);
    const file = await createAtomicFile(target());
    const [temporary = ''] = await readdir(folder);
    const early = await stat(join(folder, temporary));
    await file.commit();
    process.umask(umask);

    expect(early.mode & 0o777).toBe(0o600);
    expect((await stat(target())).mode & 0o777).toBe(0o600);
  });

  it('takes the place of an older file, whose mode does not live on', async () => {
    await writeFile(target(), 'old', { mode: 0o666 });
    const file = await createAtomicFile(target());
    await file.write('new');

    expect(await readFile(target(), 'utf8')).toBe('old');
    await file.commit();

    expect(await readFile(target(), 'utf8')).toBe('new');
    expect((await stat(target())).mode & 0o777).toBe(0o600);
  });

  it('that is discarded leaves the old file as it was, and nothing beside it', async () => {
    await writeFile(target(), 'old');
    const file = await createAtomicFile(target());
    await file.write('x'.repeat(200_000));

    await file.discard();
    await file.discard();

    expect(await readdir(folder)).toEqual(['sync.json']);
    expect(await readFile(target(), 'utf8')).toBe('old');
  });

  it.each([
    ['a file that is there', true],
    ['one that is not there yet', false],
  ])(
    'is put where a symbolic link of ours leads to, %s: the link stays, and nothing is left beside either',
    async (_name, isThere) => {
      await mkdir(join(folder, 'data'));
      const elsewhere = join(folder, 'data', 'elsewhere');
      if (isThere) {
        await writeFile(elsewhere, 'old');
      }
      await symlink(join('data', 'elsewhere'), target());
      await checkTarget(target());
      const file = await createAtomicFile(target());
      await file.write('new');

      await file.commit();

      expect((await lstat(target())).isSymbolicLink()).toBe(true);
      expect(await readFile(elsewhere, 'utf8')).toBe('new');
      expect([await readdir(folder), await readdir(join(folder, 'data'))]).toEqual([
        ['data', 'sync.json'],
        ['elsewhere'],
      ]);
    },
  );

  it('is not put where links lead in a circle, nor where one leads into a folder that is not there', async () => {
    await symlink('sync.json', target());
    await expect(checkTarget(target())).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('form a loop'),
    });
    await rm(target());
    await symlink(join('missing', 'sync.json'), target());
    await expect(checkTarget(target())).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('its link leads to'),
    });
  });

  it('is not put in the place of a file that is read-only, a pipe or a device', async () => {
    await writeFile(target(), 'kept', { mode: 0o444 });
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);

    await expect(checkTarget(target())).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('read-only; make it writable'),
    });
    await expect(checkTarget(join(folder, 'pipe.json'))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('a pipe'),
    });
    await expect(checkTarget('/dev/null')).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('a device'),
    });
  });

  it('keeps text in order and whole, whatever it is cut into', async () => {
    const pieces = Array.from({ length: 5000 }, (_, place) => `${place}\u{1F600}\u0000\n`);
    const file = await createAtomicFile(target());
    await Promise.all(pieces.map((piece) => file.write(piece)));

    await file.commit();

    expect(await readFile(target(), 'utf8')).toBe(pieces.join(''));
  });

  it('lets two writers at one target end with the whole file of one of them', async () => {
    const one = await createAtomicFile(target());
    const other = await createAtomicFile(target());
    await one.write('1'.repeat(100_000));
    await other.write('2'.repeat(100_000));

    await Promise.all([one.commit(), other.commit()]);

    expect(new Set(await readFile(target(), 'utf8')).size).toBe(1);
    expect(await readdir(folder)).toEqual(['sync.json']);
  });

  it('that cannot be put in its place leaves nothing behind once it is discarded', async () => {
    const file = await createAtomicFile(target());
    await mkdir(target());

    await expect(file.commit()).rejects.toMatchObject({ kind: 'local-io', message: expect.stringContaining(target()) });
    await file.discard();

    expect(await readdir(folder)).toEqual(['sync.json']);
  });

  it('that lost its folder fails as local-io', async () => {
    const file = await createAtomicFile(target());
    await file.write('x');
    await rm(folder, { recursive: true });

    await expect(file.commit()).rejects.toMatchObject({ kind: 'local-io', message: expect.stringContaining(target()) });
    await expect(file.discard()).resolves.toBeUndefined();
  });
});

describe('a target that cannot be written', () => {
  it('in a folder that does not exist is named, with the reason', async () => {
    const lost = join(folder, 'missing', 'sync.json');

    await expect(createAtomicFile(lost)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(`cannot write ${lost}`),
    });
    await expect(checkTarget(lost)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('the folder does not exist'),
    });
  });

  it('beneath a file is named, with the reason', async () => {
    await writeFile(join(folder, 'file'), '');
    const lost = join(folder, 'file', 'sync.json');

    await expect(createAtomicFile(lost)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(`cannot write ${lost}`),
    });
  });

  it('because it is a folder is told before any work', async () => {
    await expect(checkTarget(folder)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('it is a folder'),
    });
  });

  it('because its name is too long is named, with the reason', async () => {
    const lost = join(folder, `${'x'.repeat(251)}.json`);

    await expect(checkTarget(lost)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(`cannot write ${lost}`),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is none although no name could be longer', async () => {
    const longest = join(folder, `${'ü'.repeat(125)}.json`);
    const file = await createAtomicFile(longest);

    await file.commit();

    expect(await readdir(folder)).toEqual([basename(longest)]);
  });

  it('is none where everything is in order', async () => {
    await expect(checkTarget(target())).resolves.toBeUndefined();
    await writeFile(target(), 'old');
    await expect(checkTarget(target())).resolves.toBeUndefined();
    expect(await readFile(target(), 'utf8')).toBe('old');
  });
});
