import { type AtomicFile, createAtomicFile } from './atomic-file.ts';

/** Has a file written that is there whole or not at all: where `fill` throws, what stood at the target stays. */
export async function writeWhole<T>(target: string, fill: (file: AtomicFile) => Promise<T>): Promise<T> {
  const file = await createAtomicFile(target);
  try {
    const filled = await fill(file);
    await file.commit();
    return filled;
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}

/** The same of texts and bytes, as they are made. */
export async function writeWholeFile(
  target: string,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<void> {
  await writeWhole(target, async (file) => {
    for await (const piece of pieces) {
      await (typeof piece === 'string' ? file.write(piece) : file.writeBytes(piece));
    }
  });
}
