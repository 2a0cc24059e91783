import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseOutput } from '../../src/output/outputs.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outputs-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the output of a sync', () => {
  it.each([
    ['sync.json', '{"format"'],
    ['SYNC.JSON', '{"format"'],
    ['sync.c1z', 'C1ZF\0'],
    ['my.json.C1Z', 'C1ZF\0'],
    ['sync.ndjson', '{"format":"baton-descope.sync","version":1}\n'],
  ])('is by its extension: %s begins with %j', async (name, beginning) => {
    const file = await chooseOutput(join(folder, name))({ syncId: newSyncId() });
    await file.finish(() => ({}));

    expect(await readdir(folder)).toEqual([name]);
    expect((await readFile(join(folder, name), 'latin1')).startsWith(beginning)).toBe(true);
  });

  it.each(['sync', 'sync.tsv', 'sync.c1z.gz', '.json', 'json', 'sync.json5'])(
    'is refused as %s, with those that there are, and nothing is written',
    async (name) => {
      expect(() => chooseOutput(join(folder, name))).toThrow(
        expect.objectContaining({
          kind: 'config',
          message: expect.stringMatching(/\.json .*\.ndjson .*\.c1z .*\.csv .*\.xlsx /),
        }),
      );
      expect(await readdir(folder)).toEqual([]);
    },
  );
});
