import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { Health } from '../../src/gen/grpc/health/v1/health_pb.ts';
import { silentLogger } from '../../src/log.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { methodDefinition } from '../../src/server/wire.ts';
import { startServer, type ServerOptions, type RunningServer } from '../../src/server/server.ts';
import { watchCertificates } from '../../src/server/tls.ts';
import { createAuthority, putTlsFiles } from '../support/certificates.ts';
import { temporaryFolder } from '../support/cli.ts';
import { grpcCall } from '../support/grpc-call.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { connectorOf } from '../support/walker.ts';
import { eventually } from '../support/eventually.ts';

const graceMs = 20_000;
const closers: (() => unknown)[] = [];

afterEach(() => closers.splice(0).forEach((close) => close()));

async function start(
  surface: Partial<ConnectorSurface> = {},
  options: Partial<ServerOptions> = {},
): Promise<RunningServer> {
  return await startServer({
    surface: { ...connectorOf(createProject(smallProject())), ...surface },
    listen: '127.0.0.1:0',
    ...options,
  });
}

function dial({ address }: RunningServer, said = ''): Socket {
  const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
  socket
    .on('error', () => undefined)
    .resume()
    .write(said);
  closers.push(() => socket.destroy());
  return socket;
}

/** How long a stop took, in ms. */
async function timeToStop(server: RunningServer, withinMs = graceMs): Promise<number> {
  const startedAt = performance.now();
  await server.stop(withinMs);
  return performance.now() - startedAt;
}

const holders: readonly (readonly [string, (server: RunningServer) => unknown])[] = [
  ['nobody', () => undefined],
  ['silent connections', (server) => [0, 1, 2].map(() => dial(server))],
  ['a connection in the middle of its greeting', (server) => dial(server, 'PRI * HT')],
  [
    'an idle client',
    async (server) => {
      const client = connectHttp2(`http://${server.address}`).on('error', () => undefined);
      closers.push(() => client.destroy());
      await new Promise<void>((resolve) => client.once('remoteSettings', () => resolve()));
    },
  ],
  [
    'watchers of health',
    async (server) => {
      const client = new Client(server.address, credentials.createInsecure());
      closers.push(() => client.close());
      const { path, requestSerialize, responseDeserialize } = methodDefinition(Health.method.watch);
      const watchers = Array.from({ length: 20 }, () =>
        client
          .makeServerStreamRequest(path, requestSerialize, responseDeserialize, create(Health.method.watch.input))
          .on('error', () => undefined),
      );
      await Promise.all(watchers.map((watcher) => new Promise((resolve) => watcher.once('data', resolve))));
    },
  ],
  [
    'a request that is half sent',
    async (server) => {
      const client = connectHttp2(`http://${server.address}`).on('error', () => undefined);
      closers.push(() => client.destroy());
      const stream = client
        .request({
          ':method': 'POST',
          ':path': `/${ConnectorService.typeName}/Validate`,
          'content-type': 'application/grpc',
          te: 'trailers',
        })
        .on('error', () => undefined);
      stream.write(Buffer.from([0, 0, 0, 1, 0, 1]));
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  ],
];

describe('a stop', () => {
  it.each(holders)('is not held up by %s', async (_name, hold) => {
    const server = await start();
    await hold(server);

    expect(await timeToStop(server)).toBeLessThan(graceMs / 4);
  });

  it('is not held up by a TLS handshake that nobody goes on with', async () => {
    await using folder = await temporaryFolder();
    const ours = await createAuthority('ours');
    const own = await ours.issue('server');
    const tls = watchCertificates(await putTlsFiles(folder.path, own, ours.cert), silentLogger);
    onTestFinished(() => tls.close());
    const server = await start({}, { tls });
    const half = dial(server, '\u0016\u0003\u0001');
    await new Promise((resolve) => half.once('connect', resolve));

    expect(await timeToStop(server)).toBeLessThan(graceMs / 4);
    await eventually(() => expect(half.destroyed).toBe(true));
  });

  it('waits for a call under way, and then for nothing else', async () => {
    const begun = Promise.withResolvers<void>();
    const server = await start({
      validate: async () => {
        begun.resolve();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return create(ConnectorService.method.validate.output);
      },
    });
    dial(server);
    const answered = grpcCall(server.address, ConnectorService.method.validate, {});
    await begun.promise;

    const took = await timeToStop(server);

    await expect(answered).resolves.toMatchObject({ sdkVersion: expect.any(String) as string });
    expect(took).toBeLessThan(graceMs / 4);
  });

  it('waits no longer than the grace period for one that is stuck, and cuts it off', async () => {
    const begun = Promise.withResolvers<void>();
    const server = await start({
      validate: () => {
        begun.resolve();
        return new Promise(() => undefined);
      },
    });
    const cut = grpcCall(server.address, ConnectorService.method.validate, {}).catch((thrown: unknown) => thrown);
    await begun.promise;

    const took = await timeToStop(server, 300);

    expect(took).toBeGreaterThan(250);
    expect(took).toBeLessThan(graceMs / 2);
    expect([status.UNAVAILABLE, status.CANCELLED, status.INTERNAL]).toContain(((await cut) as { code: number }).code);
  });

  it('does not wait for a call whose caller has gone away', async () => {
    const server = await start({ validate: () => new Promise(() => undefined) });
    await grpcCall(server.address, ConnectorService.method.validate, {}, 50).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(await timeToStop(server)).toBeLessThan(graceMs / 4);
  });
});
