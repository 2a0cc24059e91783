import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { quickEnv, temporaryFolder } from '../support/cli.ts';

const pathOf = (name: string): string => fileURLToPath(import.meta.resolve(name));
const reporter = fileURLToPath(new URL('../support/ci-reporter.ts', import.meta.url));

const failing = `
import { appendFileSync, existsSync } from 'node:fs';
import * as fc from ${JSON.stringify(pathOf('fast-check'))};

const numbers = fc.array(fc.integer({ min: 1_000_000 }), { minLength: 3_000, maxLength: 4_000 });
const rows = (all) => all.map((id) => ({ id }));

it('fails always', async () => {
  await fc.assert(
    fc.asyncProperty(numbers, async (all) => void expect(rows(all)).toEqual(rows(all.map((each) => -each)))),
    { endOnFailure: true },
  );
});

it('fails once', () => {
  const isFirst = !existsSync('seen');
  appendFileSync('seen', 'x');
  fc.assert(fc.property(fc.nat(), () => void expect(isFirst).toBe(false)), { endOnFailure: true });
});
`;

it('the log of CI names the seeds of a property, in short lines, and is not filled by its counterexample', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'some.test.js'), failing);
  await writeFile(join(folder.path, 'other.test.js'), "throw new Error('not to be loaded');\n");
  const log = join(folder.path, 'log');

  const args = ['run', '--globals', '--retry=1', '--reporter=default', `--reporter=${reporter}`];
  const run = await promisify(execFile)(process.execPath, [join(pathOf('vitest'), '../../vitest.mjs'), ...args], {
    cwd: folder.path,
    env: { ...quickEnv, CI_REPORT_LOG: log },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((thrown: { readonly code: number; readonly stdout: string; readonly stderr: string }) => thrown);

  expect(run).toMatchObject({ code: 1 });
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n').toSorted();
  const property = String.raw`Property failed after 1 tests \{ seed: -?\d+, path: "0", endOnFailure: true \}: expected `;
  expect(lines).toEqual([
    'failed: other.test.js: not to be loaded',
    expect.stringMatching(
      new RegExp(`^failed: some.test.js: fails always: ${property}.*; Counterexample: .* \\| again: ${property}`),
    ),
    expect.stringMatching(new RegExp(`^passed when run again: some.test.js: fails once: ${property}true to be false`)),
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2_000);
  const printed = run.stdout + run.stderr;
  expect(printed).toMatch(/\{ seed: -?\d+, path: "0"/);
  expect(printed.length).toBeLessThan(60_000);
});
