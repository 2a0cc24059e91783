import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Fault, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import {
  bearer,
  benchProject,
  canaryKey,
  forever,
  leaksIn,
  permissionList,
  roleList,
  search,
  tenantList,
} from '../support/faults-bench.ts';

/** A sample of the matrix through the built program: the exit code, one line, the old file. test/e2e has more. */
const sample: readonly (readonly [string, string, Fault, number, string])[] = [
  ['429 for an hour', search, { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, 4, 'opens again at'],
  ['a 500 that repeats the key', tenantList, { kind: 'status', status: 500, body: bearer }, 4, 'answered 500'],
  [
    'a redirect to elsewhere',
    roleList,
    { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
    5,
    'redirect',
  ],
  ['an error inside a success', permissionList, { kind: 'body', body: 'error-envelope' }, 5, 'error inside'],
  ['a cut body', search, { kind: 'truncate', how: 'well-framed' }, 5, 'not whole JSON'],
  ['a key that is revoked', search, { kind: 'status', status: 401 }, 3, 'refused the management key'],
];

it.each(sample)('%s: one line and its exit code', async (_name, endpoint, fault, code, message) => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, 'sync.json');
  await writeFile(out, 'the old file');
  const emulator = await startEmulator({ project: benchProject(), managementKey: canaryKey });
  const rule = emulator.faults.add({ match: { endpoint }, times: forever, fault });

  const run = await runCli(['sync', '--out', out, '--log-level', 'debug'], { env: envOf(emulator) });
  await emulator.close();

  const lines = run.stderr.split('\n').filter((line) => line.startsWith('baton-descope:'));
  expect(rule.fired).toBeGreaterThan(0);
  expect(run.code).toBe(code);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
  expect(leaksIn(run.stdout + run.stderr)).toEqual([]);
  expect(await readFile(out, 'utf8')).toBe('the old file');
  expect(await readdir(folder.path)).toEqual(['sync.json']);
});
