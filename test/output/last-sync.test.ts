import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLastSync } from '../../src/output/last-sync.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-sync-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.json');
const complete = {
  complete: true,
  projectId: 'P2one',
  tenantRoles: 'all',
  counts: { resources: { user: 3, total: 3 }, grants: { total: 0 } },
};

const { complete: _, ...told } = complete;

async function written(summary: object = complete): Promise<void> {
  const file = await createSyncFile(target());
  await file.finish(() => summary);
}

const headed = (rest: string): string => `{"format":"baton-descope.sync","version":1,"resourceTypes":[${rest}`;

describe('the last sync at a target', () => {
  it('is told by the summary at the end of its file', async () => {
    await written();

    expect(await readLastSync(target())).toEqual(told);
  });

  it('is told without the lines before being read: they need not even be JSON', async () => {
    await writeFile(target(), headed(`${'x'.repeat(300_000)}],"summary":${JSON.stringify(complete)}}\n`));

    expect(await readLastSync(target())).toEqual(told);
  });

  it('is told by a summary that is longer than what is read at first', async () => {
    await written({ ...complete, dangling: Array.from({ length: 200 }, () => ({ name: '\u{1F600}'.repeat(1_000) })) });

    expect(await readLastSync(target())).toEqual(told);
  });

  it('is not mistaken in a row that has a summary of its own, nor in a name that looks like one', async () => {
    await writeFile(
      target(),
      headed(
        `{"a":1,"summary":{"complete":true}}],"summary":${JSON.stringify({ ...complete, name: ',"summary":{"complete":true}}' })}}\n`,
      ),
    );

    expect(await readLastSync(target())).toEqual(told);
  });

  it.each([
    ['another format', `{"format":"other","version":1,"summary":${JSON.stringify(complete)}}`],
    ['another version', `{"format":"baton-descope.sync","version":2,"summary":${JSON.stringify(complete)}}`],
    ['no summary', headed('x'.repeat(300_000))],
    ['a summary that is cut off', headed(`],"summary":${JSON.stringify(complete)}`)],
    ['a summary that is not complete', headed(`],"summary":${JSON.stringify({ ...complete, complete: false })}}`)],
    [
      'counts that are no numbers',
      headed(`],"summary":${JSON.stringify({ ...complete, counts: { resources: { user: '3' }, grants: {} } })}}`),
    ],
    ['nothing in it', ''],
    ['other text', 'the old file'],
  ])('is none in a file with %s', async (_name, text) => {
    await writeFile(target(), text);

    expect(await readLastSync(target())).toBeUndefined();
  });

  it('is read of a file that another tool has laid out anew', async () => {
    await writeFile(
      target(),
      JSON.stringify(JSON.parse(headed(`],"summary":${JSON.stringify(complete)}}`)), undefined, 2),
    );

    expect(await readLastSync(target())).toMatchObject({ projectId: complete.projectId });
  });

  it('is none in a file that lost its last byte but one', async () => {
    await written();
    await truncate(target(), 300);

    expect(await readLastSync(target())).toBeUndefined();
  });

  it('is none where there is no file, or a folder', async () => {
    const missing = await readLastSync(target());
    await mkdir(target());

    expect([missing, await readLastSync(target())]).toEqual([undefined, undefined]);
  });
});
