import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const kinds = ['json', 'c1z'] as const;

beforeAll(async () => {
  emulator = await startEmulator({ users: 40 });
  folder = await temporaryFolder();
  for (const kind of kinds) {
    await runCli(['sync', '--out', join(folder.path, `sync.${kind}`)], { env: envOf(emulator) });
  }
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

/** Runs a command where no folder for temporary files is to be had. */
const run = (temporary: string, ...args: readonly string[]): Promise<CliRun> =>
  runCli(args, { env: { ...envOf(emulator), TMPDIR: temporary } });
const missing = (): string => join(folder.path, 'no', 'such');

describe('without a folder for temporary files', () => {
  it.each(['json', 'ndjson', 'c1z', 'csv', 'xlsx'])(
    'a sync into .%s works beside its target, and leaves nothing there',
    async (kind) => {
      const place = await beside(kind);

      const { code, stderr } = await run(missing(), 'sync', '--out', join(place, `sync.${kind}`));

      expect(code, stderr).toBe(0);
      expect(await readdir(place)).toEqual([`sync.${kind}`]);
    },
  );

  it.each(kinds.flatMap((from) => ['json', 'ndjson', 'c1z', 'csv', 'xlsx', 'html'].map((to) => [from, to] as const)))(
    '.%s is made into .%s beside the target',
    async (from, to) => {
      const place = await beside(`${from}-${to}`);
      const flags = to === 'xlsx' || to === 'html' ? ['--since', join(folder.path, 'sync.c1z')] : [];

      const { code, stderr } = await run(
        missing(),
        to === 'html' ? 'report' : 'export',
        join(folder.path, `sync.${from}`),
        '--out',
        join(place, `out.${to}`),
        ...flags,
      );

      expect(code, stderr).toBe(0);
      expect(await readdir(place)).toEqual([`out.${to}`]);
    },
  );

  it.each(
    kinds.flatMap(
      (kind) =>
        [
          [kind, 'access', ['Ada Lovelace']],
          [kind, 'who-can', ['invoices.approve']],
          [kind, 'diff', [join('{folder}', 'sync.c1z')]],
        ] as const,
    ),
  )('a question about .%s, %s, ends with exit 6 and names TMPDIR', async (kind, command, args) => {
    const { code, stdout, stderr } = await run(
      missing(),
      command,
      join(folder.path, `sync.${kind}`),
      ...args.map((text) => text.replace('{folder}', folder.path)),
    );

    expect(code).toBe(6);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `baton-descope: cannot work in the folder for temporary files, ${missing()}: the folder does not exist; set ` +
        `TMPDIR to a folder that can be written to\n`,
    );
  });

  it('doctor says so, and that a sync does without', async () => {
    const { code, stdout } = await run(missing(), 'doctor', '--out', join(folder.path, 'new.json'));

    expect(code).toBe(0);
    expect(stdout).toMatch(/warn +temporary +nothing can be written in\s/);
  });

  it('a question that is answered leaves nothing in the folder', async () => {
    const temporary = join(folder.path, 'temporary');
    await mkdir(temporary);

    const { code } = await run(temporary, 'access', join(folder.path, 'sync.c1z'), 'Ada Lovelace');

    expect([
      code,
      (await readdir(temporary)).filter((name) => name.includes('baton-descope') && name.endsWith('.tmp')),
    ]).toEqual([0, []]);
  });
});

async function beside(name: string): Promise<string> {
  const place = join(folder.path, `place-${name}`);
  await mkdir(place);
  return place;
}

describe('what stands at the target and may not be replaced', () => {
  it('ends a sync, an export and a report with exit 6 before anything is sent, and doctor tells it', async () => {
    const target = join(folder.path, 'kept.json');
    await runCli(['export', join(folder.path, 'sync.json'), '--out', target]);
    await chmod(target, 0o400);
    const page = join(folder.path, 'kept.html');
    await writeFile(page, 'kept', { mode: 0o400 });
    const [before, requests] = [(await stat(target)).mtimeMs, emulator.stats.total];

    const runs = [
      await runCli(['sync', '--out', target], { env: envOf(emulator) }),
      await runCli(['export', join(folder.path, 'sync.json'), '--out', target]),
      await runCli(['report', join(folder.path, 'sync.json'), '--out', page]),
    ];
    expect(runs.map(({ code }) => code)).toEqual([6, 6, 6]);
    expect(runs.map(({ stderr }) => stderr.includes('the file is read-only'))).toEqual([true, true, true]);
    expect([(await stat(target)).mtimeMs, emulator.stats.total]).toEqual([before, requests]);

    const doctor = await runCli(['doctor', '--out', target], { env: envOf(emulator) });
    expect(doctor.code).toBe(6);
    expect(doctor.stdout).toMatch(/fail +output +.*read-only/s);
  });
});

describe.runIf(existsSync('/proc/self'))('a folder for temporary files in which the system creates nothing', () => {
  it('is not called missing', async () => {
    const { code, stderr } = await run('/proc', 'access', join(folder.path, 'sync.json'), 'Ada Lovelace');

    expect(code).toBe(6);
    expect(stderr).toContain('/proc: nothing can be created in it; set TMPDIR');
  });
});
