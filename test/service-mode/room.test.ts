import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkRoom } from '../../src/service-mode/room.ts';

/** A database is 22 times as large as the file that is made of it, and lies beside that for a while. */
describe('a sync whose last file', () => {
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(tmpdir());
    return bavail * bsize;
  };

  it('would fill the disk, unpacked, is refused before it begins', async () => {
    const lastBytes = (await freeBytes()) / 22;

    await expect(checkRoom(tmpdir(), lastBytes)).rejects.toThrow(
      /^no room for a sync: [\d,]+ MiB are free .* about [\d,]+ are needed; .*--c1z-temp-dir$/,
    );
  });

  it('has room enough, unpacked, is begun', async () => {
    const lastBytes = (await freeBytes()) / 30;

    await expect(checkRoom(tmpdir(), lastBytes)).resolves.toBeUndefined();
  });

  it('would lie in a folder of which nothing is known is begun: writing tells more', async () => {
    await expect(checkRoom('there/is/no/such/folder', 1)).resolves.toBeUndefined();
  });
});
