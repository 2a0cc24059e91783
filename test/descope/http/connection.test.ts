import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTransport } from '../../../src/descope/http/transport.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { Secret } from '../../../src/secret.ts';
import { settle, useLoopback, waitUntil } from '../loopback.ts';
import { anySearch, failureOf, key, noUsers, projectId, testClient } from '../support.ts';

const whole = JSON.stringify(noUsers);

/** The transport against what a mock cannot do. The deadlines have a file of their own. */
describe('a connection', () => {
  const serve = useLoopback();

  it.each<[string, RequestListener, string]>([
    [
      'is reset before the headers',
      (request) => request.socket.resetAndDestroy(),
      'the connection was cut (ECONNRESET)',
    ],
    ['is closed before the headers', (request) => request.socket.end(), 'the connection was cut'],
    [
      'is reset in the middle of the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write(whole, () => request.socket.resetAndDestroy());
      },
      'the answer was cut off',
    ],
    [
      'ends before as many bytes as it promised',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write(whole, () => request.socket.end());
      },
      'its length is not the one announced',
    ],
    [
      'ends before as many bytes as it promised, as it was to be closed anyway',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100', connection: 'close' });
        response.write(whole, () => request.socket.end());
      },
      'its length is not the one announced',
    ],
    [
      'ends without its last chunk',
      (request, response) => {
        response.writeHead(200);
        response.write(whole, () => request.socket.end());
      },
      'the connection was cut',
    ],
    [
      'ends without its last chunk, as it was to be closed anyway',
      (request, response) => {
        response.writeHead(200, { connection: 'close' });
        response.write(whole, () => request.socket.end());
      },
      'the connection was cut',
    ],
    ['speaks no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n'), 'not HTTP, or was cut off'],
    [
      'changes to another protocol',
      (request) =>
        request.socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'switched to another protocol',
    ],
    [
      'has headers without an end',
      (request) => request.socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`),
      'the headers of the answer are too large',
    ],
  ])('that %s is tried five times and never believed', async (_, answer, words) => {
    const { baseUrl, asked } = await serve(answer);

    const { kind, message } = await failureOf(testClient({ baseUrl }).searchUsers(anySearch));

    expect(kind).toBe('unavailable');
    expect(message).toContain(words);
    expect(asked()).toBe(5);
  });

  it('that is refused is tried five times', async () => {
    const { baseUrl, close } = await serve(() => undefined);
    close();
    const client = testClient({ baseUrl });

    expect((await failureOf(client.searchUsers(anySearch))).message).toContain('ECONNREFUSED');
    expect(client.time.slept).toHaveLength(4);
  });

  it('is used again, and hands a body that comes in pieces on as one', async () => {
    const { baseUrl, connections } = await serve((_, response) => {
      response.writeHead(200);
      response.write(whole.slice(0, 7));
      setImmediate(() => response.write(whole.slice(7, 12), () => setImmediate(() => response.end(whole.slice(12)))));
    });
    const client = testClient({ baseUrl });

    for (let count = 0; count < 20; count += 1) {
      expect(await client.searchUsers(anySearch)).toMatchObject(noUsers);
    }

    expect(connections()).toBeLessThanOrEqual(6);
  });

  it('that was closed while nobody used it is noticed: the next request goes over another', async () => {
    const { baseUrl, asked, connections, open } = await serve((request, response) =>
      response.end(whole, () => request.socket.end()),
    );
    const client = testClient({ baseUrl });

    await client.searchUsers(anySearch);
    await waitUntil(() => open() === 0);
    await client.searchUsers(anySearch);

    expect({ asked: asked(), connections: connections(), slept: client.time.slept }).toEqual({
      asked: 2,
      connections: 2,
      slept: [],
    });
  });

  it.each<[string, RequestListener]>([
    ['closed', (request) => request.socket.end()],
    ['reset', (request) => request.socket.resetAndDestroy()],
  ])(
    'that was kept and is %s as it is used again fails that request, which nobody but us sends again',
    async (_, cut) => {
      const { baseUrl, asked } = await serve((request, response) =>
        asked() === 2 ? cut(request, response) : response.end('{"tenants":[]}'),
      );
      const client = testClient({ baseUrl });
      const told: string[] = [];
      const onRequest = (endpoint: string): void => void told.push(endpoint);

      await client.readList(tenantList, { onRequest });
      await client.readList(tenantList, { onRequest });

      expect({ asked: asked(), told: told.length, slept: client.time.slept.length }).toEqual({
        asked: 3,
        told: 3,
        slept: 1,
      });
    },
  );

  it('that brings a body larger than 32 MiB is given up after one request', async () => {
    const { baseUrl, asked, open } = await serve((_, response) => response.end(Buffer.alloc(33 * 1024 * 1024, 0x20)));

    const { kind, message } = await failureOf(testClient({ baseUrl }).searchUsers(anySearch));

    expect({ kind, isTooLarge: message.includes('32 MiB'), asked: asked() }).toEqual({
      kind: 'upstream-contract',
      isTooLarge: true,
      asked: 1,
    });
    await waitUntil(() => open() === 0);
  });

  it('is not even made for a key that cannot be put into a header, and the key is not shown', async () => {
    const { baseUrl, connections } = await serve(() => undefined);
    const managementKey = (): Secret => new Secret(`${key}\r\nx-evil: 1`);

    const error: unknown = await testClient({ baseUrl, managementKey })
      .searchUsers(anySearch)
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
    expect(connections()).toBe(0);
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
    expect(performance.now() - abortedAt).toBeLessThan(5_000); // no deadline is as short
    expect(client.time.slept).toEqual([]);
  });

  it.each<[string, RequestListener, (asked: () => number) => Promise<void>]>([
    ['in the moment in which it was sent', () => undefined, async () => undefined],
    ['before it was answered', () => undefined, (asked) => waitUntil(() => asked() > 0)],
    [
      'in the middle of its body',
      (_, response) => response.writeHead(200).write('{"use'),
      async (asked) => (await waitUntil(() => asked() > 0), await settle()),
    ],
  ])("of a request that is cancelled %s is in nobody's way: it ends", async (_, answer, moment) => {
    const { baseUrl, asked, open } = await serve(answer);
    const callers = Array.from({ length: 6 }, () => new AbortController());
    const client = testClient({ baseUrl });

    const searches = callers.map(({ signal }) => failureOf(client.searchUsers(anySearch, { signal })));
    await moment(asked);
    callers.forEach((caller) => caller.abort());

    expect((await Promise.all(searches)).map(({ kind }) => kind)).toEqual(Array.from(callers, () => 'cancelled'));
    await settle();
    await waitUntil(() => open() === 0);
    expect(asked()).toBeLessThanOrEqual(callers.length);
  });

  it('leaves nothing with a caller who stays, and no process alive once it is idle', async () => {
    const { baseUrl } = await serve((_, response) => response.end('{"tenants":[]}'));
    const caller = new AbortController();
    await testClient({ baseUrl }).readList(tenantList, { signal: caller.signal });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);

    const transport = fileURLToPath(new URL('../../../src/descope/http/transport.ts', import.meta.url));
    const tenants = fileURLToPath(new URL('../../../src/descope/tenants.ts', import.meta.url));
    const program = `import { createTransport } from ${JSON.stringify(transport)};
      import { tenantList } from ${JSON.stringify(tenants)};
      await createTransport({ baseUrl: '${baseUrl}', projectId: 'P', managementKey: () => ({ reveal: () => 'K' }) })(tenantList.endpoint, {});
      process.stdout.write('answered');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const answeredAt = performance.now();
    await once(child, 'exit');

    expect(performance.now() - answeredAt).toBeLessThan(20_000); // the server keeps its connections for a minute
  });

  it('that is still being made does not keep a caller who goes away', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { readonly port: number };
    const send = createTransport({
      baseUrl: `https://127.0.0.1:${port}`,
      projectId,
      managementKey: () => new Secret(key),
    });
    const caller = new AbortController();

    const search = failureOf(send(tenantList.endpoint, {}, caller.signal));
    await waitUntil(() => sockets.length === 1);
    const abortedAt = performance.now();
    caller.abort();

    expect((await search).kind).toBe('cancelled');
    expect(performance.now() - abortedAt).toBeLessThan(5_000); // no deadline is as short
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });
});
