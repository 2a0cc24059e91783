import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { AttemptFailed } from '../../../src/descope/http/errors.ts';
import { chooseProxy } from '../../../src/descope/http/proxy.ts';
import { createTransport, type Send } from '../../../src/descope/http/transport.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { isKind } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import { createAuthority } from '../../support/certificates.ts';
import { tlsFront } from '../../support/tls-front.ts';
import { eventually } from '../../support/eventually.ts';

const host = 'api.descope.example';
const deadlines = { connectMs: 20_000, headersMs: 20_000, bodyIdleMs: 20_000, attemptMs: 60_000 };
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

interface Proxy {
  readonly port: number;
  readonly open: () => number;
  readonly asked: readonly string[];
}

/** A proxy that does with the first bytes of each connection whatever the case says. */
async function proxyThat(answer: (socket: Socket) => void, server: Server = createServer()): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  server.on(server.listenerCount('tlsClientError') > 0 ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1'));
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size, asked }; // it listens on TCP
}

function through(url: string, extraCa?: readonly string[], connectMs = deadlines.connectMs): Send {
  const proxy = chooseProxy(`https://${host}`, { HTTPS_PROXY: url });
  return createTransport({
    baseUrl: `https://${host}`,
    projectId: 'P',
    managementKey: () => new Secret('K'),
    deadlines: { ...deadlines, connectMs },
    route: { proxy, extraCa },
  });
}

async function failureThrough(url: string, extraCa?: readonly string[], connectMs?: number): Promise<string> {
  try {
    await through(url, extraCa, connectMs)(tenantList.endpoint, {});
    return 'an answer';
  } catch (thrown) {
    return thrown instanceof AttemptFailed ? thrown.message : String(thrown);
  }
}

const everySoOften = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 2);
  socket.on('close', () => clearInterval(timer));
};

describe('a tunnel through a proxy', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    [
      'answers in a hundred pieces, without an end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        everySoOften(socket, 'a: b\r\n');
      },
      'did not connect to Descope in time',
    ],
    [
      'answers with headers larger than any',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}`),
      'did not open a tunnel',
    ],
    [
      'refuses and keeps the connection',
      (socket) => socket.write('HTTP/1.1 403 No\r\ncontent-length: 5\r\n\r\nnever'),
      'refused to connect to Descope (403)',
    ],
    [
      'wants a password and keeps the connection',
      (socket) => socket.write('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n'),
      'asks for a user name and password (407)',
    ],
    [
      'opens a tunnel that leads nowhere',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      'did not connect to Descope in time',
    ],
    [
      'says something before it was asked',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}'),
      'did not open a tunnel',
    ],
    ['says something provisional', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 'did not open a tunnel'],
  ])('that %s costs one connection, which is closed', async (_, answer, words) => {
    const proxy = await proxyThat(answer);

    const connectMs = words.endsWith('in time') ? 600 : deadlines.connectMs; // as long as a busy machine may need
    expect(await failureThrough(`http://127.0.0.1:${proxy.port}`, undefined, connectMs)).toContain(words);
    expect(proxy.asked).toHaveLength(1);
    await eventually(() => expect(proxy.open()).toBe(0));
  });

  it('is opened a bounded number of times for callers who go away', async () => {
    const proxy = await proxyThat(() => undefined);
    const send = through(`http://127.0.0.1:${proxy.port}`, undefined, 5_000);
    const calls = Array.from({ length: 40 }, async () => {
      const caller = new AbortController();
      setTimeout(() => caller.abort(), 20);
      return await send(tenantList.endpoint, {}, caller.signal).catch((thrown: unknown) =>
        isKind(thrown, 'cancelled') ? 'cancelled' : thrown,
      );
    });

    expect(new Set(await Promise.all(calls))).toContain('cancelled');
    await eventually(() => expect(proxy.open()).toBeLessThanOrEqual(12));
  });

  it('is asked for with the user name and password of the address, also where a "%" stands for itself', async () => {
    const proxy = await proxyThat((socket) => socket.end());

    await failureThrough(`http://ada:100%25@127.0.0.1:${proxy.port}`);
    await failureThrough(`http://ada:100%@127.0.0.1:${proxy.port}`);
    await failureThrough(`http://127.0.0.1:${proxy.port}`);

    const basic = `proxy-authorization: Basic ${Buffer.from('ada:100%').toString('base64')}`;
    expect(proxy.asked.map((text) => text.includes(`CONNECT ${host}:443 `))).toEqual([true, true, true]);
    expect(proxy.asked.map((text) => text.includes(basic))).toEqual([true, true, false]);
    expect(proxy.asked[2]).not.toContain('authorization');
  });

  it('may lead through a proxy that speaks TLS, whose certificate is trusted as that of Descope is', async () => {
    const company = await createAuthority('Example Inc.');
    const front = await tlsFront(await company.issue('api', { host }));
    front.forwardTo('http://127.0.0.1:1'); // nobody answers behind the tunnel
    stops.push(() => void front[Symbol.asyncDispose]());
    const server = createTlsServer(await company.issue('proxy'));
    server.on('tlsClientError', () => undefined);
    const proxy = await proxyThat((socket) => {
      const onward = connectTcp(Number(new URL(front.baseUrl).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    }, server);

    // The front cuts a connection when its request has come: so far it gets only where both certificates are accepted.
    expect(await failureThrough(`https://localhost:${proxy.port}`, [company.cert], 5_000)).toContain(
      'the connection was cut',
    );
    expect(await failureThrough(`https://localhost:${proxy.port}`, undefined, 5_000)).toMatch(
      /TLS to the proxy localhost:\d+ \(HTTPS_PROXY\) could not be trusted: its certificate comes from a CA that is not known here \(.*\); if that CA is to be trusted .* --ca-file/,
    );
  });
});
