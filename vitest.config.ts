import { defineConfig } from 'vitest/config';
import { caseFiles } from './vitest.cases.config.ts';

/** Files that put something of their own in the place of a module: nobody else may see it. */
const replacingModules = ['test/output/kept-files.test.ts'];

const shared = {
  testTimeout: 30_000,
  setupFiles: ['test/support/leave-as-found.ts'],
  // All cores: the default leaves one idle, which on two cores means one file at a time.
  maxWorkers: '100%',
};

export default defineConfig({
  test: {
    coverage: { include: ['src/**'], exclude: ['src/gen/**'] },
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: ['test/long/**', ...caseFiles, ...replacingModules],
          // To load the program anew for each of 250 files was nearly half of the time.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'alone', include: replacingModules } },
    ],
  },
});
