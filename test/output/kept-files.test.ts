import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { createAtomicFile } from '../../src/output/atomic-file.ts';
import { openKeptFiles } from '../../src/output/kept-files.ts';
import { temporaryFolder } from '../support/cli.ts';

const disk = vi.hoisted(() => ({ linkFails: undefined as string | undefined }));
vi.mock('node:fs/promises', async (real) => {
  const files = await real<typeof import('node:fs/promises')>();
  return {
    ...files,
    link: async (from: string, to: string): Promise<void> => {
      if (disk.linkFails !== undefined) {
        throw Object.assign(new Error('no link'), { code: disk.linkFails });
      }
      await files.link(from, to);
    },
  };
});
afterEach(() => {
  disk.linkFails = undefined;
});

/** Puts a complete file at the path, as a sync does, written at the given minute. */
async function put(path: string, text: string, minute: number): Promise<void> {
  const file = await createAtomicFile(path);
  await file.write(text);
  await file.commit();
  await utimes(path, new Date(), new Date(Date.UTC(2026, 10, 25, 12, minute)));
}

const nameOf = (minute: number): string => `sync-20261125T12${String(minute).padStart(2, '0')}00.000Z.json`;

describe('the kept files', () => {
  it('are the latest under names that sort by time, and no more than asked for', async () => {
    await using folder = await temporaryFolder();
    const files = openKeptFiles(folder.path, 'json', 3);

    for (let minute = 0; minute < 5; minute += 1) {
      await put(files.latest, `sync ${minute}`, minute);
      expect(await files.keepLatest()).toEqual({ name: nameOf(minute), removed: minute < 3 ? 0 : 1 });
    }

    expect((await readdir(folder.path)).toSorted()).toEqual(['latest.json', nameOf(2), nameOf(3), nameOf(4)]);
    expect(await readFile(join(folder.path, nameOf(2)), 'utf8')).toBe('sync 2');
    expect(await readFile(files.latest, 'utf8')).toBe('sync 4');
    expect((await stat(files.latest)).ino).toBe((await stat(join(folder.path, nameOf(4)))).ino);
  });

  it('stay as they are when there is nothing new, or nothing yet', async () => {
    await using folder = await temporaryFolder();
    const files = openKeptFiles(folder.path, 'json', 2);

    expect(await files.keepLatest()).toEqual({ name: undefined, removed: 0 });
    await put(files.latest, 'sync', 1);
    await files.keepLatest();
    await files.keepLatest();

    expect((await readdir(folder.path)).toSorted()).toEqual(['latest.json', nameOf(1)]);
  });

  it('are never others: what has another name, or another format, is not taken away', async () => {
    await using folder = await temporaryFolder();
    const others = [
      'sync.json',
      'sync-2026.json',
      'sync-20200101T000000.000Z.json.bak',
      'sync-20200101T000000.000Z.c1z',
      'notes.txt',
    ];
    for (const name of others) {
      await writeFile(join(folder.path, name), name);
    }
    const files = openKeptFiles(folder.path, 'json', 1);
    for (const minute of [1, 2]) {
      await put(files.latest, 'sync', minute);
      await files.keepLatest();
    }

    expect((await readdir(folder.path)).toSorted()).toEqual(['latest.json', nameOf(2), ...others].toSorted());
  });

  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('are copies where the file system has no second names (%s)', async (code) => {
    await using folder = await temporaryFolder();
    const files = openKeptFiles(folder.path, 'json', 2);
    await put(files.latest, 'sync', 1);
    disk.linkFails = code;

    await files.keepLatest();

    const kept = join(folder.path, nameOf(1));
    expect(await readFile(kept, 'utf8')).toBe('sync');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect((await stat(kept)).ino).not.toBe((await stat(files.latest)).ino);
    expect((await readdir(folder.path)).toSorted()).toEqual(['latest.json', nameOf(1)]);
  });

  it('that cannot be kept are a fault of the disk, and the latest stands', async () => {
    await using folder = await temporaryFolder();
    const files = openKeptFiles(folder.path, 'json', 2);
    await put(files.latest, 'sync', 1);
    disk.linkFails = 'ENOSPC';

    const failure = await files.keepLatest().catch((thrown: unknown) => thrown);

    expect(failure).toBeInstanceOf(ConnectorError);
    expect(failure).toMatchObject({ kind: 'local-io', message: expect.stringContaining('ENOSPC') as string });
    expect(await readdir(folder.path)).toEqual(['latest.json']);
  });
});
