import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createC1zFile, type C1zFileOptions } from '../../src/output/c1z-file.ts';
import { readLastC1z } from '../../src/output/last-c1z.ts';
import { readLast } from '../../src/output/last.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { walk } from '../../src/sync/walk.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-c1z-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.c1z');
const about = { projectId: 'P2one', tenantRoles: 'all' } as const;
type Counts = {
  readonly resources: Readonly<Record<string, number>>;
  readonly grants: Readonly<Record<string, number>>;
};

/** Writes a small project's sync to the target, and tells what it counted itself. */
async function written(options: Partial<C1zFileOptions> = { about }): Promise<Counts> {
  const file = await createC1zFile(target(), { syncId: newSyncId(), ...options });
  await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'x', sink: file });
  await file.finish(() => ({}));
  return { resources: file.counts.resources, grants: file.counts.grants };
}

/** Changes the database inside the file. */
async function changed(sql: string): Promise<void> {
  const path = join(folder, 'unpacked.db');
  await writeFile(path, zstdDecompressSync((await readFile(target())).subarray(5)));
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  await writeFile(target(), Buffer.concat([Buffer.from('C1ZF\0'), zstdCompressSync(await readFile(path))]));
  await rm(path);
}

describe('the sync in a .c1z file', () => {
  it('is told by its project, its policy and what it holds, by counting; nothing is left beside it', async () => {
    const counts = await written();

    expect(await readLast(target())).toEqual({ ...about, counts });
    expect(counts.resources['user']).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });

  it('is told without a project and without grants when the file does not say that it is ours: they may be derived ones', async () => {
    const { resources } = await written({});

    expect(await readLastC1z(target())).toEqual({
      projectId: undefined,
      tenantRoles: undefined,
      counts: { resources, grants: {} },
    });
  });

  it.each([
    ['the tools of others leave a write-ahead log behind', 'pragma journal_mode = wal'],
    [
      'another sync began later and never ended',
      "insert into v1_sync_runs (sync_id, started_at, sync_token, sync_type) values ('3zzz', '2999-01-01', '', 'full')",
    ],
    [
      'a later one was partial',
      "insert into v1_sync_runs (sync_id, started_at, ended_at, sync_token, sync_type) values ('3zzz', '2999-01-01', " +
        "'2999-01-01', '', 'partial')",
    ],
  ])('is told where %s', async (_name, sql) => {
    const counts = await written();
    await changed(sql);

    expect(await readLastC1z(target())).toEqual({ ...about, counts });
  });

  it('is the last of several that ended', async () => {
    await written();
    await changed(
      "insert into v1_sync_runs (sync_id, started_at, ended_at, sync_token, sync_type) values ('3zzz', '2999-01-01', " +
        "'2999-01-01', '', 'full')",
    );

    expect(await readLastC1z(target())).toMatchObject({ projectId: undefined, counts: { resources: {}, grants: {} } });
  });

  it.each([
    ['a sync that never ended', () => changed('update v1_sync_runs set ended_at = null')],
    ['a database without the tables', () => changed('drop table v1_sync_runs')],
    ['an empty file', () => writeFile(target(), '')],
    ['the magic alone', () => writeFile(target(), 'C1ZF\0')],
    ['something else', () => writeFile(target(), '{"format":"baton-descope.sync"}')],
    [
      'bytes that are not packed',
      () => writeFile(target(), Buffer.concat([Buffer.from('C1ZF\0'), randomBytes(10_000)])),
    ],
    [
      'packed bytes that are no database',
      () => writeFile(target(), Buffer.concat([Buffer.from('C1ZF\0'), zstdCompressSync(randomBytes(10_000))])),
    ],
    ['half of a file', async () => writeFile(target(), (await readFile(target())).subarray(0, -100))],
    ['a folder', () => rm(target()).then(() => mkdir(target()))],
    ['nothing', () => rm(target())],
  ])('is not told by %s', async (_name, spoil) => {
    await written();
    await spoil();

    expect(await readLastC1z(target())).toBeUndefined();
    expect((await readdir(folder)).filter((name) => name !== 'sync.c1z')).toEqual([]);
  });

  it('is not unpacked beyond a hundred times its size: a few bytes must not fill the disk', async () => {
    await writeFile(
      target(),
      Buffer.concat([Buffer.from('C1ZF\0'), zstdCompressSync(Buffer.alloc(128 * 1024 * 1024))]),
    );

    expect(await readLastC1z(target())).toBe('untold');
    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });

  it('is not read to the end for a caller who goes away', async () => {
    await written();

    await expect(readLastC1z(target(), AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await readdir(folder)).toEqual(['sync.c1z']);
  });
});
