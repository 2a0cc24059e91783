import type { RequestListener } from 'node:http';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { settle, useLoopback, waitUntil } from '../loopback.ts';
import { anySearch, failureOf, testClient } from '../support.ts';

/** The usual deadlines, against servers that hold a connection and do not use it. */
describe('an attempt', () => {
  const serve = useLoopback();
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  it.each<[string, RequestListener, number, string]>([
    ['is never answered', () => undefined, 30_000, 'no response in time'],
    [
      'stalls in the middle of the body',
      (_, response) => response.writeHead(200).write('{"users":'),
      15_000,
      'the body stalled for 15 s',
    ],
    [
      'stalls before the body',
      (_, response) => response.writeHead(200).flushHeaders(),
      15_000,
      'the body stalled for 15 s',
    ],
  ])('that %s is given up at its deadline, and made again', async (_, answer, deadlineMs, words) => {
    const { baseUrl, asked } = await serve(answer);
    const client = testClient({ baseUrl });
    let isOver = false;
    const failed = failureOf(client.searchUsers(anySearch)).finally(() => {
      isOver = true;
    });

    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await waitUntil(() => asked() === attempt);
      await settle();
      vi.advanceTimersByTime(deadlineMs - 1_000);
      await settle();
      expect({ isOver, asked: asked() }).toEqual({ isOver: false, asked: attempt });
      vi.advanceTimersByTime(2_000);
    }
    await waitUntil(() => isOver);

    const { kind, message } = await failed;
    expect(kind).toBe('timeout');
    expect(message).toContain(words);
  });

  it('that trickles for ever is given up after a minute', async () => {
    let trickle: () => void = () => undefined;
    const { baseUrl, asked } = await serve((_, response) => {
      response.writeHead(200);
      trickle = () => response.write(' ');
      trickle();
    });
    const caller = new AbortController();
    const client = testClient({ baseUrl, sleep: async () => caller.abort() });
    let isOver = false;
    const failed = failureOf(client.searchUsers(anySearch, { signal: caller.signal })).finally(() => {
      isOver = true;
    });

    await waitUntil(() => asked() === 1);
    for (let second = 0; second < 59; second += 1) {
      trickle();
      await settle();
      vi.advanceTimersByTime(1_000);
    }
    await settle();
    expect(isOver).toBe(false);
    vi.advanceTimersByTime(1_500);
    await waitUntil(() => isOver);

    expect((await failed).kind).toBe('cancelled');
    expect(asked()).toBe(1);
  });

  it('leaves no timer behind when it is over', async () => {
    const { baseUrl } = await serve((_, response) => response.end('{"users":[],"total":0}'));
    const client = testClient({ baseUrl });
    await client.searchUsers(anySearch);
    const before = vi.getTimerCount();

    for (let count = 0; count < 20; count += 1) {
      await client.searchUsers(anySearch);
    }

    expect(vi.getTimerCount()).toBe(before);
  });
});
