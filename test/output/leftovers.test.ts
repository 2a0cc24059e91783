import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAtomicFile } from '../../src/output/atomic-file.ts';
import { sweepLeftovers, unfinishedPath } from '../../src/output/leftovers.ts';

const oneHourMs = 60 * 60_000;
const random = '0123456789ab';
const elsewhere = '00000000-42';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftovers-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (name = 'sync.json'): string => join(folder, name);

async function put(name: string, ageMs = 0): Promise<string> {
  await writeFile(join(folder, name), 'x');
  const at = new Date(Date.now() - ageMs);
  await utimes(join(folder, name), at, at);
  return name;
}

describe('what a killed run left beside the target', () => {
  it.each(['.tmp', '.db.tmp'] as const)('is swept as soon as its process is gone (%s)', async (ending) => {
    await put(basename(unfinishedPath(target(), ending)));

    await sweepLeftovers(target(), { isRunning: () => false });

    expect(await readdir(folder)).toEqual([]);
  });

  it('stays while its process runs, and is swept when nobody has written to it for an hour', async () => {
    const name = await put(basename(unfinishedPath(target(), '.tmp')));

    await sweepLeftovers(target());
    const before = await readdir(folder);
    await sweepLeftovers(target(), { nowMs: Date.now() + oneHourMs + 2_000 });

    expect(before).toEqual([name]);
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'is swept where the number of its process was given to one that began after it was written',
    async () => {
      await put(basename(unfinishedPath(target(), '.tmp')), 50 * 60_000 + performance.now());

      await sweepLeftovers(target());

      expect(await readdir(folder)).toEqual([]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'is swept where its process ended and nobody has looked after it yet',
    async () => {
      const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60']);
      const pid = await new Promise<string>((resolve) => {
        parent.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
      });
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      await put(basename(unfinishedPath(target(), '.tmp')).replace(`-${process.pid}-`, `-${pid}-`));

      await sweepLeftovers(target());
      parent.kill('SIGKILL');

      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('is swept by whatever writes a file there next', async () => {
    await put(`.report.html.${random}.tmp`, 2 * oneHourMs);

    await (await createAtomicFile(target('report.html'))).commit();

    expect(await readdir(folder)).toEqual(['report.html']);
  });

  it('on another machine is judged by its age alone', async () => {
    const young = await put(`.sync.json.${elsewhere}-${random}.tmp`);
    await put(`.sync.json.${elsewhere}-ba9876543210.tmp`, oneHourMs + 1_000);

    await sweepLeftovers(target(), { isRunning: () => false });

    expect(await readdir(folder)).toEqual([young]);
  });

  it('by a version that named no process is judged by its age alone', async () => {
    const young = await put(`.sync.json.${random}.tmp`);
    await put('.sync.json.ba9876543210.tmp', oneHourMs + 1_000);
    await put('.sync.json.ba9876543210.db.tmp', oneHourMs + 1_000);
    await put('.sync.json.ba9876543210.db.tmp-journal', oneHourMs + 1_000);

    await sweepLeftovers(target(), { isRunning: () => false });

    expect(await readdir(folder)).toEqual([young]);
  });

  it.each([
    'sync.json',
    `sync.json.${random}.tmp`,
    `.sync.json.${random}.tmp2`,
    `.sync.json.${random}`,
    `.sync.json.${random.toUpperCase()}.tmp`,
    '.sync.json.tmp',
    '.sync.json.backup.tmp',
    `.sync.json.old.${random}.tmp`,
    `.other.json.${random}.tmp`,
    `.sync_json.${random}.tmp`,
    `.syncxjson.${random}.tmp`,
  ])('is never mistaken for %s, however old', async (name) => {
    await put(name, 1_000 * oneHourMs);

    await sweepLeftovers(target(), { isRunning: () => false });

    expect(await readdir(folder)).toEqual([name]);
  });

  it('is never a folder or a link, and what a link leads to stays', async () => {
    const names = [`.sync.json.${random}.tmp`, '.sync.json.ba9876543210.tmp', 'precious'];
    await mkdir(join(folder, names[0] ?? ''));
    await put('precious', 2 * oneHourMs);
    await symlink(join(folder, 'precious'), join(folder, names[1] ?? ''));

    await sweepLeftovers(target(), { nowMs: Date.now() + 2 * oneHourMs, isRunning: () => false });

    expect((await readdir(folder)).toSorted()).toEqual(names.toSorted());
  });

  it('in a folder that is not there is none', async () => {
    await expect(sweepLeftovers(join(folder, 'missing', 'sync.json'))).resolves.toBeUndefined();
  });
});
