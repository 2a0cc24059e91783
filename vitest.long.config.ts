import { defineConfig } from 'vitest/config';

/** The sweeps of which `npm test` has a share: everything at every place. Minutes, not seconds. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 600_000,
    maxWorkers: '100%',
  },
});
