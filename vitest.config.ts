import { defineConfig } from 'vitest/config';
import { caseFiles } from './vitest.cases.config.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', ...caseFiles],
    testTimeout: 30_000,
    // All cores: the default leaves one idle, which on two cores means one file at a time.
    maxWorkers: '100%',
    coverage: { include: ['src/**'], exclude: ['src/gen/**'] },
  },
});
