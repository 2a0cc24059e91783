import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchSilence } from '../../src/history/postgres/silence.ts';

const times = { silentMs: 45_000, lookMs: 15_000, tries: 2, connectMs: 10_000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection whose server is there or not; what it did is counted. */
function watched() {
  const seen = { bytesRead: 0, isAsked: true, isThere: false, isDestroyed: false, probes: 0 };
  const socket = {
    get bytesRead() {
      return seen.bytesRead;
    },
    destroy: () => {
      seen.isDestroyed = true;
      return socket as never;
    },
  };
  const isReachable = async (): Promise<boolean> => {
    seen.probes += 1;
    return seen.isThere;
  };
  return { seen, watch: watchSilence({ socket, isAsked: () => seen.isAsked, isReachable, times }) };
}

describe('a connection that an answer is waited for', () => {
  it('is given up within two minutes where nothing comes and the server cannot be reached anew', async () => {
    const { seen, watch } = watched();
    await vi.advanceTimersByTimeAsync(44_999);
    expect(seen).toMatchObject({ probes: 0, isDestroyed: false });
    await vi.advanceTimersByTimeAsync(15_001);
    expect([watch.isDead, seen.isDestroyed]).toEqual([true, true]);
  });

  it('is kept through a statement of hours where the server answers others', async () => {
    const { seen, watch } = watched();
    seen.isThere = true;
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    expect(seen.probes).toBeGreaterThan(100);
    expect([watch.isDead, seen.isDestroyed]).toEqual([false, false]);
  });

  it('is kept where the server was away once, or something came while it was asked', async () => {
    const { seen, watch } = watched();
    await vi.advanceTimersByTimeAsync(45_000);
    seen.isThere = true;
    await vi.advanceTimersByTimeAsync(15_000);
    seen.isThere = false;
    await vi.advanceTimersByTimeAsync(45_000);
    expect(seen.probes).toBe(3);
    seen.bytesRead += 1;
    await vi.advanceTimersByTimeAsync(45_000);
    expect([watch.isDead, seen.probes]).toEqual([false, 3]);
  });

  it('is left alone while nothing is asked, and when it is over', async () => {
    const { seen, watch } = watched();
    seen.isAsked = false;
    await vi.advanceTimersByTimeAsync(600_000);
    seen.isAsked = true;
    watch[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(seen).toMatchObject({ probes: 0, isDestroyed: false });
  });
});
