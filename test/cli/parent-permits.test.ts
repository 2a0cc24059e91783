import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Channel, givePermits, type GroupPermits, permitsOfParent } from '../../src/cli/parent-permits.ts';

/** The two ends of the channel between a process and its child. */
function channel(): { readonly parent: Channel & EventEmitter; readonly child: Channel & EventEmitter } {
  const [parent, child] = [new EventEmitter(), new EventEmitter()];
  const sender = (to: EventEmitter) => (message: object) => {
    const written: unknown = JSON.parse(JSON.stringify(message));
    setImmediate(() => to.emit('message', written));
    return true;
  };
  return {
    parent: Object.assign(parent, { send: sender(child) }),
    child: Object.assign(child, { send: sender(parent) }),
  };
}

/** Permits that are given when a test says so. */
function held() {
  const asked: number[] = [];
  const pauses: number[] = [];
  let give: (count: number) => void = () => undefined;
  const permits: GroupPermits = {
    take: async (wanted) => {
      asked.push(wanted);
      return await new Promise<number>((resolve) => (give = resolve));
    },
    pause: async (ms) => void pauses.push(ms),
  };
  return { asked, pauses, permits, give: (count: number) => give(count) };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise(setImmediate);
  }
};

describe('a sync that asks its parent for permits', () => {
  it('asks once for all requests that wait, and sends as many as were given, in order', async () => {
    const { parent, child } = channel();
    const budget = held();
    givePermits(parent, budget.permits, new AbortController().signal);
    const permits = permitsOfParent(child);
    const sent: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      void permits.take().then(() => sent.push(name));
    }
    await settle();
    expect(budget.asked).toEqual([1]);
    budget.give(1);
    await settle();
    expect(sent).toEqual(['a']);
    expect(budget.asked).toEqual([1, 2]);
    budget.give(2);
    await settle();
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(budget.asked).toEqual([1, 2]);
  });

  it('gives the place of a request that was given up to the next one', async () => {
    const { parent, child } = channel();
    const budget = held();
    givePermits(parent, budget.permits, new AbortController().signal);
    const permits = permitsOfParent(child);
    const leaving = new AbortController();
    const first = permits.take(leaving.signal);
    const second = permits.take();
    leaving.abort();
    await expect(first).rejects.toMatchObject({ kind: 'cancelled' });
    await settle();
    budget.give(1);
    await second;
  });

  it('that ended before its permit came disturbs nobody', async () => {
    const { parent } = channel();
    const budget = held();
    const failures: unknown[] = [];
    // What Node does for a channel that is closed: an error event, unless somebody is called back.
    const closed = Object.assign(parent, {
      send: (_message: object, callback?: (error: Error | null) => void) => {
        const error = new Error('the channel is closed');
        failures.push(callback === undefined ? parent.emit('error', error) : callback(error));
        return false;
      },
    });
    givePermits(closed, budget.permits, new AbortController().signal);
    parent.emit('message', { wanted: 1 });
    await settle();
    budget.give(1);
    await settle();
    expect(failures).toEqual([undefined]);
  });

  it('tells a pause that Descope asked for, and fails when the parent is gone', async () => {
    const { parent, child } = channel();
    const budget = held();
    givePermits(parent, budget.permits, new AbortController().signal);
    const permits = permitsOfParent(child);
    permits.onRateWait(7_000);
    parent.emit('message', { something: 'else' });
    const waiting = permits.take();
    await settle();
    expect(budget.pauses).toEqual([7_000]);
    child.emit('disconnect');
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(permits.take()).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
