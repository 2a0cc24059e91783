import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPageWindow, type PageWindow } from '../../../src/descope/users/page-window.ts';
import { turn } from '../support.ts';

interface Fetched {
  readonly index: number;
  readonly signal: AbortSignal;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** A window whose fetches are answered by hand, and every fetch that it ever made. */
function windowOf(count: number): {
  window: PageWindow<string>;
  fetched: Fetched[];
  latest: (index: number) => Fetched;
} {
  const fetched: Fetched[] = [];
  const window = createPageWindow(
    () => count,
    (index, signal) =>
      new Promise<string>((resolve, reject) => {
        fetched.push({ index, signal, answer: () => resolve(`page ${index}`), fail: reject });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  const latest = (index: number): Fetched => {
    const found = fetched.findLast((fetch) => fetch.index === index);
    if (found === undefined) {
      throw new Error(`page ${index} was not fetched`);
    }
    return found;
  };
  return { window, fetched, latest };
}

const indexes = (fetched: readonly Fetched[]): number[] => fetched.map(({ index }) => index);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the page window', () => {
  const rejections: unknown[] = [];
  const record = (reason: unknown): void => {
    rejections.push(reason);
  };
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', record);
  });
  afterEach(async () => {
    await turn();
    await turn();
    process.off('unhandledRejection', record);
    expect(rejections).toEqual([]);
  });

  it('asks for eighteen pages at once, and for one more each time one is taken', async () => {
    const { window, fetched, latest } = windowOf(100);

    const first = window.take(0);
    expect(indexes(fetched)).toEqual(upTo(18));
    latest(0).answer();
    await first;
    expect(fetched).toHaveLength(18);

    const second = window.take(1);
    expect(indexes(fetched)).toEqual(upTo(19));
    latest(1).answer();

    expect(await second).toBe('page 1');
  });

  it('never asks for a page beyond the last', async () => {
    const { window, fetched, latest } = windowOf(3);

    for (const index of upTo(3)) {
      const page = window.take(index);
      latest(index).answer();
      expect(await page).toBe(`page ${index}`);
    }

    expect(indexes(fetched)).toEqual([0, 1, 2]);
    await expect(window.take(3)).rejects.toThrow(RangeError);
    expect(fetched).toHaveLength(3);
  });

  it('hands pages out in order, whatever order they arrive in', async () => {
    const { window, latest } = windowOf(4);

    const first = window.take(0);
    for (const index of [3, 1, 2, 0]) {
      latest(index).answer();
    }

    expect([await first, await window.take(1), await window.take(2), await window.take(3)]).toEqual([
      'page 0',
      'page 1',
      'page 2',
      'page 3',
    ]);
  });

  it('begins wherever it is asked to begin', async () => {
    const { window, fetched, latest } = windowOf(100);

    const page = window.take(95);
    latest(95).answer();

    expect(await page).toBe('page 95');
    expect(indexes(fetched)).toEqual([95, 96, 97, 98, 99]);
  });

  it('stops everything in flight when the caller goes away in the middle of a take', async () => {
    const { window, fetched } = windowOf(100);
    const caller = new AbortController();

    const page = window.take(0, caller.signal);
    caller.abort();

    await expect(page).rejects.toThrow('aborted');
    expect(fetched).toHaveLength(18);
    expect(fetched.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('starts nothing for a caller who is gone already', async () => {
    const { window, fetched } = windowOf(100);

    const page = window.take(0, AbortSignal.abort());

    await expect(page).rejects.toMatchObject({ kind: 'cancelled' });
    expect(fetched).toEqual([]);
  });

  it('keeps the pages in flight when a caller goes away between two takes', async () => {
    const { window, fetched, latest } = windowOf(100);
    const caller = new AbortController();

    const first = window.take(0, caller.signal);
    latest(0).answer();
    await first;
    caller.abort();

    expect(fetched.some(({ signal }) => signal.aborted)).toBe(false);
  });

  it('drops every page after a failure and reads them afresh for a later take', async () => {
    const { window, fetched, latest } = windowOf(3);

    const failed = window.take(0);
    latest(1).answer();
    latest(0).fail(new Error('reset'));
    await expect(failed).rejects.toThrow('reset');
    expect(latest(2).signal.aborted).toBe(true);

    const again = window.take(0);
    expect(indexes(fetched)).toEqual([0, 1, 2, 0, 1, 2]);
    latest(0).answer();

    expect(await again).toBe('page 0');
  });

  it('keeps the failure of a page ahead to itself until that page is taken', async () => {
    const { window, latest } = windowOf(2);

    const first = window.take(0);
    latest(1).fail(new Error('reset'));
    await turn();
    latest(0).answer();

    expect(await first).toBe('page 0');
    await expect(window.take(1)).rejects.toThrow('reset');
  });

  it('stops what is in flight when it is dropped, and can be used again', async () => {
    const { window, fetched, latest } = windowOf(2);

    const first = window.take(0);
    window.drop();
    await expect(first).rejects.toThrow('aborted');
    expect(fetched.every(({ signal }) => signal.aborted)).toBe(true);

    const again = window.take(0);
    latest(0).answer();

    expect(await again).toBe('page 0');
  });

  it('lets go of the signal of a caller when the page is there', async () => {
    const { window, latest } = windowOf(1);
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };

    const page = window.take(0, signal);
    expect(listeners).toBe(1);
    latest(0).answer();
    await page;

    expect(listeners).toBe(0);
  });
});
