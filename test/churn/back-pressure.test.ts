import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAtomicFile } from '../../src/output/atomic-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'back-pressure-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** Holds every write to a file back until it is let go. */
async function holdWrites(): Promise<() => void> {
  const probe = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as { write: (...call: unknown[]) => Promise<unknown> };
  await probe.close();
  const { write } = prototype;
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  vi.spyOn(prototype, 'write').mockImplementation(async function slow(this: FileHandle, ...call: unknown[]) {
    await held;
    return await write.apply(this, call);
  });
  return letGo;
}

it('whoever writes a file waits for a disk that is slower', async () => {
  const letGo = await holdWrites();
  const file = await createAtomicFile(join(folder, 'sync.json'));
  let isDone = false;
  const writing = file.write('x'.repeat(200_000)).finally(() => {
    isDone = true;
  });

  await new Promise((resolve) => setTimeout(resolve, 30));
  const wasDone = isDone;
  letGo();
  await writing;
  await file.discard();

  expect(wasDone).toBe(false);
});
