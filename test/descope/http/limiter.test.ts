import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLimiter } from '../../../src/descope/http/limiter.ts';
import { sleep } from '../../../src/descope/http/sleep.ts';
import { fakeTime, turn } from '../support.ts';

/** A task that ends when it is told to, and says when it has begun. */
function heldTask(): { task: () => Promise<string>; begun: () => boolean; end: () => void } {
  let hasBegun = false;
  let end: (value: string) => void = () => undefined;
  const done = new Promise<string>((resolve) => {
    end = resolve;
  });
  return {
    begun: () => hasBegun,
    end: () => end('done'),
    task: () => {
      hasBegun = true;
      return done;
    },
  };
}

describe('the limiter', () => {
  it('never runs more tasks at once than it has slots', async () => {
    const { now, sleep } = fakeTime();
    const limiter = createLimiter({ maxParallel: 3, now, sleep });
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 30 }, () =>
        limiter.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await turn();
          running -= 1;
        }),
      ),
    );

    expect(most).toBe(3);
  });

  it('hands on what a task answers and what it throws', async () => {
    const { now, sleep } = fakeTime();
    const limiter = createLimiter({ maxParallel: 1, now, sleep });

    await expect(limiter.run(async () => 7)).resolves.toBe(7);
    await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limiter.run(async () => 8)).resolves.toBe(8);
  });

  it('holds back every task for as long as a pause lasts', async () => {
    const time = fakeTime();
    const limiter = createLimiter({ maxParallel: 2, ...time });
    const begunAt: number[] = [];

    limiter.pauseFor(5_000);
    const openAt = time.now() + 5_000;
    await Promise.all(Array.from({ length: 5 }, () => limiter.run(async () => begunAt.push(time.now()))));

    expect(begunAt).toHaveLength(5);
    expect(begunAt.every((at) => at >= openAt)).toBe(true);
  });

  it('holds back a task that was waiting for a slot when the pause began', async () => {
    const time = fakeTime();
    const limiter = createLimiter({ maxParallel: 1, ...time });
    const running = heldTask();
    const first = limiter.run(running.task);
    let secondBegunAt = 0;
    const second = limiter.run(async () => {
      secondBegunAt = time.now();
    });
    await turn();

    const pausedAt = time.now();
    limiter.pauseFor(5_000);
    running.end();
    await Promise.all([first, second]);

    expect(secondBegunAt).toBe(pausedAt + 5_000);
  });

  it('lets a longer pause stand when a shorter one follows', () => {
    const time = fakeTime();
    const limiter = createLimiter({ maxParallel: 1, ...time });

    limiter.pauseFor(5_000);
    limiter.pauseFor(1_000);
    expect(limiter.pausedForMs()).toBe(5_000);
    time.advance(2_000);
    limiter.pauseFor(4_000);
    expect(limiter.pausedForMs()).toBe(4_000);
    time.advance(9_000);

    expect(limiter.pausedForMs()).toBe(0);
  });

  it('keeps waiting when a pause is made longer while it is slept through', async () => {
    const time = fakeTime();
    const limiter = createLimiter({
      maxParallel: 1,
      now: time.now,
      sleep: async (ms, signal) => {
        if (time.slept.length === 0) {
          limiter.pauseFor(8_000);
        }
        await time.sleep(ms, signal);
      },
    });

    limiter.pauseFor(5_000);
    await limiter.run(async () => undefined);

    expect(time.slept).toEqual([5_000, 3_000]);
  });

  it('gives a slot to others while a task waits for the end of a pause', async () => {
    const time = fakeTime();
    let wake: () => void = () => undefined;
    const limiter = createLimiter({
      maxParallel: 1,
      now: time.now,
      sleep: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
    });

    limiter.pauseFor(5_000);
    const sleeping = limiter.run(async () => 'late');
    await turn();
    time.advance(6_000); // the pause is over, and the sleeper has not woken up yet

    await expect(limiter.run(async () => 'early')).resolves.toBe('early');
    wake();
    await expect(sleeping).resolves.toBe('late');
  });

  it('runs nothing for a caller who is gone', async () => {
    const limiter = createLimiter({ maxParallel: 1, ...fakeTime() });
    const { task, begun } = heldTask();

    await expect(limiter.run(task, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });

    expect(begun()).toBe(false);
  });

  it('lets a caller go at once who still waits for a slot, and never runs its task', async () => {
    const limiter = createLimiter({ maxParallel: 1, ...fakeTime() });
    const busy = heldTask();
    const waiting = heldTask();
    const caller = new AbortController();
    const first = limiter.run(busy.task);
    let outcome: unknown;
    const second = limiter.run(waiting.task, caller.signal).catch((thrown: unknown) => {
      outcome = thrown;
    });
    await turn();

    caller.abort();
    await turn();
    expect(outcome).toMatchObject({ kind: 'cancelled' });
    busy.end();
    await Promise.all([first, second]);
    await turn();

    expect(waiting.begun()).toBe(false);
    await expect(limiter.run(async () => 'next')).resolves.toBe('next');
  });
});

describe('the real sleep', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends after its time, and lets go of the signal', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const caller = new AbortController();

    const slept = sleep(60_000, caller.signal);
    vi.advanceTimersByTime(60_000);

    await expect(slept).resolves.toBeUndefined();
    caller.abort();
  });

  it('ends as cancelled when the caller goes away, and leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const caller = new AbortController();

    const slept = sleep(60_000, caller.signal);
    caller.abort();

    await expect(slept).rejects.toMatchObject({ kind: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin for a caller who is gone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

    await expect(sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
