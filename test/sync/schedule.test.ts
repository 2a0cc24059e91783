import { describe, expect, it } from 'vitest';
import { atTimesOf, createAskedRuns, everySo, followSchedule, type Ticks } from '../../src/sync/schedule.ts';

const start = Date.parse('2026-11-25T12:00:00Z');
const minute = 60_000;

interface Followed {
  readonly runs: readonly number[];
  readonly skipped: readonly number[];
  readonly told: readonly number[];
}

/** Follows a schedule in a time of its own, in which runs take as long as they are told to, until so many have run. */
async function follow(ticks: Ticks, durations: readonly number[], lastFinishedAtMs?: number): Promise<Followed> {
  let clock = start;
  const stop = new AbortController();
  const followed = { runs: [] as number[], skipped: [] as number[], told: [] as number[] };
  await followSchedule({
    ticks,
    lastFinishedAtMs,
    now: () => clock,
    wait: async (ms) => {
      expect(ms).toBeGreaterThan(0);
      clock += ms;
    },
    run: async () => {
      followed.runs.push(clock - start);
      clock += durations[followed.runs.length - 1] ?? 0;
      if (followed.runs.length === durations.length) {
        stop.abort();
      }
    },
    onNext: (atMs) => followed.told.push(atMs - start),
    onSkipped: (count) => followed.skipped.push(count),
    signal: stop.signal,
  });
  return followed;
}

describe('a sync every ten minutes', () => {
  const ticks = everySo(10 * minute);

  it('runs at once where there is none yet, then at even distances, however long each takes', async () => {
    const { runs, told, skipped } = await follow(ticks, [minute, 4 * minute, 0, 1]);

    expect(runs).toEqual([0, 10 * minute, 20 * minute, 30 * minute]);
    expect(told).toEqual(runs);
    expect(skipped).toEqual([]);
  });

  it('first waits until the last complete sync is ten minutes old', async () => {
    expect((await follow(ticks, [0, 0], start - 4 * minute)).runs).toEqual([6 * minute, 16 * minute]);
    expect((await follow(ticks, [0], start - 40 * minute)).runs).toEqual([0]);
  });

  it('waits ten minutes at most, though the last file seems to come from the future', async () => {
    expect((await follow(ticks, [0], start + 90 * minute)).runs).toEqual([10 * minute]);
  });

  it('leaves out the ticks that fall into a run, tells how many, and keeps to its times', async () => {
    const { runs, skipped } = await follow(ticks, [25 * minute, 0, 10 * minute, 0]);

    expect(runs).toEqual([0, 30 * minute, 40 * minute, 60 * minute]);
    expect(skipped).toEqual([2]);
  });
});

describe('a cron pattern', () => {
  it('first runs at its next time, not at once, and leaves out what falls into a run', async () => {
    const { runs, skipped } = await follow(atTimesOf('*/15 * * * *'), [0, 31 * minute, 0]);

    expect(runs).toEqual([15 * minute, 30 * minute, 75 * minute]);
    expect(skipped).toEqual([2]);
  });

  it('can have seconds in front', async () => {
    expect((await follow(atTimesOf('*/20 * * * * *'), [0, 0])).runs).toEqual([20_000, 40_000]);
  });

  it('weeks away is waited for in short naps, since the clock may be set meanwhile', async () => {
    let clock = start;
    const naps: number[] = [];
    const stop = new AbortController();
    const ran: number[] = [];
    await followSchedule({
      ticks: atTimesOf('0 12 31 12 *'),
      now: () => clock,
      wait: async (ms) => {
        naps.push(ms);
        clock += naps.length === 5 ? 40 * 86_400_000 : ms; // somebody sets the clock beyond the time
      },
      run: async () => {
        ran.push(clock);
        stop.abort();
      },
      onNext: () => undefined,
      onSkipped: () => undefined,
      signal: stop.signal,
    });

    expect(ran).toHaveLength(1);
    expect(naps).toHaveLength(5);
    expect(Math.max(...naps)).toBeLessThanOrEqual(minute);
  });
});

describe('two runs', () => {
  it('never overlap: nothing is begun before the one before has ended', async () => {
    let clock = start;
    let running = 0;
    const atOnce: number[] = [];
    const stop = new AbortController();

    await followSchedule({
      ticks: everySo(minute),
      now: () => clock,
      wait: async (ms) => {
        clock += ms;
      },
      run: async () => {
        running += 1;
        atOnce.push(running);
        await new Promise(setImmediate); // ticks go by meanwhile
        clock += 3 * minute;
        running -= 1;
        if (atOnce.length === 3) {
          stop.abort();
        }
      },
      onNext: () => undefined,
      onSkipped: () => undefined,
      signal: stop.signal,
    });

    expect(atOnce).toEqual([1, 1, 1]);
  });
});

describe('a schedule that is given up', () => {
  it('ends at once while it waits, without a run', async () => {
    const stop = new AbortController();
    const ended = followSchedule({
      ticks: everySo(3_600_000),
      lastFinishedAtMs: Date.now(),
      run: async () => expect.fail('it ran'),
      onNext: () => queueMicrotask(() => stop.abort()),
      onSkipped: () => undefined,
      signal: stop.signal,
    });

    await expect(ended).resolves.toBeUndefined();
  });

  it('ends after the run that is under way', async () => {
    const stop = new AbortController();
    let runs = 0;
    await followSchedule({
      ticks: everySo(1),
      run: async () => {
        runs += 1;
        stop.abort();
      },
      onNext: () => undefined,
      onSkipped: () => expect.fail('a stop is not a delay'),
      signal: stop.signal,
    });

    expect(runs).toBe(1);
  });
});

describe('a sync that is asked for', () => {
  /** Asks at these minutes; a wait ends early then, as the real one does. Tells when each run began. */
  async function followAsked(askAt: readonly number[], durations: readonly number[]): Promise<Followed> {
    let clock = start;
    const stop = new AbortController();
    const asked = createAskedRuns();
    const waiting = askAt.map((at) => start + at * minute);
    const followed = { runs: [] as number[], skipped: [] as number[], told: [] as number[] };
    const moveTo = (at: number): void => {
      clock = at;
      while (waiting[0] !== undefined && waiting[0] <= clock) {
        waiting.shift();
        asked.ask();
      }
    };
    await followSchedule({
      ticks: everySo(10 * minute),
      asked,
      now: () => clock,
      wait: async (ms) => moveTo(Math.min(clock + ms, waiting[0] ?? Number.POSITIVE_INFINITY)),
      run: async () => {
        followed.runs.push((clock - start) / minute);
        moveTo(clock + (durations[followed.runs.length - 1] ?? 0) * minute);
        if (followed.runs.length === durations.length) {
          stop.abort();
        }
      },
      onNext: (atMs) => followed.told.push((atMs - start) / minute),
      onSkipped: (count) => followed.skipped.push(count),
      signal: stop.signal,
    });
    return followed;
  }

  it('runs at once, and leaves the times of the others where they are', async () => {
    expect((await followAsked([3, 7], [1, 1, 1, 1, 1])).runs).toEqual([0, 3, 7, 10, 20]);
  });

  it('runs when the one under way has ended, and once, however often it is asked for', async () => {
    expect((await followAsked([11, 12, 13], [1, 4, 1, 1])).runs).toEqual([0, 10, 14, 20]);
  });

  it('that lasts over a tick is told as having skipped it', async () => {
    const { runs, skipped } = await followAsked([8], [1, 15, 1]);

    expect(runs).toEqual([0, 8, 30]);
    expect(skipped).toEqual([2]);
  });
});
