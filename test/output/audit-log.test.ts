import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openAuditLog } from '../../src/output/audit-log.ts';
import { temporaryFolder } from '../support/cli.ts';

const linesOf = async (path: string): Promise<readonly string[]> => (await readFile(path, 'utf8')).split('\n');

describe('an audit file that does not stay where it is', () => {
  it.each([
    ['removed', (path: string) => rm(path)],
    ['rotated', (path: string) => rename(path, `${path}.1`)],
    [
      'rotated, and a new one put in its place',
      async (path: string) => {
        await rename(path, `${path}.1`);
        await writeFile(path, '');
      },
    ],
  ])('%s: the next line stands in the file that has the name', async (_what, move) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    let replaced = 0;
    const log = await openAuditLog(path, { onReplaced: () => void (replaced += 1) });

    await log.append({ round: 1 });
    await move(path);
    await log.append({ round: 2 });
    await log.append({ round: 3 });
    await log.close();

    expect(await linesOf(path)).toEqual(['{"round":2}', '{"round":3}', '']);
    expect(replaced).toBe(1);
  });

  it('with its folder taken away cannot keep a line, and can again when the folder is back', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sub', 'audit.jsonl');
    await mkdir(join(folder.path, 'sub'));
    const log = await openAuditLog(path);

    await rm(join(folder.path, 'sub'), { recursive: true });
    await expect(log.append({ round: 1 })).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining(path),
    });
    await mkdir(join(folder.path, 'sub'));
    await log.append({ round: 2 });
    await log.close();

    expect(await linesOf(path)).toEqual(['{"round":2}', '']);
  });

  it('replaced by a folder cannot keep a line', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const log = await openAuditLog(path);

    await rm(path);
    await mkdir(path);

    await expect(log.append({ round: 1 })).rejects.toMatchObject({ kind: 'local-io' });
    await log.close();
  });
});

describe('an audit file that ends in the middle of a line', () => {
  it('gets the end of that line first, once', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    await writeFile(path, '{"round":1}\n{"rou');

    const log = await openAuditLog(path);
    await log.append({ round: 3 });
    await log.append({ round: 4 });
    await log.close();

    expect(await linesOf(path)).toEqual(['{"round":1}', '{"rou', '{"round":3}', '{"round":4}', '']);
  });
});

describe('an audit log that is no plain file', () => {
  it('may be a link to one', async () => {
    await using folder = await temporaryFolder();
    await symlink('real.jsonl', join(folder.path, 'audit.jsonl'));

    const log = await openAuditLog(join(folder.path, 'audit.jsonl'));
    await log.append({ round: 1 });
    await log.close();

    expect(await linesOf(join(folder.path, 'real.jsonl'))).toEqual(['{"round":1}', '']);
  });

  it('may be a device, which cannot be forced to a disk', async () => {
    const log = await openAuditLog('/dev/null');

    await expect(log.append({ round: 1 })).resolves.toBeUndefined();
    await log.close();
  });

  it('that is full keeps no line, and says why', async () => {
    const log = await openAuditLog('/dev/full');

    await expect(log.append({ round: 1 })).rejects.toMatchObject({
      kind: 'local-io',
      message: 'cannot write /dev/full: could not write the audit line: the disk is full',
    });
    await log.close();
  });

  it('that nobody reads from ends the start at once', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'pipe');
    await promisify(execFile)('mkfifo', [path]);

    await expect(openAuditLog(path)).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('it is a pipe without a reader'),
    });
  });
});

it('lines that are asked for at once are kept in that order, with those of another process between them', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'audit.jsonl');
  const log = await openAuditLog(path);

  await Promise.all([
    log.append({ round: 1 }),
    appendFile(path, '{"other":1}\n'),
    log.append({ round: 2 }),
    log.append({ round: 3 }),
  ]);
  await log.close();

  const lines = await linesOf(path);
  expect(lines.filter((line) => line.includes('round'))).toEqual(['{"round":1}', '{"round":2}', '{"round":3}']);
  expect(lines).toHaveLength(5);
});
