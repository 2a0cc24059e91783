import { Cron } from 'croner';

/** When syncs are due. Times are epoch milliseconds. */
export interface Ticks {
  /** The first one, given when the last complete sync was finished, if that is known. */
  first(nowMs: number, lastFinishedAtMs: number | undefined): number;
  /** The first one after a moment; `previousMs` is the tick before. */
  after(nowMs: number, previousMs: number): number;
  /** How many lie between the two moments, both left out; counted up to a hundred. */
  missed(previousMs: number, nowMs: number): number;
}

/**
 * One tick every so often. The first is at once, or when the last complete sync has become that old: a process that is
 * started again and again does not read the project each time.
 */
export function everySo(intervalMs: number): Ticks {
  const missed = (previousMs: number, nowMs: number): number =>
    Math.max(0, Math.ceil((nowMs - previousMs) / intervalMs) - 1);
  return {
    missed,
    first: (nowMs, lastFinishedAtMs = Number.NEGATIVE_INFINITY) =>
      Math.min(Math.max(nowMs, lastFinishedAtMs + intervalMs), nowMs + intervalMs),
    after: (nowMs, previousMs) =>
      previousMs + (Math.max(0, Math.floor((nowMs - previousMs) / intervalMs)) + 1) * intervalMs,
  };
}

const mostCounted = 100;

/**
 * The ticks of a cron pattern, in the time zone of the process. It must be one that comes due (`config/settings.ts`).
 */
export function atTimesOf(pattern: string): Ticks {
  const cron = new Cron(pattern, { mode: '5-or-6-parts', paused: true });
  const next = (afterMs: number): number => cron.nextRun(new Date(afterMs))?.getTime() ?? Number.POSITIVE_INFINITY;
  return {
    first: (nowMs) => next(nowMs),
    after: (nowMs) => next(nowMs),
    missed: (previousMs, nowMs) => {
      let count = 0;
      for (let tick = next(previousMs); tick < nowMs && count < mostCounted; tick = next(tick)) {
        count += 1;
      }
      return count;
    },
  };
}

/** Runs that somebody asks for between the ticks. */
export interface AskedRuns {
  /** One run as soon as there is none under way; asked several times meanwhile, it is still one. */
  ask(): void;
  /** Fires when a run is asked for. A new one stands here when that was taken. */
  readonly asked: AbortSignal;
  /** True once for what was asked for so far. */
  take(): boolean;
}

export function createAskedRuns(): AskedRuns {
  let waiting = new AbortController();
  return {
    ask: () => waiting.abort(),
    get asked() {
      return waiting.signal;
    },
    take: () => {
      const isAsked = waiting.signal.aborted;
      if (isAsked) {
        waiting = new AbortController();
      }
      return isAsked;
    },
  };
}

export interface ScheduleOptions {
  readonly ticks: Ticks;
  readonly asked?: AskedRuns;
  readonly lastFinishedAtMs?: number | undefined;
  /** One run. It must not throw: what went wrong is its own to tell. */
  readonly run: () => Promise<void>;
  readonly onNext: (atMs: number) => void;
  /** Told when ticks went by during a run: they are not made up for. */
  readonly onSkipped: (count: number) => void;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  /** Waits; must return early when the signal fires, and not throw. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The clock may be set, and a timer holds 24 days at most: it is looked at this often. */
const longestNapMs = 60_000;

/**
 * Runs at every tick until the signal fires, one run after the other: a tick that falls into a run is skipped. A run
 * that was asked for leaves the ticks where they are.
 */
export async function followSchedule(options: ScheduleOptions): Promise<void> {
  const {
    ticks,
    lastFinishedAtMs,
    asked = createAskedRuns(),
    run,
    onNext,
    onSkipped,
    signal,
    now = Date.now,
    wait = waitFor,
  } = options;
  let tick = ticks.first(now(), lastFinishedAtMs);
  while (!signal.aborted) {
    onNext(tick);
    while (now() < tick && !signal.aborted && !asked.asked.aborted) {
      await wait(Math.min(tick - now(), longestNapMs), AbortSignal.any([signal, asked.asked]));
    }
    if (signal.aborted) {
      return;
    }
    const isDue = now() >= tick;
    asked.take();
    await run();
    const endedAt = now();
    if (!isDue && endedAt < tick) {
      continue; // it was asked for: the tick is still to come
    }
    const skipped = ticks.missed(tick, endedAt) + (isDue ? 0 : 1);
    if (skipped > 0 && !signal.aborted) {
      onSkipped(skipped);
    }
    tick = ticks.after(endedAt, tick);
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
