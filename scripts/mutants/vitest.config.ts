import { defineConfig } from 'vitest/config';

/** Whatever tests a mutant names, those that `npm test` leaves out among them. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, maxWorkers: '100%' },
});
