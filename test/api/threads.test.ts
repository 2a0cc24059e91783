import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Question } from '../../src/api/answer.ts';
import { createThreads, type Threads } from '../../src/api/threads.ts';
import { eventually } from '../support/eventually.ts';

/** A thread that answers with the name of the store: never where that is "slow", and ends where it is "broken". */
const start = (): Worker =>
  new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', ({ store }) => {
       if (store === 'broken') throw new Error('it broke');
       if (store !== 'slow') parentPort.postMessage({ body: store });
     });`,
    { eval: true },
  );
/** The same, with a folder in which something lies while it answers; it tells where, and never ends. */
const startBringing = (folder: string): Worker =>
  new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { mkdirSync, writeFileSync } = require('node:fs');
     parentPort.on('message', () => {
       mkdirSync(workerData);
       writeFileSync(workerData + '/moment.db', 'people');
     });`,
    { eval: true, workerData: folder },
  );
const question = (store: string): Question => ({ store, asked: { name: '/v1/syncs', path: '/v1/syncs', query: {} } });
const { signal } = new AbortController();

describe('the threads of the API', () => {
  let threads: Threads;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    threads = createThreads({ threads: 1, waiting: 2, timeoutMs: 10_000, start });
  });
  afterEach(async () => {
    await threads.close();
    vi.useRealTimers();
  });
  const ask = async (store: string): Promise<unknown> => await threads.ask(question(store), signal);

  it('answer one question after the other', async () => {
    expect(await Promise.all([ask('a'), ask('b'), ask('c')])).toEqual([{ body: 'a' }, { body: 'b' }, { body: 'c' }]);
  });

  it('refuse what is more than may wait, and say when to come back', async () => {
    const asked = [ask('slow'), ask('a'), ask('b')];

    expect(await ask('c')).toMatchObject({ problem: { status: 503, code: 'busy', retryAfter: 1 } });
    vi.advanceTimersByTime(10_000);
    expect(await Promise.all(asked)).toMatchObject([
      { problem: { status: 503, code: 'timeout' } },
      { body: 'a' },
      { body: 'b' },
    ]);
  });

  it('go on after one that broke, and tell of it', async () => {
    expect(await ask('broken')).toMatchObject({ bug: expect.stringContaining('it broke') as string });
    expect(await ask('a')).toEqual({ body: 'a' });
  });

  it('leave out what nobody waits for any more, and all that waits when they are closed', async () => {
    const given = new AbortController();
    const [slow, left, last] = [ask('slow'), threads.ask(question('a'), given.signal), ask('b')];
    given.abort();
    vi.advanceTimersByTime(10_000);

    expect([await slow, await left, await last]).toMatchObject([
      { problem: {} },
      { problem: { status: 503 } },
      { body: 'b' },
    ]);
    const waiting = [ask('slow'), ask('a')];
    await threads.close();
    expect(await Promise.all(waiting)).toMatchObject([
      { problem: { code: 'unavailable' } },
      { problem: { code: 'unavailable' } },
    ]);
  });
});

describe('what a thread brought to answer a question from', () => {
  it.each(['takes too long', 'is stopped'])('is removed with the thread where the question %s', async (how) => {
    let folder = '';
    let worker: Worker | undefined;
    const threads = createThreads({
      threads: 1,
      timeoutMs: how === 'is stopped' ? 60_000 : 1_000,
      start: (path) => {
        folder = path;
        return (worker = startBringing(path));
      },
    });
    const asked = threads.ask(question('a'), signal);
    await eventually(() => expect(existsSync(`${folder}/moment.db`)).toBe(true));
    if (worker === undefined) {
      throw new Error('no thread began');
    }
    const ended = once(worker, 'exit');
    if (how === 'is stopped') {
      await threads.close();
    }

    expect(await asked).toMatchObject({ problem: { status: 503 } });
    await ended;
    expect(existsSync(folder)).toBe(false);
    await threads.close();
  });
});
