import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  emulator = await startEmulator({ users: 30 });
  folder = await temporaryFolder();
  await runCli(['sync', '--out', 'sync.json'], { env: envOf(emulator), cwd: folder.path });
  await writeFile(join(folder.path, 'json.yaml'), 'log-format: json\nrate-limit: nonsense\n');
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

const json = { BATON_LOG_FORMAT: 'json' };
/** Whoever tells something on stderr: progress, notes, errors of every kind. */
const calls: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
  [['sync', '--out', 'again.json'], json],
  [['sync', '--out', 'again.json', '--json'], json],
  [['sync', '--out', 'again.json', '--log-format', 'json'], {}],
  [['sync', '--out', 'again.json', '--log-format=json', '--max-shrink', 'x', '--rate-limit', 'y'], {}],
  [['sync', '--out', 'again.json', '--config', 'json.yaml'], {}],
  [['sync', '--out', 'again.json'], { ...json, DESCOPE_MANAGEMENT_KEY: 'wrong' }],
  [['sync', '--out', 'again.json'], { ...json, DESCOPE_BASE_URL: 'http://127.0.0.1:1' }],
  [['sync', '--otu', 'x'], json],
  [['who-can', 'sync.json', 'invoices.approve', '--csv'], json],
  [['access', 'sync.json', 'nobody at all'], json],
  [['diff', 'sync.json', 'missing.json'], json],
  [['grant', '--entitlement', 'role:Editor:assigned', '--principal', 'nobody'], json],
  [['doctor'], { ...json, DESCOPE_MANAGEMENT_KEY: 'wrong' }],
  [['serve', '--listen', 'nowhere'], json],
  [['demo', '--out', 'demo.json'], json],
  [[], json],
];

describe('stderr, where JSON was asked for,', () => {
  it.each(calls)('is one object a line: %j', async (args, env) => {
    const { code, stderr } = await runCli(args, { env: { ...envOf(emulator), ...env }, cwd: folder.path });
    const lines = stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

    expect(
      lines.filter(
        (line) =>
          !('audit' in line) &&
          !(typeof line['msg'] === 'string' && typeof line['level'] === 'string' && typeof line['time'] === 'string'),
      ),
    ).toEqual([]);
    if (code !== 0) {
      expect(lines.at(-1)).toMatchObject({ level: 'error', code });
    }
  });

  it('leaves nothing plain on the stdout of serve, from its start to its end', async () => {
    await using serving = startCli(['serve', '--listen', '127.0.0.1:0', '--health-check-port', '0'], {
      ...envOf(emulator),
      ...json,
    });
    await serving.until(/"health and metrics"/);

    const { code, stdout, stderr } = await serving.stop();

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).not.toContain('string');
    expect(stderr).toContain('"msg":"listening"');
  });
});
