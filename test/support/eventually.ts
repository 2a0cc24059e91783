import { vi } from 'vitest';

/** Waits until the assertion holds: for as long as a busy machine may need, which is much longer than vitest waits. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 60_000, interval: 20 });
}
