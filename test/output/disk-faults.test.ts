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

const operations = ['open', 'write', 'sync', 'close', 'rename', 'open folder', 'sync folder', 'close folder'] as const;
type Operation = (typeof operations)[number];

interface Fault {
  /** The operation that fails: which one of its kind, counted from 0. How often is written may differ from run to run. */
  readonly operation: Operation;
  readonly nth: number;
  readonly code: 'ENOSPC' | 'EIO';
  /** Fails every later write, sync, rename and creation too, as a broken disk does. */
  readonly isLasting: boolean;
}

/** Real files on a disk that fails at one operation, and takes at most this many bytes at once. */
function failingFiles(
  { operation: failing, nth, code, isLasting }: Fault,
  mostBytes = 4_096,
): FileLayer & { readonly done: readonly Operation[]; fired(): Operation | undefined } {
  const done: Operation[] = [];
  let fired: Operation | undefined;
  let count = 0;

  async function step<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    const isFirst = operation === failing && count++ === nth;
    const isHit = isFirst || (isLasting && fired !== undefined);
    if (operation.startsWith('close')) {
      await work(); // a close that fails has closed all the same
    }
    if (isHit && (isFirst || !operation.startsWith('close'))) {
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
    'that meets %s at any operation (and at all after it: %s) fails as local-io, keeps the old file until a whole ' +
      'one is there, and leaves nothing beside it',
    async (code, isLasting) => {
      const target = join(folder, name);
      for (const operation of operations) {
        for (let nth = 0; ; nth += 1) {
          await writeFile(target, 'old');
          const files = failingFiles({ operation, nth, code, isLasting });
          const thrown: unknown = await syncInto(name, files).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (files.fired() === undefined) {
            expect(thrown).toBeUndefined(); // nothing is left to fail: every such operation has had its turn
            expect(nth).toBeGreaterThan(0);
            expect(files.done.slice(-6)).toEqual(operations.slice(2));
            break;
          }

          const isRenamed = files.done.includes('rename');
          expect(thrown).toMatchObject({
            kind: 'local-io',
            facts: { code },
            message: expect.stringContaining(`cannot write ${target}`),
          });
          expect(await readdir(folder)).toEqual([name]);
          expect((await readFile(target, 'latin1')).length > 3).toBe(isRenamed);
          expect(operation.endsWith('folder')).toBe(isRenamed);
        }
      }
    },
  );
});

describe('a disk that takes few bytes at once', () => {
  it('gets all of them, in order', async () => {
    const files = failingFiles({ operation: 'write', nth: -1, code: 'EIO', isLasting: false }, 7);
    const text = Array.from({ length: 500 }, (_, place) => `${place}\u{1F600}`).join('\n');
    const file = await createAtomicFile(join(folder, 'sync.json'), files);

    await file.write(text);
    await file.commit();

    expect(await readFile(join(folder, 'sync.json'), 'utf8')).toBe(text);
  });

  it('is given up as local-io when it takes none, instead of being asked for ever', async () => {
    const files = failingFiles({ operation: 'write', nth: -1, code: 'EIO', isLasting: false }, 0);
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
