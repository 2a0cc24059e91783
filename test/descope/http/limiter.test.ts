import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLanes } from '../../../src/descope/http/limiter.ts';
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

describe('the lanes', () => {
  it('never run more tasks at once than there are lanes', async () => {
    const { now, sleep } = fakeTime();
    const lanes = createLanes({ maxParallel: 3, now, sleep });
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 30 }, () =>
        lanes.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await turn();
          running -= 1;
        }),
      ),
    );

    expect(most).toBe(3);
  });

  it('hand on what a task answers and what it throws', async () => {
    const { now, sleep } = fakeTime();
    const lanes = createLanes({ maxParallel: 1, now, sleep });

    await expect(lanes.run(async () => 7)).resolves.toBe(7);
    await expect(lanes.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(lanes.run(async () => 8)).resolves.toBe(8);
  });

  it('hold back every task for as long as a pause lasts', async () => {
    const time = fakeTime();
    const lanes = createLanes({ maxParallel: 2, ...time });
    const begunAt: number[] = [];

    lanes.pauseFor(5_000);
    const openAt = time.now() + 5_000;
    await Promise.all(Array.from({ length: 5 }, () => lanes.run(async () => begunAt.push(time.now()))));

    expect(begunAt).toHaveLength(5);
    expect(begunAt.every((at) => at >= openAt)).toBe(true);
  });

  it('hold back a task that was waiting for a lane when the pause began', async () => {
    const time = fakeTime();
    const lanes = createLanes({ maxParallel: 1, ...time });
    const running = heldTask();
    const first = lanes.run(running.task);
    let secondBegunAt = 0;
    const second = lanes.run(async () => {
      secondBegunAt = time.now();
    });
    await turn();

    const pausedAt = time.now();
    lanes.pauseFor(5_000);
    running.end();
    await Promise.all([first, second]);

    expect(secondBegunAt).toBe(pausedAt + 5_000);
  });

  it('let a longer pause stand when a shorter one follows', () => {
    const time = fakeTime();
    const lanes = createLanes({ maxParallel: 1, ...time });

    lanes.pauseFor(5_000);
    lanes.pauseFor(1_000);
    expect(lanes.pausedForMs()).toBe(5_000);
    time.advance(2_000);
    lanes.pauseFor(4_000);
    expect(lanes.pausedForMs()).toBe(4_000);
    time.advance(9_000);

    expect(lanes.pausedForMs()).toBe(0);
  });

  it('keep waiting when a pause is made longer while it is slept through', async () => {
    const time = fakeTime();
    const lanes = createLanes({
      maxParallel: 1,
      now: time.now,
      sleep: async (ms, signal) => {
        if (time.slept.length === 0) {
          lanes.pauseFor(8_000);
        }
        await time.sleep(ms, signal);
      },
    });

    lanes.pauseFor(5_000);
    await lanes.run(async () => undefined);

    expect(time.slept).toEqual([5_000, 3_000]);
  });

  it('give a lane to others while a task waits for the end of a pause', async () => {
    const time = fakeTime();
    let wake: () => void = () => undefined;
    const lanes = createLanes({
      maxParallel: 1,
      now: time.now,
      sleep: () =>
        new Promise((resolve) => {
          wake = resolve;
        }),
    });

    lanes.pauseFor(5_000);
    const sleeping = lanes.run(async () => 'late');
    await turn();
    time.advance(6_000); // the pause is over, and the sleeper has not woken up yet

    await expect(lanes.run(async () => 'early')).resolves.toBe('early');
    wake();
    await expect(sleeping).resolves.toBe('late');
  });

  it('run nothing for a caller who is gone', async () => {
    const lanes = createLanes({ maxParallel: 1, ...fakeTime() });
    const { task, begun } = heldTask();

    await expect(lanes.run(task, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });

    expect(begun()).toBe(false);
  });

  it('let a caller go at once who still waits for a lane, and never run its task', async () => {
    const lanes = createLanes({ maxParallel: 1, ...fakeTime() });
    const busy = heldTask();
    const waiting = heldTask();
    const caller = new AbortController();
    const first = lanes.run(busy.task);
    let outcome: unknown;
    const second = lanes.run(waiting.task, caller.signal).catch((thrown: unknown) => {
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
    await expect(lanes.run(async () => 'next')).resolves.toBe('next');
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
