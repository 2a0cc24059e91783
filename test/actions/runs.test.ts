import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/actions/begin.ts';
import { type After, createRuns } from '../../src/actions/runs.ts';

const done: Outcome = { status: 'complete', response: { success: true } };

/** A clock that only passes when it is told to. */
function handClock(): { readonly after: After; readonly pass: (ms: number) => void } {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  return {
    after: (ms, ring) => {
      const timer = { at: now + ms, ring };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (ms) => {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.ring();
      }
    },
  };
}

/** An action that ends when it is told to. */
function held(): {
  readonly work: (signal: AbortSignal) => Promise<Outcome>;
  readonly end: (outcome: Outcome) => void;
} {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  return { work: async () => await promise, end: resolve };
}

describe('a call of an action', () => {
  it('that ends in time is answered with its end', async () => {
    const runs = createRuns();
    const { id } = runs.start('wave', async () => done);

    expect(await runs.wait(id, 1000, undefined)).toEqual({ id, name: 'wave', ...done });
  });

  it('that takes longer than its caller waits is running, and can be asked for by its id until it has ended', async () => {
    const { after, pass } = handClock();
    const runs = createRuns({ after });
    const { work, end } = held();
    const { id } = runs.start('wave', work);

    const waited = runs.wait(id, 1000, undefined);
    pass(999);
    pass(1);
    const early = await waited;
    end(done);
    const late = await runs.wait(id, 1000, undefined);

    expect(early).toEqual({ id, name: 'wave', status: 'running' });
    expect([late, runs.find(id)]).toEqual([
      { id, name: 'wave', ...done },
      { id, name: 'wave', ...done },
    ]);
  });

  it('goes on when its caller goes away', async () => {
    const runs = createRuns();
    const { work, end } = held();
    const caller = new AbortController();
    const { id } = runs.start('wave', work);
    const waited = runs.wait(id, 1000, caller.signal);

    caller.abort();
    await expect(waited).rejects.toMatchObject({ kind: 'cancelled' });
    end(done);
    expect(await runs.wait(id, 1000, undefined)).toMatchObject(done);
  });

  it('is not waited for by a caller who is gone already', async () => {
    const runs = createRuns();
    const { id } = runs.start('wave', held().work);

    await expect(runs.wait(id, 1000, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('is stopped after an hour', async () => {
    const { after, pass } = handClock();
    const runs = createRuns({ after });
    const stopped: Outcome = { status: 'failed', response: { success: false, error: 'stopped' } };
    const { id } = runs.start(
      'wave',
      async (signal) =>
        await new Promise((resolve) => signal.addEventListener('abort', () => resolve(stopped), { once: true })),
    );

    pass(60 * 60_000 - 1);
    const before = runs.find(id).status;
    pass(1);

    expect(before).toBe('running');
    expect(await runs.wait(id, 1000, undefined)).toMatchObject(stopped);
  });

  it('is ended by a stop, which waits until it has ended', async () => {
    const runs = createRuns();
    let isStopped = false;
    const { id } = runs.start('wave', async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.resolve();
      isStopped = true;
      return done;
    });

    await runs.stop();

    expect([isStopped, runs.find(id).status]).toEqual([true, 'complete']);
  });

  it('that breaks has failed, and nothing of the bug is told', async () => {
    const runs = createRuns();
    const { id } = runs.start('wave', async () => await Promise.reject(new TypeError('secret of a bug')));

    expect(await runs.wait(id, 1000, undefined)).toMatchObject({
      status: 'failed',
      response: { success: false, error: 'internal error' },
    });
  });

  it('is forgotten after a thousand others have ended, and never while it runs', async () => {
    const runs = createRuns();
    const { work, end } = held();
    const first = runs.start('long', work);
    const ids: string[] = [];
    for (let place = 0; place < 1001; place += 1) {
      const { id } = runs.start('wave', async () => done);
      await runs.wait(id, 1000, undefined);
      ids.push(id);
    }

    expect(() => runs.find(ids[0] ?? '')).toThrow(
      /before this process was started, or 1000 have ended since; the audit log/,
    );
    expect(runs.find(ids[1] ?? '').status).toBe('complete');
    expect(runs.find(first.id).status).toBe('running');
    end(done);
    await runs.wait(first.id, 1000, undefined);
    expect(runs.find(first.id).status).toBe('complete');
    expect(() => runs.find(ids[1] ?? '')).toThrow(/no action with this id/);
  });
});
