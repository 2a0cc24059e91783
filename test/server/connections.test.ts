import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { create, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  ResourceTypesService,
  ResourceTypesServiceListResourceTypesRequestSchema,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import type { Logger, LogFields } from '../../src/log.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { usualConnectionLimits } from '../../src/server/connections.ts';
import { createRefusals } from '../../src/server/refusals.ts';
import { usualRequestLimits } from '../../src/server/requests-in.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts';
import { silentLogger } from '../../src/log.ts';
import { watchCertificates } from '../../src/server/tls.ts';
import { createAuthority, putTlsFiles } from '../support/certificates.ts';
import { temporaryFolder } from '../support/cli.ts';
import { grpcCall } from '../support/grpc-call.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';
import { eventually } from '../support/eventually.ts';

const listTypes = '/c1.connector.v2.ResourceTypesService/ListResourceTypes';
const surface: ConnectorSurface = connectorOf(createProject(smallProject()));

interface Started extends RunningServer {
  readonly lines: { readonly event: string; readonly fields: LogFields }[];
  readonly causes: string[];
  readonly port: number;
}

const running: RunningServer[] = [];
const sockets: Socket[] = [];

async function start(options: Partial<ServerOptions> = {}): Promise<Started> {
  const lines: Started['lines'] = [];
  const causes: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (event, fields = {}) => void lines.push({ event, fields }) };
  const server = await startServer({
    surface,
    listen: '127.0.0.1:0',
    logger,
    onRefused: (cause) => void causes.push(cause),
    ...options,
  });
  running.push(server);
  return { ...server, lines, causes, port: Number(server.address.split(':').at(-1)) };
}

/** A connection that says nothing, or what it is given; `closed` resolves when the server has ended it. */
function dial(port: number, said?: string | Buffer): { readonly socket: Socket; readonly closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined).resume();
  if (said !== undefined) {
    socket.write(said);
  }
  return { socket, closed };
}

async function isServed({ address }: RunningServer): Promise<boolean> {
  return (await grpcCall(address, ResourceTypesService.method.listResourceTypes, {})).list.length === 5;
}

afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.destroy());
  await Promise.all(running.splice(0).map((server) => server.stop(100)));
});

describe('a connection that stays silent', () => {
  it.each<[string, string | undefined]>([
    ['says nothing at all', undefined],
    ['begins to greet and stops', 'PRI * HTTP/2.0\r\n'],
  ])('and %s is closed after a while, told and counted', async (_name, said) => {
    const server = await start({ connectionLimits: { ...usualConnectionLimits, openingMs: 50 } });

    const { socket, closed } = dial(server.port, said);
    await closed;

    expect(server.causes).toEqual(['silent']);
    expect(server.lines).toEqual([
      {
        event: expect.stringContaining('did not speak') as string,
        fields: {
          address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
          reason: expect.stringContaining('within 0.05 s') as string,
        },
      },
    ]);
    expect(socket.destroyed).toBe(true);
    await eventually(async () => expect(await isServed(server)).toBe(true)); // not at once where 0.05 s are not enough
  });

  it('makes room for the next one where there are many: the oldest goes, and a caller is always served', async () => {
    const server = await start({ connectionLimits: { ...usualConnectionLimits, opening: 3 } });
    const dialled = Array.from({ length: 10 }, () => dial(server.port));
    await eventually(() => expect(server.causes).toHaveLength(7));

    await expect(isServed(server)).resolves.toBe(true);

    await Promise.all(dialled.slice(0, 7).map(({ closed }) => closed));
    expect(dialled.slice(8).every(({ socket }) => !socket.destroyed)).toBe(true);
    expect(new Set(server.causes)).toEqual(new Set(['crowded']));
    expect(server.lines).toHaveLength(1); // the others were held back
  });

  it('is no matter for a connection that has spoken: it may be quiet for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await start();
    const client = connectHttp2(`http://${server.address}`);
    const answered = (): Promise<Error | null> => new Promise((resolve) => void client.ping((error) => resolve(error)));
    await new Promise<void>((resolve) => client.once('remoteSettings', () => resolve()));
    expect(await answered()).toBeNull();

    await vi.advanceTimersByTimeAsync(2 * usualConnectionLimits.openingMs);

    expect(await answered()).toBeNull();
    expect(client.destroyed).toBe(false);
    expect(server.causes).toEqual([]);
    client.destroy();
  });

  it('beyond the most that are taken at once is refused, told and counted', async () => {
    const server = await start({ connectionLimits: { ...usualConnectionLimits, connections: 2 } });
    const clients = [0, 1].map(() => connectHttp2(`http://${server.address}`));
    await Promise.all(
      clients.map((client) => new Promise<void>((resolve) => client.once('remoteSettings', () => resolve()))),
    );

    await dial(server.port).closed;

    expect(server.causes).toEqual(['crowded']);
    expect(server.lines[0]?.fields['reason']).toBe('2 connections are open already');
    clients.forEach((client) => client.destroy());
  });
});

/** A call whose request is announced with so many bytes, of which as many as wanted are sent. */
function halfSent(
  address: string,
  announced: number,
  sent: number,
  headers: Record<string, string> = {},
): { readonly ended: Promise<number>; readonly destroy: () => void } {
  const client = connectHttp2(`http://${address}`).on('error', () => undefined);
  const stream = client.request({
    ':method': 'POST',
    ':path': listTypes,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  const ended = new Promise<number>((resolve) =>
    stream.on('error', () => undefined).on('close', () => resolve(stream.rstCode ?? 0)),
  );
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(announced, 1);
  stream.resume().write(Buffer.concat([prefix, Buffer.alloc(sent)]));
  return { ended, destroy: () => client.destroy() };
}

describe('a request that does not arrive as a whole', () => {
  it('is ended after a while, told and counted', async () => {
    const server = await start({ requestLimits: { ...usualRequestLimits, unfinishedMs: 50 } });

    const call = halfSent(server.address, 1_000, 10);

    expect(await call.ended).toBe(constants.NGHTTP2_REFUSED_STREAM);
    expect(server.causes).toEqual(['unfinished']);
    expect(server.lines[0]?.fields['reason']).toContain('within 0.05 s');
    call.destroy();
  });

  it('counts with all others: beyond the sum the largest goes, and small ones are served', async () => {
    const server = await start({ requestLimits: { ...usualRequestLimits, unfinishedBytes: 1_000_000 } });
    const small = halfSent(server.address, 100, 10);
    const large = Array.from({ length: 5 }, (_, place) => halfSent(server.address, 4_000_000, 300_000 + place));
    let isSmallEnded = false;
    void small.ended.then(() => (isSmallEnded = true));

    await eventually(() => expect(server.causes).toEqual(['unfinished', 'unfinished']));

    expect(isSmallEnded).toBe(false);
    await expect(isServed(server)).resolves.toBe(true);
    [small, ...large].forEach((call) => call.destroy());
  });
});

describe('a deadline of a caller', () => {
  /** The gRPC status of a whole call with this timeout. */
  async function statusWith(address: string, timeout: string): Promise<number> {
    const client = connectHttp2(`http://${address}`);
    const stream = client.request({
      ':method': 'POST',
      ':path': listTypes,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': timeout,
    });
    const answered = new Promise<number>((resolve, reject) => {
      const take = (headers: { readonly [name: string]: unknown }): void =>
        void (headers['grpc-status'] !== undefined && resolve(Number(headers['grpc-status'])));
      stream.on('response', take).on('trailers', take).on('error', reject);
    });
    const message = toBinary(
      ResourceTypesServiceListResourceTypesRequestSchema,
      create(ResourceTypesServiceListResourceTypesRequestSchema),
    );
    stream.resume().end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    return await answered.finally(() => client.destroy());
  }

  it.each(['5S', '596H', '597H', '1000H', '99999999H', '99999999M', '99999999S', '99999999m', '99999999u'])(
    '%s ahead is kept to, however far',
    async (timeout) => {
      expect(await statusWith((await start()).address, timeout)).toBe(status.OK);
    },
  );

  it.each(['0S', '0n'])('%s is over at once', async (timeout) => {
    expect(await statusWith((await start()).address, timeout)).toBe(status.DEADLINE_EXCEEDED);
  });

  it.each(['-5S', '5', 'S', '5s', '123456789S', '1.5S', '0x10S', '', 'soon'])(
    '"%s" is refused: it is no timeout',
    async (timeout) => {
      expect(await statusWith((await start()).address, timeout)).toBe(status.INTERNAL);
    },
  );
});

describe('a TLS handshake that is refused', () => {
  it('is told once with the address and the reason, and each one is counted', async () => {
    await using folder = await temporaryFolder();
    const [ours, stranger] = await Promise.all([createAuthority('ours'), createAuthority('stranger')]);
    const own = await ours.issue('server');
    const tls = watchCertificates(await putTlsFiles(folder.path, own, ours.cert), silentLogger);
    onTestFinished(() => tls.close());
    const cases: readonly (readonly [ConnectionOptions | string, RegExp])[] = [
      [{}, /gave no certificate/],
      [await stranger.issue('x'), /does not come from the CA of --tls-client-ca/],
      [await ours.issue('x', { isExpired: true }), /certificate has expired/],
      ['GET / HTTP/1.1\r\n\r\n', /HTTP without TLS/],
      ['hello, is this a server?', /did not speak TLS/],
    ];

    for (const [options, reason] of cases) {
      const server = await start({ tls });
      for (let times = 0; times < 3; times += 1) {
        if (typeof options === 'string') {
          await dial(server.port, options).closed;
        } else {
          const socket = connectTls({
            port: server.port,
            host: '127.0.0.1',
            rejectUnauthorized: false,
            ALPNProtocols: ['h2'],
            ...options,
          });
          sockets.push(socket);
          socket.on('error', () => undefined).resume();
          await new Promise((resolve) => socket.once('close', resolve));
        }
      }
      await eventually(() => expect(server.causes).toEqual(['tls', 'tls', 'tls']));
      expect(server.lines).toEqual([
        {
          event: 'tls handshake refused',
          fields: {
            address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
            reason: expect.stringMatching(reason) as string,
          },
        },
      ]);
    }
  });

  it('is not told of a port that is only looked at', async () => {
    const server = await start();
    dial(server.port).socket.destroy();
    await expect(isServed(server)).resolves.toBe(true);

    expect(server.causes).toEqual([]);
  });
});

describe('many refusals', () => {
  it('make one line in ten seconds for each cause, which says how many it stands for', () => {
    vi.useFakeTimers();
    const lines: (readonly [string, LogFields | undefined])[] = [];
    const counted: string[] = [];
    const refusals = createRefusals(
      { ...silentLogger, warn: (event, fields) => void lines.push([event, fields]) },
      (cause) => void counted.push(cause),
    );

    for (let place = 0; place < 1_000; place += 1) {
      refusals.tell('tls', `192.0.2.1:${place}`, 'no certificate');
      vi.advanceTimersByTime(25);
    }
    refusals.tell('silent', '192.0.2.2:1', 'nothing');
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();

    expect(counted).toHaveLength(1_001);
    expect(lines.filter(([event]) => event.startsWith('tls'))).toEqual([
      ['tls handshake refused', { address: '192.0.2.1:0', reason: 'no certificate' }],
      ['tls handshake refused', { address: '192.0.2.1:399', reason: 'no certificate', skipped: 398 }],
      ['tls handshake refused', { address: '192.0.2.1:799', reason: 'no certificate', skipped: 399 }],
      ['tls handshake refused', { address: '192.0.2.1:999', reason: 'no certificate', skipped: 199 }],
    ]);
    refusals.close();
  });
});
