import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHealth } from '../../src/observe/health.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { type Pages, startPages } from '../../src/observe/pages.ts';

let pages: Pages | undefined;
afterEach(async () => {
  await pages?.close();
  pages = undefined;
});

async function start(
  host = '127.0.0.1',
): Promise<{ readonly url: string; readonly health: ReturnType<typeof createHealth> }> {
  const health = createHealth();
  const metrics = createMetrics({ version: '1.2.3' });
  pages = await startPages({ host, port: 0, health, metrics });
  return { url: pages.url, health };
}

const statusOf = async (url: string, init?: RequestInit): Promise<number> => (await fetch(url, init)).status;

describe('the pages', () => {
  it('say live at once, ready while it serves, and health as it is', async () => {
    const { url, health } = await start();
    const look = async (): Promise<readonly number[]> =>
      await Promise.all(['/live', '/ready', '/health'].map((path) => statusOf(url + path)));

    const starting = await look();
    health.setPhase('serving');
    const serving = await look();
    health.requests.onAttempt('GET /v1/mgmt/role/all')('401');
    const failing = await look();
    health.setPhase('stopping');
    const stopping = await look();

    expect({ starting, serving, failing, stopping }).toEqual({
      starting: [200, 503, 503],
      serving: [200, 200, 200],
      failing: [200, 200, 503],
      stopping: [200, 503, 503],
    });
  });

  it('are JSON, and metrics the text of Prometheus', async () => {
    const { url, health } = await start();
    health.setPhase('serving');

    const answer = await fetch(`${url}/health?verbose=1`);
    const metrics = await fetch(`${url}/metrics`);

    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual(
      (health.report() satisfies object) && { ...health.report(), timestamp: expect.any(String) as string },
    );
    expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await metrics.text()).toContain('baton_descope_build_info{version="1.2.3"');
  });

  it('are only read, and only those there are', async () => {
    const { url } = await start();

    expect(await statusOf(`${url}/live`, { method: 'HEAD' })).toBe(200);
    expect(await statusOf(`${url}/live`, { method: 'POST', body: 'x' })).toBe(405);
    expect(await statusOf(`${url}/`)).toBe(404);
    expect(await statusOf(`${url}/constructor`)).toBe(404);
    expect(await statusOf(`${url}//live`)).toBe(404);
  });

  it.each(['::1', 'localhost'])('can be had at %s', async (host) => {
    const { url } = await start(host);

    expect(await statusOf(`${url}/live`)).toBe(200);
  });

  it('end though somebody keeps a connection open, in the middle of asking', async () => {
    const { url } = await start();
    const { hostname, port } = new URL(url);
    const slow = connect(Number(port), hostname);
    slow.on('error', () => undefined);
    await new Promise<void>((resolve) => slow.write('GET /live HTTP/1.1\r\n', () => resolve()));
    await fetch(`${url}/live`);

    const startedAt = performance.now();
    await pages?.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    slow.destroy();

    await expect(fetch(`${url}/live`)).rejects.toThrow('fetch failed');
  });

  it('on a port that is taken are a fault that names it and the flag', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const failure = await startPages({
      host: '127.0.0.1',
      port,
      health: createHealth(),
      metrics: createMetrics({ version: '0' }),
    }).catch((thrown: unknown) => thrown);
    other.close();

    expect(failure).toMatchObject({
      kind: 'local-io',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${port}: the port is taken; .*--health-check-port`),
      ) as string,
    });
  });
});

describe('whoever asks for the pages badly', () => {
  /** What comes back for some bytes, until the server closes; for none, when that is. */
  async function answerTo(url: string, bytes: string): Promise<string> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const parts: string[] = [];
    socket
      .setEncoding('utf8')
      .on('error', () => undefined)
      .on('data', (text: string) => parts.push(text));
    socket.write(bytes);
    await once(socket, 'close');
    return parts.join('');
  }

  it.each(['//', '/\\', '*', 'live', '/%', '//[', 'http://[/', '/live/..', '/__proto__', '/constructor'])(
    'with the target %j gets 404, and the next one is served',
    async (target) => {
      const { url } = await start();

      const answer = await answerTo(url, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(await statusOf(`${url}/live`)).toBe(200);
    },
  );

  it('by saying nothing is closed within seconds, and there are never more than 64 such', async () => {
    const { url } = await start();
    const startedAt = performance.now();
    const sockets = Array.from({ length: 80 }, () =>
      connect(Number(new URL(url).port), '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
    );
    const closed = sockets.map(async (socket) => {
      await once(socket, 'close');
      return performance.now() - startedAt;
    });

    const times = await Promise.all(closed);

    expect(times.filter((ms) => ms < 2_000).length).toBeGreaterThanOrEqual(80 - 64);
    expect(Math.max(...times)).toBeLessThan(9_000);
    expect(await statusOf(`${url}/live`)).toBe(200);
  });
});
