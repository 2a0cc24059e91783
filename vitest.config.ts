import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { caseFiles } from './vitest.cases.config.ts';

const left = ['test/long/**', ...caseFiles];

/** Files that put something of their own in the place of a module, or of Node's HTTP: nobody else may see it. */
const replacing = globSync('test/**/*.test.ts', { exclude: left }).filter((file) =>
  /\buseNock\(|\bvi\.mock\(/.test(readFileSync(file, 'utf8')),
);

const common = {
  // Far more than any test takes: it ends what hangs, and not what a busy machine is slow with.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } }, // of vitest's second a busy machine needs more
  setupFiles: ['test/support/leave-as-found.ts', 'test/support/property-seed.ts'],
  // All cores: the default leaves one idle, which on two cores means one file at a time.
  maxWorkers: '100%',
};

export default defineConfig({
  test: {
    coverage: { include: ['src/**'], exclude: ['src/gen/**'] },
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...left, ...replacing],
          // To load the program anew for each of 250 files was nearly half of the time.
          isolate: false,
        },
      },
      { test: { ...common, name: 'alone', include: replacing } },
    ],
  },
});
