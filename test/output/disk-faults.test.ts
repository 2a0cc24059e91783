import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAtomicFile } from '../../src/output/atomic-file.ts';
import { createC1zFile } from '../../src/output/c1z-file.ts';
import { type FileLayer, type OpenFile, realFiles } from '../../src/output/file-layer.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import { runSync, type SyncTarget } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import { createProject, plainUsers, smallProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-faults-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Operation = 'open' | 'write' | 'sync' | 'close' | 'rename' | 'open folder' | 'sync folder' | 'close folder';

interface Fault {
  /** The operation that fails, counted from 0. */
  readonly place: number;
  readonly code: 'ENOSPC' | 'EIO';
  /** Fails every later write, sync, rename and creation too, as a broken disk does. */
  readonly isLasting: boolean;
}

/** Real files on a disk that fails at one operation, and takes at most this many bytes at once. */
function failingFiles(
  { place, code, isLasting }: Fault,
  mostBytes = 4_096,
): FileLayer & { readonly done: readonly Operation[]; fired(): Operation | undefined } {
  const done: Operation[] = [];
  let fired: Operation | undefined;
  let count = 0;

  async function step<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const mine = count;
    count += 1;
    const isHit = mine === place || (isLasting && mine > place);
    if (operation.startsWith('close')) {
      await work(); // a close that fails has closed all the same
    }
    if (isHit && (mine === place || !operation.startsWith('close'))) {
      fired ??= operation;
      throw Object.assign(new Error(`planted ${code}`), { code });
    }
    const result = operation.startsWith('close') ? (undefined as T) : await work();
    done.push(operation);
    return result;
  }

  return {
    done,
    fired: () => fired,
    open: async (path, flags) => {
      const suffix = flags === 'r' ? ' folder' : '';
      const file: OpenFile = await step(`open${suffix}`, () => realFiles.open(path, flags));
      return {
        write: (bytes) => step('write', () => file.write(bytes.subarray(0, mostBytes))),
        sync: () => step(`sync${suffix}`, () => file.sync()),
        close: () => step(`close${suffix}`, () => file.close()),
      };
    },
    rename: (from, to) => step('rename', () => realFiles.rename(from, to)),
    rm: (path) => realFiles.rm(path),
  };
}

const makers = {
  'sync.json': (target: string, files: FileLayer) => createSyncFile(target, files),
  'sync.c1z': async (target: string, files: FileLayer) => await createC1zFile(target, { syncId: newSyncId(), files }),
} as const satisfies Record<string, (target: string, files: FileLayer) => Promise<SyncTarget>>;

const rows = { ...smallProject(), users: [...smallProject().users, ...plainUsers(60)] };

async function syncInto(name: keyof typeof makers, files: FileLayer): Promise<void> {
  const connector = connectorOf(createProject(rows));
  await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: await makers[name](join(folder, name), files),
  });
}

describe.each(['sync.json', 'sync.c1z'] as const)('a sync into %s', (name) => {
  it.each([
    ['ENOSPC', false],
    ['ENOSPC', true],
    ['EIO', false],
    ['EIO', true],
  ] as const)(
    'that meets %s at any operation (and at all after it: %s) fails as local-io, keeps the old file until a whole one is there, and leaves nothing beside it',
    async (code, isLasting) => {
      const target = join(folder, name);
      const hit: Operation[] = [];

      for (let place = 0; ; place += 1) {
        await writeFile(target, 'old');
        const files = failingFiles({ place, code, isLasting });
        const thrown: unknown = await syncInto(name, files).then(
          () => undefined,
          (error: unknown) => error,
        );
        const fired = files.fired();
        if (fired === undefined) {
          expect(thrown).toBeUndefined(); // nothing is left to fail: every operation has had its turn
          break;
        }

        hit.push(fired);
        const isRenamed = files.done.includes('rename');
        expect(thrown).toMatchObject({
          kind: 'local-io',
          facts: { code },
          message: expect.stringContaining(`cannot write ${target}`),
        });
        expect(await readdir(folder)).toEqual([name]);
        expect((await readFile(target, 'latin1')).length > 3).toBe(isRenamed);
        expect(fired.endsWith('folder')).toBe(isRenamed);
      }

      expect(new Set(hit)).toEqual(
        new Set(['open', 'write', 'sync', 'close', 'rename', 'open folder', 'sync folder', 'close folder']),
      );
      expect(hit.slice(-6)).toEqual(['sync', 'close', 'rename', 'open folder', 'sync folder', 'close folder']);
    },
  );
});

describe('a disk that takes few bytes at once', () => {
  it('gets all of them, in order', async () => {
    const files = failingFiles({ place: -1, code: 'EIO', isLasting: false }, 7);
    const text = Array.from({ length: 500 }, (_, place) => `${place}\u{1F600}`).join('\n');
    const file = await createAtomicFile(join(folder, 'sync.json'), files);

    await file.write(text);
    await file.commit();

    expect(await readFile(join(folder, 'sync.json'), 'utf8')).toBe(text);
  });

  it('is given up as local-io when it takes none, instead of being asked for ever', async () => {
    const files = failingFiles({ place: -1, code: 'EIO', isLasting: false }, 0);
    const file = await createAtomicFile(join(folder, 'sync.json'), files);
    await file.write('text');

    await expect(file.commit()).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('the disk failed'),
    });
    await file.discard();

    expect(await readdir(folder)).toEqual([]);
  });
});
