import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    testTimeout: 30_000,
    // All cores: the default leaves one idle, which on two cores means one file at a time.
    maxWorkers: '100%',
    coverage: { include: ['src/**'], exclude: ['src/gen/**'] },
  },
});
