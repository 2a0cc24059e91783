import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPermits, type Permits } from '../../src/fleet/budgets.ts';
import { permitMs, windowOf } from '../../src/fleet/budget-window.ts';
import type { Counted, SharedCounts } from '../../src/fleet/engine.ts';
import { ConnectorError } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';
import { waitFor } from '../support/fake-wait.ts';
import { mostInAMinute } from '../support/request-budget.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('the windows of a budget', () => {
  it.each([10, 60, 100, 600, 5_000, 100_000])(
    'let no minute see more than %i a minute, whoever takes all that each window has, as late as may be',
    (requests) => {
      const window = windowOf({ requests });
      const sent: number[] = [];
      // The first windows are used at their very end, and late; the others at once. A minute sees most of that.
      for (let at = 0, place = 0; at < 240_000; at += window.windowMs, place += 1) {
        const late = place === 3 ? window.windowMs - 1 + permitMs : 0;
        sent.push(...Array.from({ length: window.requests }, () => at + late));
      }
      expect(mostInAMinute(sent)).toBeLessThanOrEqual(requests);
      expect((window.requests * 60_000) / window.windowMs).toBeGreaterThanOrEqual(requests * 0.85);
    },
  );
});

/** Counts of an engine that may be away. */
function sharedCounts(): SharedCounts & { isAway: boolean; asked: number } {
  const all = new Map<string, { n: number; endsMs: number }>();
  const told = ({ n, endsMs }: { n: number; endsMs: number }): Counted => ({ n, leftMs: endsMs - Date.now() });
  const shared = {
    isAway: false,
    asked: 0,
    add: async (key: string, n: number, ms: number, isAnew: boolean): Promise<Counted> => {
      shared.asked += 1;
      if (shared.isAway) {
        throw new ConnectorError('unavailable', 'the database is away');
      }
      const known = all.get(key);
      const isOver = known === undefined || known.endsMs <= Date.now();
      const endsMs = isOver ? Date.now() + ms : isAnew ? Math.max(known.endsMs, Date.now() + ms) : known.endsMs;
      const entry = { n: isOver || isAnew ? n : known.n + n, endsMs };
      all.set(key, entry);
      return told(entry);
    },
    read: async (): Promise<undefined> => undefined,
  };
  return shared;
}

const budget = { requests: 600 };

function processOn(counts: SharedCounts, onWait?: (group: string, ms: number) => void): Permits {
  const permits = createPermits({
    counts,
    budgets: new Map([['acme', budget]]),
    logger: silentLogger,
    now: () => performance.now(),
    wait: waitFor,
    ...(onWait !== undefined && { onWait }),
  }).get('acme');
  if (permits === undefined) {
    throw new Error('the group has a budget');
  }
  return permits;
}

/** Sends without a break until the signal fires: six at once, as a sync does at most. */
async function send(permits: Permits, sent: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const count = await permits.take(6, signal).catch(() => 0);
    sent.push(...Array.from({ length: count }, () => Date.now()));
    await waitFor(20, signal);
  }
}

/** So many processes that send all they may, for so long; `then` is done meanwhile. */
async function sentBy(counts: SharedCounts, processes: number, forMs: number, then?: () => Promise<void>) {
  const over = new AbortController();
  const sent: number[] = [];
  const all = Array.from({ length: processes }, () => send(processOn(counts), sent, over.signal));
  await then?.();
  await vi.advanceTimersByTimeAsync(forMs);
  over.abort();
  await Promise.all(all);
  return sent;
}

describe('a budget of requests', () => {
  it('is shared by processes that send all they may, is never exceeded, and is nearly used up', async () => {
    const counts = sharedCounts();
    const sent = await sentBy(counts, 4, 180_000);

    expect(mostInAMinute(sent)).toBeLessThanOrEqual(budget.requests);
    expect(sent.length).toBeGreaterThan(3 * budget.requests * 0.85);
    expect(counts.asked).toBeLessThan(sent.length);
  });

  it('is taken in batches: a sync of many requests does not ask for each', async () => {
    const counts = sharedCounts();
    const permits = processOn(counts);
    const signal = new AbortController().signal;
    for (let n = 0; n < 300; n += 1) {
      const taking = permits.take(1, signal);
      await vi.advanceTimersByTimeAsync(25);
      while ((await Promise.race([taking, Promise.resolve(0)])) === 0) {
        await vi.advanceTimersByTimeAsync(25);
      }
    }
    expect(counts.asked).toBeLessThan(150);
  });

  it('goes on at a fraction while the counts are away, and without a rush when they are back', async () => {
    const counts = sharedCounts();
    const sent = await sentBy(counts, 4, 60_000, async () => {
      await vi.advanceTimersByTimeAsync(90_000);
      counts.isAway = true;
      await vi.advanceTimersByTimeAsync(300_000);
      counts.isAway = false;
    });
    const startMs = 1_800_000_000_000;
    const meanwhile = sent.filter((at) => at > startMs + 152_000 && at <= startMs + 390_000);

    expect(mostInAMinute(sent)).toBeLessThanOrEqual(budget.requests);
    expect(meanwhile.length / ((390 - 152) / 60)).toBeLessThanOrEqual(4 * 0.1 * budget.requests + 4);
    expect(meanwhile.length).toBeGreaterThan(500);
  });

  it('is used to its end in each window, though more is asked for than is left', async () => {
    const counts = sharedCounts();
    const [one, other] = [processOn(counts), processOn(counts)];
    const signal = new AbortController().signal;
    const { requests } = windowOf(budget);

    expect(await one.take(requests - 1, signal)).toBe(requests - 1);
    expect(await other.take(6, signal)).toBe(1);
  });

  it('begins with a pause where the counts are away: what was just taken of them counts as well', async () => {
    const counts = sharedCounts();
    const signal = new AbortController().signal;
    const permits = processOn(counts);
    expect(await permits.take(windowOf(budget).requests, signal)).toBe(windowOf(budget).requests);
    counts.isAway = true;
    let taken = 0;
    void permits.take(1, signal).then((count) => (taken = count));
    await vi.advanceTimersByTimeAsync(900);
    expect(taken).toBe(0);
    await vi.advanceTimersByTimeAsync(1_300);
    expect(taken).toBe(1);
  });

  it('is paused for all where Descope asks one of them to wait, and for a minute at most', async () => {
    const counts = sharedCounts();
    const startMs = 1_800_000_000_000;
    const sent = await sentBy(counts, 2, 100_000, async () => {
      await vi.advanceTimersByTimeAsync(10_000);
      await processOn(counts).pause(3_600_000);
    });
    expect(sent.filter((at) => at > startMs + 11_000 && at < startMs + 70_000)).toEqual([]);
    expect(sent.filter((at) => at >= startMs + 70_000).length).toBeGreaterThan(300);
  });

  it('tells how long each ask waited: those that are served at once, and those behind others', async () => {
    const waits: [string, number][] = [];
    const counts = sharedCounts();
    const permits = processOn(counts, (group, ms) => waits.push([group, Math.round(ms)]));
    const signal = new AbortController().signal;
    const { requests, windowMs } = windowOf(budget);
    expect(await permits.take(requests, signal)).toBe(requests);
    const taking = [permits.take(1, signal), permits.take(1, signal)];
    const stopping = new AbortController();
    taking.push(permits.take(1, stopping.signal).catch(() => 0));
    stopping.abort();
    await vi.advanceTimersByTimeAsync(2 * windowMs);

    expect(await Promise.all(taking)).toEqual([1, 1, 0]);
    expect(waits).toEqual([
      ['acme', 0],
      ['acme', windowMs],
      ['acme', windowMs],
    ]);
  });

  it('lets a sync that is stopped wait no longer', async () => {
    const counts = sharedCounts();
    await processOn(counts).pause(60_000);
    const stopping = new AbortController();
    const waiting = processOn(counts).take(1, stopping.signal);
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100);
    stopping.abort();
    await expect(waiting).rejects.toThrow('stopped while a request waited');
  });
});
