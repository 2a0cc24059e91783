import { afterAll, vi } from 'vitest';

/** Test files share their process: whatever a file did to the clock, the environment or an object ends with it. */
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
