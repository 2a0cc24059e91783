import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anySearch, failureOf, testClient, turn } from './support.ts';

/** The transport against what nock cannot fake: connections that break in the middle, or never say anything. No nock here. */
describe('a connection', () => {
  const servers: Server[] = [];
  const rejections: unknown[] = [];
  const record = (reason: unknown): void => {
    rejections.push(reason);
  };
  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', record);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await settle();
    process.off('unhandledRejection', record);
    expect(rejections).toEqual([]);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(answer: RequestListener): Promise<{ baseUrl: string; asked: () => number }> {
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      request.resume();
      answer(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
  }

  it.each<[string, RequestListener]>([
    ['is reset before the headers', (request) => request.socket.resetAndDestroy()],
    ['is closed before the headers', (request) => request.socket.end()],
    [
      'is reset in the middle of the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"users":[],"total":0}', () => request.socket.resetAndDestroy());
      },
    ],
    [
      'ends before as many bytes as it promised',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"users":[],"total":0}', () => request.socket.end());
      },
    ],
    [
      'ends without its last chunk',
      (request, response) => {
        response.writeHead(200);
        response.write('{"users":[],"total":0}', () => request.socket.end());
      },
    ],
    ['speaks no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n')],
  ])('that %s is tried five times and never believed', async (_, answer) => {
    const { baseUrl, asked } = await serve(answer);

    expect((await failureOf(testClient({ baseUrl }).searchUsers(anySearch))).kind).toBe('unavailable');
    expect(asked()).toBe(5);
  });

  it('that is refused is tried five times', async () => {
    const { baseUrl } = await serve(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    const client = testClient({ baseUrl });

    expect((await failureOf(client.searchUsers(anySearch))).message).toContain('ECONNREFUSED');
    expect(client.time.slept).toHaveLength(4);
  });

  it.each<[string, RequestListener, number, string]>([
    ['never answers', () => undefined, 30_000, 'response'],
    ['stalls in the middle of the body', (_, response) => response.writeHead(200).write('{"users":'), 15_000, 'stalled'],
  ])('that %s is given up at its deadline, and tried again', async (_, answer, deadlineMs, word) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
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
      vi.advanceTimersByTime(1_100);
    }
    await waitUntil(() => isOver);

    const { kind, message } = await failed;
    expect(kind).toBe('timeout');
    expect(message).toContain(word);
  });

  it('that trickles for ever is given up after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
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

  it('is closed at once when the caller goes away', async () => {
    let closed = false;
    const { baseUrl, asked } = await serve((request) => {
      request.socket.on('close', () => {
        closed = true;
      });
    });
    const caller = new AbortController();
    const client = testClient({ baseUrl });

    const search = failureOf(client.searchUsers(anySearch, { signal: caller.signal }));
    await waitUntil(() => asked() === 1);
    const abortedAt = performance.now();
    caller.abort();

    expect((await search).kind).toBe('cancelled');
    await waitUntil(() => closed);
    expect(performance.now() - abortedAt).toBeLessThan(100);
    expect(client.time.slept).toEqual([]);
  });
});

/** Real I/O on loopback takes a few turns of the loop, whatever the clock says. */
async function settle(): Promise<void> {
  for (let count = 0; count < 15; count += 1) {
    await turn();
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 3_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) {
      expect.unreachable('what was waited for did not happen');
    }
    await turn();
  }
}
