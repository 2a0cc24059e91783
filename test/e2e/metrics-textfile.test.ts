import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { textfileOf } from '../../src/observe/textfile.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

/** The package has no types. */
const parsePrometheus = createRequire(import.meta.url)('parse-prometheus-text-format') as (
  text: string,
) => readonly { readonly name: string; readonly metrics: readonly { readonly value?: string }[] }[];

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 120 });
});
afterAll(async () => {
  await emulator.close();
});

/** The value of a metric without labels but the project; undefined when it is not there. */
function valueIn(text: string, name: string): number | undefined {
  const family = parsePrometheus(text).find((found) => found.name === `baton_descope_${name}`);
  const value = family?.metrics[0]?.value;
  return value === undefined ? undefined : Number(value);
}

describe('sync --metrics-textfile', () => {
  it('tells a complete run, a failed one without forgetting the complete one, and the next complete one', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'descope.prom');
    const run = async (env: Readonly<Record<string, string>> = {}): Promise<string> => {
      await runCli(['sync', '--out', 'sync.json', '--metrics-textfile', file], {
        cwd: folder.path,
        env: { ...envOf(emulator), ...env },
      });
      return await readFile(file, 'utf8');
    };

    const [first, refused, unset, last] = [
      await run(),
      await run({ DESCOPE_MANAGEMENT_KEY: 'K2wrong' }),
      await run({ BATON_DESCOPE_MAX_SHRINK: 'x' }),
      await run(),
    ];

    const of = (name: string): readonly (number | undefined)[] =>
      [first, refused, unset, last].map((text) => valueIn(text, name));
    expect(of('sync_last_run_exit_code')).toEqual([0, 3, 2, 0]);
    expect(of('sync_failures_in_a_row')).toEqual([0, 1, 2, 0]);
    expect(valueIn(refused, 'last_complete_sync_timestamp_seconds')).toBe(
      valueIn(first, 'last_complete_sync_timestamp_seconds'),
    );
    expect(valueIn(unset, 'last_complete_sync_timestamp_seconds')).toBe(
      valueIn(first, 'last_complete_sync_timestamp_seconds'),
    );
    expect(valueIn(last, 'last_complete_sync_timestamp_seconds')).toBeGreaterThan(
      valueIn(first, 'last_complete_sync_timestamp_seconds') ?? 0,
    );
    expect(refused).toContain(
      `baton_descope_last_complete_sync_rows{project="${emulator.projectId}",section="resources",type="user"} 120`,
    );
    expect((await readdir(folder.path)).toSorted()).toEqual(['descope.prom', 'sync.json']);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  it('is taken from the environment and without a command, too', async () => {
    await using folder = await temporaryFolder();
    await runCli(['-f', 'sync.json'], {
      cwd: folder.path,
      env: { ...envOf(emulator), BATON_DESCOPE_METRICS_TEXTFILE: 'x.prom' },
    });

    expect(valueIn(await readFile(join(folder.path, 'x.prom'), 'utf8'), 'sync_last_run_exit_code')).toBe(0);
  });

  it.each([
    ['a name that the collector does not read', 'metrics.txt', 2],
    ['the ending alone', '.prom', 2],
    ['nothing', '', 2],
    ['a folder', 'folder.prom', 6],
    ['a folder that is not there', 'none/x.prom', 6],
  ])('is refused before anything is read: %s', async (_name, file, code) => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'folder.prom'));
    const before = emulator.stats.total;
    const run = await runCli(['sync', '--out', 'sync.json', `--metrics-textfile=${file}`], {
      cwd: folder.path,
      env: envOf(emulator),
    });

    expect(run.code).toBe(code);
    expect(emulator.stats.total).toBe(before);
  });

  it('replaces what stands there and is not ours, whatever its mode', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'x.prom');
    await writeFile(file, 'not ours');
    await chmod(file, 0o600);
    const run = await runCli(['sync', '--out', 'sync.json', '--metrics-textfile', file], {
      cwd: folder.path,
      env: envOf(emulator),
    });

    expect(run.code).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain('not ours');
  });
});

it('the text of a run escapes its labels, and keeps only what is of its project', () => {
  const run = { projectId: 'P"\\1', endedAtMs: 2_000, seconds: 1.5, exitCode: 4, complete: undefined };
  const text = textfileOf(run, 'baton_descope_sync_failures_in_a_row{project="Pother"} 7\nrubbish\n');

  expect(text).toContain(String.raw`{project="P\"\\1"} 4`);
  expect(text).toContain(String.raw`sync_failures_in_a_row{project="P\"\\1"} 1`);
  expect(text).not.toContain('last_complete_sync');
  expect(text.endsWith('\n')).toBe(true);
});
